"""The records of employments, assignments, background checks and credentials."""

from __future__ import annotations

import numpy as np

from upstate.demo.calendar_dates import day
from upstate.demo.chance import Rows
from upstate.demo.world import Columns, Table, Values, World, always, texts, unset

YEAR = 365


def staff_tables(world: World) -> list[Table]:
    """The four objects of staff. Each has a record for everybody first; the rest are second ones."""
    makers = {
        "Employment": _employment,
        "EmploymentAssignment": _assignment,
        "EmploymentBackground": _background,
        "EmploymentCredential": _credential,
    }
    return [
        world.table(name, lambda rows, make=make: make(world, rows))  # type: ignore[misc]
        for name, make in makers.items()
    ]


def _began(world: World, staff: Rows) -> Rows:
    """Each one's first day with the district: an August of the last 28 years."""
    years = np.floor(28 * world.of("seniority").unit(staff) ** 1.7).astype(np.int64)
    return day(world.recipe.school_year - 1, 8, 1) - years * YEAR - world.of("hired").below(30, staff)


def _person(world: World, staff: Rows) -> Values:
    return world.guid("PersonIdentity", world.population.students + staff)


def _employment(world: World, rows: Rows) -> Columns:
    staff, again = rows % world.population.staff, rows // world.population.staff
    began = _began(world, staff) - again * 4 * YEAR
    service = (day(world.recipe.school_year, 6, 30) - _began(world, staff)) / YEAR
    return {
        "person_guid": _person(world, staff),
        "start_date": began,
        "end_date": unset(began + 3 * YEAR, again == 0),
        "license_number": texts("L{:07d}", 1_000_000 + staff),
        "years_in_district": np.round(service, 1),
    }


def _assignment(world: World, rows: Rows) -> Columns:
    staff, again = rows % world.population.staff, rows // world.population.staff
    school = (world.population.staff_school[staff] + again) % world.counts.open_schools
    title = world.codes("EmploymentAssignment", "title", staff)
    return {
        "person_guid": _person(world, staff),
        "school_guid": world.guid("School", school),
        "start_date": np.maximum(day(world.recipe.school_year - 1, 8, 1), _began(world, staff)),
        "title": title,
        "fte": np.where(again > 0, 0.2, np.where(world.of("part time").true(0.12, staff), 0.5, 0.8)),
        "department": world.of("department").one_of(["Instruction", "Student Services", "Operations"], staff),
        "teacher": title == "TEA",
    }


def _background(world: World, rows: Rows) -> Columns:
    staff, again = rows % world.population.staff, rows // world.population.staff
    return {
        "person_guid": _person(world, staff),
        "date": _began(world, staff) - 20 - world.of("checked").below(60, staff) + again * YEAR,
    }


def _credential(world: World, rows: Rows) -> Columns:
    staff, again = rows % world.population.staff, rows // world.population.staff
    issued = _began(world, staff) - 100 + again * YEAR
    return {
        "person_guid": _person(world, staff),
        "number": texts("C{:08d}", 20_000_000 + rows),
        "issue_date": issued,
        "expire_date": unset(always(day(world.recipe.school_year + 4, 6, 30), rows), world.of("life").true(0.1, rows)),
    }
