"""The records of programs that students take part in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from upstate.demo.calendar_dates import day
from upstate.demo.chance import Rows
from upstate.demo.places import GRADES
from upstate.demo.world import Columns, Table, World, always, unset

YEAR = 365
GRADE_9, GRADE_12 = GRADES.index("09"), GRADES.index("12")
TEAM_ROLES = ["CM", "SE", "GE", "CO", "SP", "SL"]


def program_tables(world: World) -> list[Table]:
    """All programs that the edition has; parents before children."""
    makers: dict[str, Callable[[World, str], Table]] = {
        "Evaluation": _evaluation,
        "TeamMember": _team,
        "Graduation": _graduation,
        "GiftedStatusKY": _gifted,
        "LepKY": _learner,
        "TEDSKY": _career,
        "CTEDataME": _career,
        "ProgramParticipation": _participation,
        "Plan": _plan,
        "PlanProgressReport": _progress,
    }
    return [make(world, name) for name, make in makers.items() if name in world.catalog]


def _evaluation(world: World, name: str) -> Table:
    def columns(rows: Rows) -> Columns:
        enrollment, _ = world.enrolled(name, rows, world.attending)
        first, _ = world.during(enrollment, world.of(name), rows)
        return {
            "person_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "enrollment_guid": world.guid("Enrollment", enrollment),
            "date": first,
            "eligible": world.of(name, "eligible").true(0.7, rows),
            "locked": always(True, rows),
        }

    return world.table(name, columns, count=min(world.counts[name], len(world.attending)))


def _team(world: World, name: str) -> Table:
    def columns(rows: Rows) -> Columns:
        enrollment, again = world.enrolled(name, rows, world.attending)
        first, _ = world.during(enrollment, world.of(name), rows)
        staff = world.population.students + world.of(name, "member").below(world.population.staff, rows)
        return {
            "person_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "enrollment_guid": world.guid("Enrollment", enrollment),
            "member_guid": world.guid("PersonIdentity", staff),
            "role": np.array(TEAM_ROLES, dtype=object)[(again + rows) % len(TEAM_ROLES)],
            "start_date": first + again,
        }

    return world.table(name, columns)


def _graduation(world: World, name: str) -> Table:
    enrolled = world.enrollments
    seniors = world.attending[enrolled.grade[world.attending] == GRADE_12]
    year = world.recipe.school_year

    def columns(rows: Rows) -> Columns:
        enrollment = seniors[rows]
        return {
            "person_guid": world.guid("PersonIdentity", enrolled.person[enrollment]),
            "enrollment_guid": world.guid("Enrollment", enrollment),
            "grade9_date": day(year - 4, 8, 10) + world.of(name, "ninth").below(9, rows),
            "nga_cohort_end_year": always(year, rows),
            "nclb_cohort_end_year": always(year, rows),
            "diploma_date": always(day(year, 6, 1), rows),
            "diploma_type": np.where(world.of(name, "honors").true(0.2, rows), "HON", "STD").astype(object),
            "diploma_period": always("SP", rows),
        }

    return world.table(name, columns, count=len(seniors))


def _of_student(world: World, name: str, years: int, more: Callable[[Rows, Rows], Columns]) -> Table:
    """A table of what began for a student up to so many years ago; `more` gives further columns from rows and days."""
    chance = world.of(name)

    def columns(rows: Rows) -> Columns:
        student, again = world.students(name, rows)
        first = world.autumn(chance, rows) - chance.of("years").below(years, rows) * YEAR - again * 31
        given: Columns = {
            "person_guid": world.guid("PersonIdentity", student),
            "start_date": first,
            "end_date": unset(first + 200 + chance.of("until").below(60, rows), chance.of("open").true(0.6, rows)),
        }
        return given | more(rows, first)

    return world.table(name, columns)


def _gifted(world: World, name: str) -> Table:
    return _of_student(world, name, 4, lambda _r, _f: {})


def _career(world: World, name: str) -> Table:
    credential = world.of(name, "credential")

    def more(rows: Rows, _first: Rows) -> Columns:
        earned = world.codes(name, "credential", rows)
        return {"credential": unset(earned, credential.true(0.8, rows))}

    return _of_student(world, name, 1, more)


def _participation(world: World, name: str) -> Table:
    return _of_student(world, name, 3, lambda rows, _f: {"description": always("Offered by the district", rows)})


def _plan(world: World, name: str) -> Table:
    return _of_student(world, name, 1, lambda rows, _f: {"locked": always(True, rows)})


def _learner(world: World, name: str) -> Table:
    chance = world.of(name)

    def columns(rows: Rows) -> Columns:
        student, again = world.students(name, rows)
        found = world.autumn(chance, rows) - chance.of("years").below(4, rows) * YEAR - again * 31
        status = world.codes(name, "status", rows)
        return {
            "person_guid": world.guid("PersonIdentity", student),
            "status": status,
            "identified_date": found,
            "exit_date": unset(found + 250, status == "LEP"),
            "home_language": chance.of("language").one_of(["spa", "ara", "som", "nep", "swa"], rows),
            "parent_refused": chance.of("refused").true(0.03, rows),
        }

    return world.table(name, columns)


def _progress(world: World, name: str) -> Table:
    """Reports in turn for all plans: the first of each, then the second, and so on."""
    plans = world.counts["Plan"]

    def columns(rows: Rows) -> Columns:
        plan, report = rows % plans, rows // plans
        return {
            "plan_guid": world.guid("Plan", plan),
            "report_date": day(world.recipe.school_year - 1, 10, 20) + report * 70,
            "locked": always(True, rows),
        }

    return world.table(name, columns)
