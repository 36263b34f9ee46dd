"""Days as numbers since 1970-01-01, and which of them are school days."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.demo.chance import Rows
from upstate.demo.recipe import HERE

_EPOCH = dt.date(1970, 1, 1)
OPEN = 0
"""Stands for a date that is not set: no made-up record ends on the first day of 1970."""


def day(year: int, month: int, day_of_month: int) -> int:
    """The number of a date."""
    return (dt.date(year, month, day_of_month) - _EPOCH).days


def year_of(days: Rows) -> Rows:
    """The calendar year that each day lies in."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def weekday(days: Rows) -> Rows:
    """0 for Monday to 6 for Sunday."""
    return (days + 3) % 7


def on_weekdays(days: Rows) -> Rows:
    """The same days, but the Friday before where one is on a weekend."""
    return days - np.maximum(weekday(days) - 4, 0)


@functools.cache
def _events(school_year: int) -> tuple[int, NDArray[Any]]:
    first = day(school_year - 1, 7, 1)
    events = np.full(366 + 1, None, dtype=object)
    for off in tomllib.loads((HERE / "school_days.toml").read_text(encoding="utf-8"))["off"]:
        begin, end = (_in_year(school_year, off[end]) for end in ("first", "last"))
        events[begin - first : end - first + 1] = off["event"]
    return first, events


def _in_year(school_year: int, month_and_day: str) -> int:
    month, day_of_month = (int(part) for part in month_and_day.split("-"))
    return day(school_year - 1 if month > 6 else school_year, month, day_of_month)


def events(days: Rows, school_year: int) -> NDArray[Any]:
    """Why there is no school on each of these days of a school year, by code; None where nothing is in the way."""
    first, codes = _events(school_year)
    return codes[days - first]
