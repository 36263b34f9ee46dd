"""What is taught: sections of courses by calendar and grade, and which student sits in which."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.demo.amounts import keep_exactly, share_out, spread
from upstate.demo.chance import Chance, Rows
from upstate.demo.enrolling import Enrollments
from upstate.demo.places import GRADES, HIGH, UNGRADED, Places
from upstate.demo.population import LEVEL_OF_GRADE, Population
from upstate.demo.recipe import HERE, Counts

COURSES = 10  # that each grade is offered
AT_A_SECOND_SCHOOL, IN_SUMMER = 3, 2  # courses taken


@dataclass(frozen=True, slots=True)
class Teaching:
    """Units (a grade of a calendar) with the sections they have, and rosters as pairs of enrollment and section."""

    unit_calendar: Rows
    unit_grade: Rows
    unit: Rows  # a section's
    number: Rows  # a section's, within its unit
    courses: Rows  # a unit's
    teacher: Rows  # a section's, -1 where there is none
    roster_enrollment: Rows
    roster_section: Rows


def course_lists() -> dict[str, list[dict[str, Any]]]:
    """The courses that each level offers, ten each: name, subject's code, credits."""
    return tomllib.loads((HERE / "courses.toml").read_text(encoding="utf-8"))


def schedule(
    counts: Counts, places: Places, population: Population, enrollments: Enrollments, chance: Chance
) -> Teaching:
    """Share the sections out over grades with students and over the closed schools, and seat the students."""
    year = np.arange(places.this_year["structures"])
    main = year[: places.this_year["calendars"]]
    closed = np.zeros(len(places.calendar), dtype=bool)
    closed[main] = places.closed[places.school[main]]
    level_structure, level_grade = places.structure, places.grade
    taught = (level_structure < len(main)) & (level_grade != UNGRADED)
    for_closed = np.flatnonzero(taught & closed[level_structure])
    taught &= ~closed[level_structure] & ~places.excluded[places.calendar[level_structure]]

    held = held_sections(counts, places)
    open_units = np.flatnonzero(taught)
    enrolled = np.zeros((len(places.school), len(GRADES)), dtype=np.int64)
    np.add.at(enrolled, (enrollments.calendar, enrollments.grade), 1)
    students = enrolled[level_structure[open_units], level_grade[open_units]]
    in_summer = places.summer[level_structure[open_units]]
    spare = counts["CourseSection"] - held
    summer_sections = np.minimum(IN_SUMMER, 1 + students // 20) * in_summer
    if int(summer_sections.sum()) > spare // 4:
        summer_sections[:] = 0
    regular = np.flatnonzero(~in_summer)
    sections = summer_sections.copy()
    sections[regular] = share_out(spare - int(summer_sections.sum()), students[regular] + 1, at_least=8)

    units = np.concatenate([open_units, for_closed])
    sizes = np.concatenate([sections, share_out(held, np.ones(len(for_closed)))])
    unit, number = spread(sizes)
    courses = np.minimum(sizes, COURSES)
    unit_calendar, unit_grade = level_structure[units], level_grade[units]
    unit_of = np.full((len(places.school), len(GRADES)), -1, dtype=np.int64)
    unit_of[unit_calendar, unit_grade] = np.arange(len(units))
    roster_enrollment, roster_section = _seat(counts, enrollments, unit_of, sizes, courses, chance)
    return Teaching(
        unit_calendar=unit_calendar,
        unit_grade=unit_grade,
        unit=unit,
        number=number,
        courses=courses,
        teacher=_teachers(population, places.school[unit_calendar[unit]], chance),
        roster_enrollment=roster_enrollment,
        roster_section=roster_section,
    )


def held_sections(counts: Counts, places: Places) -> int:
    """How many sections the closed schools have, so that all that they hold back is as the counts say."""
    calendars = np.flatnonzero(places.closed[places.school[: places.this_year["calendars"]]])
    structures = int(np.isin(places.calendar, calendars).sum())
    levels = int(np.isin(places.calendar[places.structure], calendars).sum())
    months = int(places.months[calendars].sum())
    return counts["HeldBack"] - len(calendars) - structures * (1 + TERMS + PERIODS) - levels - months


TERMS, PERIODS = 4, 2  # of a structure; a summer has one of each


def _seat(
    counts: Counts, enrollments: Enrollments, unit_of: NDArray[Any], sizes: Rows, courses: Rows, chance: Chance
) -> tuple[Rows, Rows]:
    """Rosters: each enrollment in one section of each course it takes, those of one cohort together."""
    year = np.arange(enrollments.this_year)
    unit = unit_of[enrollments.calendar[year], enrollments.grade[year]]
    offered = np.where(unit >= 0, courses[unit], 0)
    most = np.array([COURSES, AT_A_SECOND_SCHOOL, IN_SUMMER])[enrollments.service[year]]
    takes = np.where(enrollments.no_show[year], 0, np.minimum(offered, most))
    owner, course = keep_exactly(counts["Roster"], takes, chance.of("rosters"))
    unit = unit[owner]
    parallel = (sizes[unit] - 1 - course) // courses[unit] + 1
    cohort = chance.of("cohort").below(2**31, owner) % parallel
    first = np.cumsum(sizes) - sizes
    return owner, first[unit] + cohort * courses[unit] + course


def _teachers(population: Population, school: Rows, chance: Chance) -> Rows:
    """A member of each school's staff, as a number among all people."""
    first = np.searchsorted(population.staff_school, school, side="left")
    number = np.searchsorted(population.staff_school, school, side="right") - first
    chosen = first + chance.of("teacher").below(np.maximum(number, 1), np.arange(len(school)))
    return np.where(number > 0, population.students + chosen, -1)


def course_level(grades: Rows) -> Rows:
    """Which list of courses a grade takes from."""
    return np.asarray(np.minimum(LEVEL_OF_GRADE[grades], HIGH))
