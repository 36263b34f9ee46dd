"""The records of the district, its schools, calendars, structures and days."""

from __future__ import annotations

import numpy as np

from upstate.demo.amounts import spread
from upstate.demo.calendar_dates import events, weekday
from upstate.demo.chance import Rows
from upstate.demo.names import PLACES, street_addresses
from upstate.demo.places import ALTERNATIVE, ELEMENTARY, GRADES, HIGH, LEVELS, UNGRADED
from upstate.demo.teaching import PERIODS, TERMS
from upstate.demo.world import Columns, Table, World, always, texts, unset

DISTRICT = 0
MORNING, AFTERNOON = 8 * 3600 - 1200, 14 * 3600 + 1200  # 7:40 and 14:20, in seconds of the day
FIRST_LESSON_DAY = 9
STATE_IDS = {"KY": "275", "BIE": "901", "SD": "410", "ME": "118", "MT": "320"}


def place_tables(world: World) -> list[Table]:
    """District to grade levels, parents first."""
    places, counts = world.places, world.counts
    months, terms, periods, days = _months(world), _terms(world), _periods(world), _days(world)
    year = places.this_year
    return [
        world.table("District", lambda rows: _district(world, rows), count=1, faulty=np.arange(0)),
        world.table("ReportingEntity", lambda rows: _entity(world, rows), count=1),
        world.table(
            "School", lambda rows: _school(world, rows), faulty=np.flatnonzero(places.closed)
        ),
        world.table("Calendar", lambda rows: _calendar(world, rows), len(places.school), counts["Calendar"]),
        months,
        world.table(
            "ScheduleStructure", lambda rows: _structure(world, rows), len(places.calendar), year["structures"]
        ),
        terms,
        periods,
        days,
        world.table(
            "StructureGradeLevel", lambda rows: _grade_level(world, rows), len(places.grade), year["grade_levels"]
        ),
    ]


def _district(world: World, rows: Rows) -> Columns:
    edition = world.recipe.edition
    states = world.catalog["District"].column("state").codes or {}
    return {
        "district_number": always(STATE_IDS.get(edition or "", "275"), rows),
        "name": always("Lakeside", rows),
        "state": always(edition if edition in states else "KY", rows),
        "region_number": always("3", rows),
        "phone": always("(502) 555-0100", rows),
        "address": always("1 Lakeside Plaza, Lakeside", rows),
    }


def _entity(world: World, rows: Rows) -> Columns:
    return {
        "entity_number": always("LKS", rows),
        "name": always("Lakeside Reporting Office", rows),
        "district_guid": world.guid("District", always(DISTRICT, rows)),
    }


def school_names(world: World, schools: Rows) -> np.ndarray:
    """Names of schools: a place and a level, no two alike."""
    place = world.of("school place").shuffled(schools, len(PLACES))
    around = np.array(["", "North ", "South ", "East ", "West "], dtype=object)[schools // len(PLACES) % 5]
    again = schools // (5 * len(PLACES))
    names = texts("{}{} {} School", around, PLACES[place], np.array(LEVELS, dtype=object)[world.places.level[schools]])
    return np.where(again > 0, texts("{} {}", names, again + 1), names)


def _school(world: World, rows: Rows) -> Columns:
    level = world.places.level[rows]
    return {
        "district_guid": world.guid("District", always(DISTRICT, rows)),
        "school_number": texts("{:03d}", 10 + 5 * rows),
        "name": school_names(world, rows),
        "nces_number": texts("2102990{:05d}", 300 + 7 * rows),
        "type": np.where(level == ALTERNATIVE, "04", "01").astype(object),
        "abbreviation": texts("{}{:03d}", np.array(["ES", "MS", "HS", "ALT"], dtype=object)[level], 10 + 5 * rows),
        "address": street_addresses(world.of("school address"), rows),
    }


def _calendar(world: World, rows: Rows) -> Columns:
    places = world.places
    school, summer, year = places.school[rows], places.summer[rows], places.year[rows]
    number = np.where(summer, (rows - world.counts["School"]) // world.counts.open_schools + 1, 0)
    season = np.where(summer, texts("Summer {}", number), "").astype(object)
    long_day = places.level[school] != ELEMENTARY
    return {
        "end_year": year,
        "school_guid": world.guid("School", school),
        "name": texts("{:02d}-{:02d} {} {}", (year - 1) % 100, year % 100, school_names(world, school), season),
        "start_date": places.first[rows],
        "end_date": places.last[rows],
        "type": np.where(summer, "S", np.where(places.level[school] == ALTERNATIVE, "A", "I")).astype(object),
        "exclude": places.excluded[rows],
        "summer_school": summer,
        "student_day": np.where(summer, 240, 390 + 10 * long_day),
        "teacher_day": np.where(summer, 300, 450),
        "whole_day_absence": np.where(summer, 200, 320),
        "half_day_absence": np.where(summer, 100, 160),
        "bie_type": always("D" if world.recipe.edition == "BIE" else None, rows),
    }


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
