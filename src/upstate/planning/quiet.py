"""Quiet hours: when no order is handed out. Text like "mon-fri 07:30-16:00; sun 00:00-24:00", in a zone's own time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from upstate.errors import PlanError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60  # minutes
_SPAN = re.compile(r"(?:([a-z]{3})(?:-([a-z]{3}))? +)?(\d\d):(\d\d)-(\d\d):(\d\d)")
_MINUTE = timedelta(minutes=1)
_MOST = 8 * _DAY


@dataclass(frozen=True, slots=True)
class Span:
    """From one minute of these days (0 is Monday) to another; where it ends before it begins, on the day after."""

    days: frozenset[int]
    begins: int
    ends: int

    def holds(self, day: int, minute: int) -> bool:
        """Whether a minute of a day lies in it."""
        if self.begins < self.ends:
            return day in self.days and self.begins <= minute < self.ends
        return (day in self.days and minute >= self.begins) or ((day - 1) % 7 in self.days and minute < self.ends)


def parse_quiet(text: str) -> tuple[Span, ...]:
    """The spans in a text, parted by semicolons or lines; PlanError in one line where it cannot be read."""
    parts = [part.strip().lower() for part in re.split(r"[;\n]", text)]
    return tuple(_span(part) for part in parts if part)


def check_time_zone(name: str) -> str:
    """The name of a time zone there is; PlanError for any other."""
    if name not in available_timezones():
        raise PlanError(f'There is no time zone "{name}". Write it as in America/New_York, or UTC.')
    return name


def quiet_until(texts: Iterable[str], time_zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that `now` lies in end, all texts taken together, in UTC; None where it lies in none.

    Where they never end, the answer is a week or more away. `now` has a zone.
    """
    spans = [span for text in texts for span in parse_quiet(text)]
    if not spans or not _quiet(spans, time_zone, now):
        return None
    at = now.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(_MOST):
        at += _MINUTE
        if not _quiet(spans, time_zone, at):
            break
    return at


def _quiet(spans: list[Span], time_zone: str, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(time_zone))
    return any(span.holds(local.weekday(), local.hour * 60 + local.minute) for span in spans)


def _span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise PlanError(f'Quiet hours "{part}" cannot be read. Write them as in mon-fri 07:30-16:00; sat 08:00-12:00.')
    first, last, *clock = found.groups()
    for day in (first, last):
        if day is not None and day not in DAYS:
            raise PlanError(f'There is no day "{day}". The days are {", ".join(DAYS)}.')
    hours = [int(number) for number in clock]
    begins, ends = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if hours[1] > 59 or hours[3] > 59 or begins >= _DAY or ends > _DAY or begins == ends:
        raise PlanError(f'Quiet hours "{part}" have no such time. From 00:00 to 24:00, and not the same twice.')
    start = 0 if first is None else DAYS.index(first)
    stop = (6 if first is None else start) if last is None else DAYS.index(last)
    days = frozenset((start + step) % 7 for step in range((stop - start) % 7 + 1))
    return Span(days, begins, ends)
