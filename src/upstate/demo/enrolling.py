"""Who is enrolled where and when: main schools, transfers, second schools and summers, and the year before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upstate.demo.calendar_dates import OPEN, on_weekdays
from upstate.demo.chance import Chance, Rows
from upstate.demo.places import Places
from upstate.demo.population import Population
from upstate.demo.recipe import Counts

FIRST_LESSON = 9  # days after a calendar's first
IN_EXCLUDED_PLACES = 6  # enrollments in each state-excluded calendar and grade level
LATE_SHARE, WITHDRAWN_SHARE, NO_SHOW_SHARE = 0.07, 0.035, 0.006


@dataclass(frozen=True, slots=True)
class Enrollments:
    """One entry an enrollment, in this order: main, after a transfer, second school, summer, the year before."""

    person: Rows
    calendar: Rows
    grade_level: Rows
    grade: Rows
    start: Rows
    end: Rows  # OPEN where there is none
    service: Rows  # a number in SERVICES
    no_show: Rows  # 1 where the student never came
    main: int  # enrollments from 0 to this are a student's first or, from `students`, after a transfer
    second: int  # the end of those at a second school
    this_year: int  # the end of those of the year

    def last_day(self, places: Places) -> Rows:
        """The last day of each, or of its calendar where it goes on."""
        return np.where(self.end == OPEN, places.last[self.calendar], self.end)


SERVICES = ("P", "S", "N")


def enroll(counts: Counts, places: Places, population: Population, chance: Chance) -> Enrollments:
    """Enroll everybody, exactly as many times as the counts say."""
    everyone = np.arange(population.students)
    movers = chance.of("movers").sample(counts.transfers, population.students)
    moved = np.zeros(population.students, dtype=bool)
    moved[movers] = True

    begin = places.first[population.school] + FIRST_LESSON
    length = places.length[population.school]
    late = chance.of("late").true(LATE_SHARE, everyone)
    start = begin + np.where(late, chance.of("late by").below(60, everyone), 0)
    left = moved | chance.of("withdrawn").true(WITHDRAWN_SHARE, everyone)
    no_show = ~left & chance.of("no show").true(NO_SHOW_SHARE, everyone)
    stayed = 10 + chance.of("stayed").below(np.maximum(length - 110, 1), everyone)
    end = np.where(left, on_weekdays(start + stayed), np.where(no_show, start, OPEN))

    same_level = _another_school(places, population, movers, chance.of("new school"))
    second = np.flatnonzero(population.grade >= 7)
    if len(second) < counts["SecondEnrollment"]:
        second = everyone
    second = second[chance.of("second").sample(counts["SecondEnrollment"], len(second))]
    second_school = _another_school(places, population, second, chance.of("second school"))
    summer = chance.of("summer").sample(counts["SummerEnrollment"], population.students)
    summer_calendar = _summer_calendars(counts, len(summer))

    person = np.concatenate([everyone, movers, second, summer])
    calendar = np.concatenate([population.school, same_level, second_school, summer_calendar])
    starts = np.concatenate(
        [
            start,
            end[movers] + 1 + chance.of("gap").below(5, movers),
            places.first[second_school] + FIRST_LESSON + chance.of("second start").below(40, second),
            places.first[summer_calendar],
        ]
    )
    grade = population.grade[person]
    grade_level = _grade_levels(places, calendar, grade, chance.of("structure"))
    main, this_year = len(everyone) + len(movers), len(person)
    _move_to_excluded_levels(places, calendar, grade_level, range(main, main + len(second)))

    before = _year_before(counts, places, population)
    ends = np.concatenate([end, np.full(this_year - len(everyone), OPEN)])
    before_person, before_calendar, before_level = before
    return Enrollments(
        person=np.concatenate([person, before_person]),
        calendar=np.concatenate([calendar, before_calendar]),
        grade_level=np.concatenate([grade_level, before_level]),
        grade=np.concatenate([grade, population.grade[before_person] - 1]),
        start=np.concatenate([starts, places.first[before_calendar] + FIRST_LESSON]),
        end=np.concatenate([ends, places.last[before_calendar]]),
        service=np.concatenate(
            [np.repeat([0, 1, 2], [main, len(second), len(summer)]), np.zeros(len(before_person), dtype=np.int64)]
        ),
        no_show=np.concatenate([no_show, np.zeros(this_year - len(everyone) + len(before_person), dtype=bool)]),
        main=main,
        second=main + len(second),
        this_year=this_year,
    )


def _another_school(places: Places, population: Population, students: Rows, chance: Chance) -> Rows:
    """For each of these students a school that teaches the grade, another one where there are several."""
    school = population.school[students]
    level = places.level[school]
    found = school.copy()
    for number in np.unique(level):
        schools = places.schools_of(int(number))
        ours = np.flatnonzero(level == number)
        if len(schools) > 1:
            place = np.searchsorted(schools, school[ours])
            found[ours] = schools[(place + 1 + chance.below(len(schools) - 1, students[ours])) % len(schools)]
    return found


def _summer_calendars(counts: Counts, enrollments: int) -> Rows:
    """Summer calendars in turn, but only a handful of enrollments in those that are state-excluded."""
    excluded = counts["ExcludedCalendar"]
    offered = counts.summer_calendars - excluded
    number = np.arange(enrollments)
    few = min(excluded * IN_EXCLUDED_PLACES, enrollments // 4)
    return counts["School"] + np.where(number < few, offered + number % excluded, number % offered)


def _grade_levels(places: Places, calendar: Rows, grade: Rows, chance: Chance) -> Rows:
    """The grade level in the calendar's structure; every fifth in its second structure where it has one."""
    rows = np.arange(len(calendar))
    other = places.other_structure[calendar]
    structure = np.where((other >= 0) & chance.true(0.2, rows), other, calendar)
    return np.asarray(places.grade_level[structure, grade])


def _move_to_excluded_levels(places: Places, calendar: Rows, grade_level: Rows, second: range) -> None:
    for level in np.flatnonzero(places.grade_excluded):
        there = np.flatnonzero(calendar[second.start : second.stop] == places.calendar[places.structure[level]])
        grade_level[there[:IN_EXCLUDED_PLACES] + second.start] = level


def _year_before(counts: Counts, places: Places, population: Population) -> tuple[Rows, Rows, Rows]:
    """Students of schools whose calendar of the year before we have, a grade lower: people, calendars, grade levels."""
    calendar_of = np.full(counts["School"], -1, dtype=np.int64)
    before = np.arange(places.this_year["calendars"], len(places.school))
    calendar_of[places.school[before]] = before
    structure_of = np.full(len(places.school), -1, dtype=np.int64)
    structures = np.arange(places.this_year["structures"], len(places.calendar))
    structure_of[places.calendar[structures]] = structures
    calendar, grade = calendar_of[population.school], population.grade - 1
    level = np.where(grade >= 0, places.grade_level[structure_of[calendar], grade], -1)
    there = np.flatnonzero((calendar >= 0) & (level >= 0))[: max(20, counts["Enrollment"] // 40)]
    return there, calendar[there], level[there]
