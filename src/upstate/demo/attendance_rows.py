"""The records of attendance, by month, by date and by group."""

from __future__ import annotations

import numpy as np

from upstate.demo.amounts import keep_exactly
from upstate.demo.chance import Rows
from upstate.demo.world import Columns, Table, Values, World, unset

MINUTES_A_DAY = 400
QUARTERS = 4


def attendance_tables(world: World) -> list[Table]:
    """All attendance objects of the edition."""
    makers = {
        "AttendanceExactCount": _exact_counts,
        "AttendanceKYMinute": _minutes_by_month,
        "AttendanceBIEAbsentDays": _absent_days,
        "AttendanceSDMinute": _minutes_by_quarter,
        "AttendanceGroupKY": _groups,
    }
    return [make(world) for name, make in makers.items() if name in world.catalog]


def _months(world: World, object_name: str) -> tuple[Rows, Rows]:
    """Pairs of an enrollment and a number of one of its school months, from 0: as many as the counts say."""
    enrolled, places = world.enrollments, world.places
    year = np.arange(enrolled.this_year)
    calendar = enrolled.calendar[year]
    first, length, months = places.first[calendar], places.length[calendar], places.months[calendar]
    begins = (enrolled.start[year] - first) * months // length
    ends = (enrolled.last_day(places)[year] - first) * months // length
    capacity = np.where(enrolled.no_show[year], 0, np.maximum(ends - begins + 1, 0))
    owner, number = keep_exactly(world.counts[object_name], capacity, world.of(object_name))
    return owner, begins[owner] + number


def _absence(world: World, object_name: str, owner: Rows, rows: Rows) -> Values:
    """The share of its time that each enrollment was away: a few are away a lot."""
    habit = world.of("habit").unit(owner) ** 6 * 0.5
    return habit * 0.7 + world.of(object_name, "away").unit(rows) ** 8 * 0.3


def _minutes_by_month(world: World) -> Table:
    owner, month = _months(world, "AttendanceKYMinute")

    def columns(rows: Rows) -> Columns:
        lessons = 14 + world.of("lessons").below(7, month[rows])
        scheduled = lessons * MINUTES_A_DAY
        away = _absence(world, "AttendanceKYMinute", owner[rows], rows)
        return {
            "enrollment_guid": world.guid("Enrollment", owner[rows]),
            "school_month": month[rows] + 1,
            "scheduled_minutes": scheduled,
            "absent_minutes": np.floor(scheduled * away / 5).astype(np.int64) * 5,
        }

    return world.table("AttendanceKYMinute", columns, count=len(owner))


def _absent_days(world: World) -> Table:
    owner, month = _months(world, "AttendanceBIEAbsentDays")

    def columns(rows: Rows) -> Columns:
        away = _absence(world, "AttendanceBIEAbsentDays", owner[rows], rows) * 18
        return {
            "enrollment_guid": world.guid("Enrollment", owner[rows]),
            "month": month[rows] + 1,
            "excused": np.round(away * 1.2) / 2,
            "unexcused": np.round(away * 0.8) / 2,
        }

    return world.table("AttendanceBIEAbsentDays", columns, count=len(owner))


def _quarters(world: World, object_name: str) -> tuple[Rows, Rows]:
    """Pairs of an enrollment and the last day of a quarter that it had begun by then."""
    enrolled, places = world.enrollments, world.places
    year = np.arange(enrolled.this_year)
    calendar = enrolled.calendar[year]
    first, length = places.first[calendar], places.length[calendar]
    begun = (enrolled.start[year] - first) * QUARTERS // length
    capacity = np.where(enrolled.no_show[year], 0, QUARTERS - begun)
    owner, number = keep_exactly(world.counts[object_name], capacity, world.of(object_name))
    quarter = begun[owner] + number
    return owner, first[owner] + length[owner] * (quarter + 1) // QUARTERS - 1


def _exact_counts(world: World) -> Table:
    owner, as_of = _quarters(world, "AttendanceExactCount")

    def columns(rows: Rows) -> Columns:
        mine = owner[rows]
        until = np.minimum(world.enrollments.last_day(world.places)[mine], as_of[rows])
        lessons = np.floor((until - world.enrollments.start[mine] + 1) * 0.56 * 2) / 2
        absent = np.round(lessons * _absence(world, "AttendanceExactCount", mine, rows) * 2) / 2
        return {
            "enrollment_guid": world.guid("Enrollment", mine),
            "as_of_date": as_of[rows],
            "days_enrolled": lessons,
            "days_present": lessons - absent,
            "days_absent": absent,
        }

    return world.table("AttendanceExactCount", columns, count=len(owner))


def _minutes_by_quarter(world: World) -> Table:
    owner, as_of = _quarters(world, "AttendanceSDMinute")

    def columns(rows: Rows) -> Columns:
        minutes = 40 * MINUTES_A_DAY + world.of("quarter").below(8, as_of[rows]) * MINUTES_A_DAY
        away = _absence(world, "AttendanceSDMinute", owner[rows], rows)
        return {
            "enrollment_guid": world.guid("Enrollment", owner[rows]),
            "period_start": as_of[rows] - world.places.length[world.enrollments.calendar[owner[rows]]] // QUARTERS,
            "enrolled_minutes": minutes,
            "absent_minutes": np.floor(minutes * away).astype(np.int64),
        }

    return world.table("AttendanceSDMinute", columns, count=len(owner))


def _groups(world: World) -> Table:
    chance = world.of("attendance group")

    def columns(rows: Rows) -> Columns:
        enrollment, _ = world.enrolled("AttendanceGroupKY", rows, world.attending)
        first, last = world.during(enrollment, chance, rows)
        return {
            "enrollment_guid": world.guid("Enrollment", enrollment),
            "start_date": first,
            "end_date": unset(last, chance.of("open").true(0.6, rows)),
        }

    return world.table("AttendanceGroupKY", columns)
