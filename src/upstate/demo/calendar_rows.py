"""The records of school months, structures, terms, periods, days and grade levels."""

from __future__ import annotations

import numpy as np

from upstate.demo.amounts import spread
from upstate.demo.calendar_dates import events, weekday
from upstate.demo.chance import Rows
from upstate.demo.places import GRADES, HIGH, UNGRADED
from upstate.demo.teaching import PERIODS, TERMS
from upstate.demo.world import Columns, Table, World, always, texts, unset

MORNING, AFTERNOON = 8 * 3600 - 1200, 14 * 3600 + 1200  # 7:40 and 14:20, in seconds of the day
FIRST_LESSON_DAY = 9


def calendar_tables(world: World) -> list[Table]:
    """What a calendar is made of, parents first."""
    places = world.places
    year = places.this_year
    return [
        _months(world),
        world.table(
            "ScheduleStructure", lambda rows: _structure(world, rows), len(places.calendar), year["structures"]
        ),
        _terms(world),
        _periods(world),
        _days(world),
        world.table(
            "StructureGradeLevel", lambda rows: _grade_level(world, rows), len(places.grade), year["grade_levels"]
        ),
    ]


def _months(world: World) -> Table:
    places = world.places
    calendar, number = spread(places.months)
    current = int(places.months[: places.this_year["calendars"]].sum())

    def columns(rows: Rows) -> Columns:
        owner, sequence = calendar[rows], number[rows]
        first, length, months = places.first[owner], places.length[owner], places.months[owner]
        return {
            "calendar_guid": world.guid("Calendar", owner),
            "sequence": sequence + 1,
            "name": texts("Month {}", sequence + 1),
            "start_date": first + length * sequence // months,
            "end_date": first + length * (sequence + 1) // months - 1,
        }

    return world.table("SchoolMonth", columns, len(calendar), current)


def _structure(world: World, rows: Rows) -> Columns:
    places = world.places
    calendar = places.calendar[rows]
    extra = (rows >= places.this_year["calendars"]) & (rows < places.this_year["structures"])
    high = places.level[places.school[calendar]] == HIGH
    number = np.where(extra, (rows - places.this_year["calendars"]) // world.counts.open_schools, 0)
    second = np.where(high, texts("Academy {}", number + 1), texts("Extended Day {}", number + 1))
    return {
        "end_year": places.year[calendar],
        "calendar_guid": world.guid("Calendar", calendar),
        "name": np.where(extra, second, "Main").astype(object),
    }


def _terms(world: World) -> Table:
    places = world.places
    summer = places.summer[places.calendar]
    number_of = np.where(summer, 1, TERMS)
    structure, number = spread(number_of)
    current = int(number_of[: places.this_year["structures"]].sum())

    def columns(rows: Rows) -> Columns:
        owner, sequence = structure[rows], number[rows]
        calendar = places.calendar[owner]
        terms, length = number_of[owner], places.length[calendar]
        return {
            "structure_guid": world.guid("ScheduleStructure", owner),
            "name": np.where(terms == 1, "Summer", texts("Q{}", sequence + 1)).astype(object),
            "sequence": sequence + 1,
            "start_date": places.first[calendar] + length * sequence // terms,
            "end_date": places.first[calendar] + length * (sequence + 1) // terms - 1,
        }

    return world.table("TermSchedule", columns, len(structure), current)


def _periods(world: World) -> Table:
    """A structure's periods: the regular day, and, but for summers, the day of early release."""
    places = world.places
    number_of = np.where(places.summer[places.calendar], 1, PERIODS)
    structure, number = spread(number_of)
    current = int(number_of[: places.this_year["structures"]].sum())

    def columns(rows: Rows) -> Columns:
        return {
            "structure_guid": world.guid("ScheduleStructure", structure[rows]),
            "name": np.array(["Regular Day", "Early Release"], dtype=object)[number[rows]],
            "sequence": number[rows] + 1,
            "instructional_minutes": np.array([360, 240])[number[rows]],
        }

    return world.table("PeriodSchedule", columns, len(structure), current)


def _days(world: World) -> Table:
    places = world.places
    structure, number = spread(places.days)
    current = int(places.days[: places.this_year["structures"]].sum())
    periods = np.where(places.summer[places.calendar], 1, PERIODS)
    first_period = np.cumsum(periods) - periods

    def columns(rows: Rows) -> Columns:
        owner, within = structure[rows], number[rows]
        calendar = places.calendar[owner]
        date = places.first[calendar] + within
        year, summer = places.year[calendar], places.summer[calendar]
        event = np.full(len(rows), None, dtype=object)
        for school_year in np.unique(year):
            ours = (year == school_year) & ~summer
            event[ours] = events(date[ours], int(school_year))
        event[(within == FIRST_LESSON_DAY) & ~summer] = "FD"
        weekend = weekday(date) >= 5
        off = np.array([code not in (None, "FD") for code in event.tolist()], dtype=bool)
        event[weekend] = None
        school_day = ~weekend & (~off | np.isin(event, ["PD", "PT"]))
        instruction = ~weekend & ~off & (summer | (within >= FIRST_LESSON_DAY))
        early = instruction & ~summer & (weekday(date) == 2) & (within % 4 == 0)
        event[early & (event == None)] = "ER"  # noqa: E711 - element by element
        minutes = np.where(summer, 240, np.where(early, 240, 360))
        return {
            "structure_guid": world.guid("ScheduleStructure", owner),
            "date": date,
            "school_day": school_day,
            "instruction": instruction,
            "attendance": instruction,
            "period_guid": unset(world.guid("PeriodSchedule", first_period[owner] + early), ~instruction),
            "start_time": unset(np.full(len(rows), MORNING), ~instruction),
            "end_time": unset(np.where(minutes == 240, AFTERNOON - 7200, AFTERNOON), ~instruction),
            "day_event": event,
            "duration": unset(minutes + 40, ~instruction),
            "instructional_minutes": unset(minutes, ~instruction),
        }

    return world.table("Day", columns, len(structure), current)


def _grade_level(world: World, rows: Rows) -> Columns:
    places = world.places
    grade = places.grade[rows]
    codes = np.array(GRADES, dtype=object)[grade]
    return {
        "structure_guid": world.guid("ScheduleStructure", places.structure[rows]),
        "name": np.where(grade == UNGRADED, "Adult evening", codes).astype(object),
        "sequence": grade + 1,
        "state_grade": codes,
        "state_exclude": places.grade_excluded[rows],
        "bie_grade": codes if world.recipe.edition == "BIE" else always(None, rows),
        "bie_exclude": places.grade_excluded[rows],
    }
