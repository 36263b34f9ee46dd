"""The records of services that go with an enrollment, and of family resource centers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from upstate.demo.calendar_dates import day
from upstate.demo.chance import Rows
from upstate.demo.names import PLACES
from upstate.demo.world import Columns, Table, Values, World, always, texts, unset

ATTRIBUTES = np.array(["Device issued", "Bus card", "Media consent", "Locker", "Home internet"], dtype=object)


def service_tables(world: World) -> list[Table]:
    """All of them that the edition has; parents before children."""
    makers: dict[str, Callable[[World, str], Table]] = {
        "CustomStudent": _custom,
        "ESSKY": _service,
        "Title1KY": _service,
        "PreSchoolKY": _preschool,
        "FRYSCStatusKY": _family_resource,
        "FRYSCGroupProgramKY": _group_program,
        "FRYSCGroupStatusKY": _group_status,
    }
    return [make(world, name) for name, make in makers.items() if name in world.catalog]


def _of_enrollment(
    world: World, name: str, more: Callable[[Rows, Rows, Columns], Columns], among: Rows | None = None
) -> Table:
    """A table of services within an enrollment; `more` makes columns from rows, enrollments and the columns so far."""
    owners = world.attending if among is None else among
    chance = world.of(name)

    def columns(rows: Rows) -> Columns:
        enrollment, _ = world.enrolled(name, rows, owners)
        first, last = world.during(enrollment, chance, rows)
        given: Columns = {
            "enrollment_guid": world.guid("Enrollment", enrollment),
            "start_date": first,
            "end_date": unset(last, chance.of("open").true(0.5, rows)),
        }
        return given | more(rows, enrollment, given)

    return world.table(name, columns, count=min(world.counts[name], len(owners)))


def _service(world: World, name: str) -> Table:
    return _of_enrollment(
        world,
        name,
        lambda rows, _e, _g: {
            "subject": world.of(name, "subject").one_of(["01", "02", "03", "04"], rows),
            "hours": np.round(world.of(name, "hours").unit(rows) * 120) / 2,
        },
    )


def _preschool(world: World, name: str) -> Table:
    attending = world.attending
    return _of_enrollment(world, name, lambda _r, _e, _g: {}, attending[world.enrollments.grade[attending] == 0])


def _centers(world: World, schools: Rows) -> Values:
    return texts("{} Family Resource Center", PLACES[world.of("center").shuffled(schools // 3, len(PLACES))])


def _family_resource(world: World, name: str) -> Table:
    def more(_rows: Rows, enrollment: Rows, _given: Columns) -> Columns:
        return {
            "person_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "center": _centers(world, world.enrollments.calendar[enrollment]),
        }

    # the objects of this program include excluded students: their records land with the reference emptied
    excluded = world.enrollments.grade_level[: world.enrollments.this_year]
    left_out = np.flatnonzero(world.places.grade_excluded[excluded])
    return _of_enrollment(world, name, more, np.union1d(world.attending, left_out))


def _group_program(world: World, name: str) -> Table:
    programs = np.array(["Homework Club", "Summer Reading", "Parenting Together", "Healthy Cooking"], dtype=object)

    def columns(rows: Rows) -> Columns:
        calendar = rows % world.counts.open_schools
        return {
            "center": _centers(world, calendar),
            "program_name": texts("{} {}", programs[rows % 4], rows // world.counts.open_schools + 1),
            "calendar_guid": world.guid("Calendar", calendar),
            "start_date": world.autumn(world.of(name), rows),
            "end_date": unset(
                always(day(world.recipe.school_year, 5, 20), rows), world.of(name, "open").true(0.5, rows)
            ),
        }

    return world.table(name, columns)


def _group_status(world: World, name: str) -> Table:
    def columns(rows: Rows) -> Columns:
        student, _ = world.students(name, rows)
        parent = world.of(name, "parent").true(0.25, rows)
        guardian = world.population.first_guardian_person + world.population.household[student]
        programs = world.counts["FRYSCGroupProgramKY"]
        return {
            # by the student's number, so that two children's guardian never meets itself in one group
            "program_guid": world.guid("FRYSCGroupProgramKY", student % programs),
            "person_guid": world.guid("PersonIdentity", np.where(parent, guardian, student)),
            "role": np.where(parent, "parent", "student").astype(object),
        }

    return world.table(name, columns)


def _custom(world: World, name: str) -> Table:
    def more(rows: Rows, _enrollment: Rows, given: Columns) -> Columns:
        chance = world.of(name)
        return {
            "attribute": chance.of("attribute").one_of(ATTRIBUTES, rows),
            "value": texts("{}", chance.of("value").below(9000, rows) + 1000),
            "date": given["start_date"],
        }

    table = _of_enrollment(world, name, more)
    wanted = {column.name for column in world.catalog[name].columns}
    return Table(
        name,
        table.count,
        lambda rows: {key: values for key, values in table.columns(rows).items() if key in wanted},
        table.this_year,
        table.faulty,
    )
