"""The exact reading of dates, times of day and moments with a zone or without."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from upstate.agent.conform.reading_texts import ascii_text
from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column

_CLOCK = r"([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?"
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(
    r"(?P<day>[+-]?[0-9]{4,}-[0-9]{2}-[0-9]{2})"
    rf"(?:[ T](?P<clock>{_CLOCK})(?P<zone>Z|[+-][0-9]{{2}}(?::?[0-9]{{2}}(?::?[0-9]{{2}})?)?)?)?(?P<bc> BC)?"
)
_ENDLESS = ("infinity", "-infinity")


def read_date(value: bytes, _column: Column) -> date:
    """'2024-01-31', also with a time of day that is midnight to the last digit."""
    day, clock, zone, _ = _moment(value, "not_a_date")
    if zone or clock != time.min:
        raise MisfitError("not_a_date")
    return day


def read_time(value: bytes, _column: Column) -> time:
    """'13:05', '13:05:30' or '13:05:30.123456'."""
    found = _TIME.fullmatch(ascii_text(value, "not_a_time"))
    if not found:
        raise MisfitError("not_a_time")
    return _clock(found.groups(), "not_a_time")


def read_timestamp(value: bytes, _column: Column) -> datetime:
    """'2024-01-31 13:05:30', with T as well, to the microsecond; a date alone is its midnight. No zone."""
    day, clock, zone, _ = _moment(value, "not_a_timestamp")
    if zone:
        raise MisfitError("has_zone")
    return datetime.combine(day, clock)


def read_timestamptz(value: bytes, _column: Column) -> datetime:
    """As a timestamp, but with its zone: Z, +01, -0500 or +05:30."""
    day, clock, zone, offset = _moment(value, "not_a_timestamp")
    if not zone:
        raise MisfitError("no_zone")
    try:
        return datetime.combine(day, clock, timezone(offset)).astimezone(UTC)
    except OverflowError as error:
        raise MisfitError("date_out_of_range") from error


def _moment(value: bytes, reason: Reason) -> tuple[date, time, str, timedelta]:
    text = ascii_text(value, reason)
    if text in _ENDLESS:
        raise MisfitError("date_out_of_range")
    found = _MOMENT.fullmatch(text)
    if not found:
        raise MisfitError(reason)
    year, month, day = found["day"].lstrip("+-").split("-")
    if found["day"][0] in "+-" or found["bc"] or not 1 <= int(year) <= 9999:
        raise MisfitError("date_out_of_range")
    clock = _clock(found.groups()[2:6], reason) if found["clock"] else time.min
    try:
        return date(int(year), int(month), int(day)), clock, found["zone"] or "", _offset(found["zone"])
    except ValueError as error:
        raise MisfitError(reason) from error


def _clock(parts: tuple[str | None, ...], reason: Reason) -> time:
    hour, minute, second, fraction = parts
    if fraction and fraction[6:].strip("0"):
        raise MisfitError("too_many_digits")
    try:
        return time(int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "")[:6].ljust(6, "0")))
    except ValueError as error:
        raise MisfitError(reason) from error


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -offset if zone[0] == "-" else offset
