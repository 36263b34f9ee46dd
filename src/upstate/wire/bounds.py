"""How far days and moments may go, as Arrow counts them, and whether a column keeps within.

Arrow holds years that neither Python nor a calendar has.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

DAY: Final = 86_400_000_000  # microseconds

_EPOCH = date(1970, 1, 1)
DATES: Final = ((date.min - _EPOCH).days, (date.max - _EPOCH).days)
MOMENTS: Final = (DATES[0] * DAY, DATES[1] * DAY + DAY - 1)


def between(values: pa.Array, low: int, high: int) -> pa.Array:
    """Of each value, whether it is one of low to high; null stays null."""
    return pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))


def all_between(values: pa.Array, low: int, high: int) -> bool:
    """Whether every value is one of low to high or null: one look at them, and no number of Python's made Arrow's."""
    found = pc.min_max(values).as_py()
    return found["min"] is None or (low <= found["min"] and found["max"] <= high)
