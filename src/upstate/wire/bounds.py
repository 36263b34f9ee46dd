"""How far values may go, as Arrow counts them: digits, days and moments; and which of a column keep within."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

MOST_DECIMAL = 38
DAY = 86_400_000_000

_EPOCH = date(1970, 1, 1)
DATES = ((date.min - _EPOCH).days, (date.max - _EPOCH).days)
MOMENTS = (DATES[0] * DAY, DATES[1] * DAY + DAY - 1)


def between(values: pa.Array, low: int, high: int) -> pa.Array:
    """Of each value, whether it is one of low to high; null stays null."""
    return pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))
