"""Where things happen: schools, calendars, schedule structures, grade levels, as numbers that point at each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.demo.amounts import spread
from upstate.demo.calendar_dates import day
from upstate.demo.chance import Chance, Rows
from upstate.demo.recipe import EXCLUDED_DAYS, SUMMER_DAYS, Counts, Recipe, day_counts, month_counts

GRADES = ("PK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "UG")
UNGRADED = len(GRADES) - 1
LEVELS = ("Elementary", "Middle", "High", "Alternative")
ELEMENTARY, MIDDLE, HIGH, ALTERNATIVE = range(4)
TAUGHT = (range(7), range(7, 10), range(10, 14), range(7, 14))
"""The grades, by number, that a school of each level teaches."""


@dataclass(frozen=True, slots=True)
class Places:
    """Numbers of one record each, in arrays by object. Rows of the year before come after all rows of the year."""

    level: Rows  # a school's
    closed: NDArray[np.bool_]  # a school's
    school: Rows  # a calendar's
    year: Rows  # a calendar's
    first: Rows  # a calendar's first day
    length: Rows  # a calendar's days
    months: Rows  # a calendar's
    summer: NDArray[np.bool_]  # a calendar's
    excluded: NDArray[np.bool_]  # a calendar's
    calendar: Rows  # a structure's
    days: Rows  # a structure's
    structure: Rows  # a grade level's
    grade: Rows  # a grade level's
    grade_excluded: NDArray[np.bool_]  # a grade level's
    grade_level: NDArray[Any]  # by structure and grade: the grade level, -1 where there is none
    other_structure: Rows  # a calendar's second structure, -1 where it has but one
    this_year: dict[str, int]  # calendars, structures and grade levels of the year

    @property
    def last(self) -> Rows:
        """A calendar's last day."""
        return self.first + self.length - 1

    def schools_of(self, level: int) -> Rows:
        """The open schools of a level, by number."""
        return np.flatnonzero((self.level == level) & ~self.closed)


def lay_out(recipe: Recipe, counts: Counts, chance: Chance) -> Places:
    """Lay the district out: which school has which calendars, how long they last and what they teach."""
    level, closed = _schools(counts)
    schools, calendars = counts["School"], counts["Calendar"]
    open_schools = counts.open_schools
    summer = np.arange(calendars) >= schools
    excluded = np.arange(calendars) >= calendars - counts["ExcludedCalendar"]
    school = np.where(summer, (np.arange(calendars) - schools) % open_schools, np.arange(calendars))

    biggest_first = np.argsort(-level[:open_schools] % ALTERNATIVE, kind="stable")
    extra = biggest_first[np.arange(counts.extra_structures) % open_schools]
    calendar = np.concatenate([np.arange(calendars), extra])
    taught = ~closed[school[calendar]] & ~summer[calendar]
    in_summer = np.where(excluded[calendar], EXCLUDED_DAYS, SUMMER_DAYS) * summer[calendar]
    days = day_counts(counts, taught, in_summer)

    length = np.zeros(calendars, dtype=np.int64)
    np.maximum.at(length, calendar, days)
    length[:schools][closed] = 300
    first = day(recipe.school_year - 1, 8, 1) + chance.of("first day").below(
        np.clip(334 - length, 1, 9), np.arange(calendars)
    )
    first[summer] = day(recipe.school_year, 6, 10)
    months = month_counts(counts)

    # the year before: a few schools' calendars, so that there is something the year's scope leaves out
    before = np.flatnonzero(~closed)[: max(1, min(open_schools, counts["ExcludedCalendar"] * 2))]
    structures = len(calendar)
    school = np.concatenate([school, before])
    year = np.concatenate([np.full(calendars, recipe.school_year), np.full(len(before), recipe.school_year - 1)])
    first = np.concatenate([first, np.full(len(before), day(recipe.school_year - 2, 8, 3))])
    length = np.concatenate([length, np.full(len(before), 310)])
    months = np.concatenate([months, np.full(len(before), 10)])
    summer = np.concatenate([summer, np.zeros(len(before), dtype=bool)])
    excluded = np.concatenate([excluded, np.zeros(len(before), dtype=bool)])
    calendar = np.concatenate([calendar, calendars + np.arange(len(before))])
    days = np.concatenate([days, np.full(len(before), 310)])

    structure, grade, grade_excluded, of_year = _grade_levels(
        counts, level[school[calendar]], summer[calendar], structures
    )
    grade_level = np.full((len(calendar), len(GRADES)), -1, dtype=np.int64)
    grade_level[structure, grade] = np.arange(len(grade))
    other = np.full(len(school), -1, dtype=np.int64)
    other[extra] = calendars + np.arange(len(extra))
    return Places(
        level=level,
        closed=closed,
        school=school,
        year=year,
        first=first,
        length=length,
        months=months,
        summer=summer,
        excluded=excluded,
        calendar=calendar,
        days=days,
        structure=structure,
        grade=grade,
        grade_excluded=grade_excluded,
        grade_level=grade_level,
        other_structure=other,
        this_year={"calendars": calendars, "structures": structures, "grade_levels": of_year},
    )


def _schools(counts: Counts) -> tuple[Rows, NDArray[np.bool_]]:
    """Levels of the schools, and which are closed: the last ones."""
    number = counts.open_schools
    high, middle, alternative = max(1, round(0.14 * number)), max(1, round(0.19 * number)), round(0.07 * number)
    sizes = [number - high - middle - alternative, middle, high, alternative]
    closed = counts["ClosedSchool"]
    levels = np.concatenate([np.repeat(np.arange(4), sizes), np.arange(closed) % 3])
    return levels, np.arange(counts["School"]) >= number


def _grade_levels(
    counts: Counts, level: Rows, summer: NDArray[np.bool_], structures: int
) -> tuple[Rows, Rows, NDArray[np.bool_], int]:
    """Each structure's grades, then the ungraded, state-excluded ones of some high schools, then the year before's."""
    first = np.array([grades.start for grades in TAUGHT])[level]
    number = np.array([len(grades) for grades in TAUGHT])[level]
    first, number = np.where(summer, 0, first), np.where(summer, UNGRADED, number)
    structure, within = spread(number)
    grade = first[structure] + within
    now = structure < structures
    high_schools = np.flatnonzero((level[:structures] == HIGH) & ~summer[:structures])[: counts["ExcludedGradeLevel"]]
    structure = np.concatenate([structure[now], high_schools, structure[~now]])
    grade = np.concatenate([grade[now], np.full(len(high_schools), UNGRADED), grade[~now]])
    of_year = int(now.sum()) + len(high_schools)
    return structure, grade, grade == UNGRADED, of_year
