"""How a value is spelled as text: as PostgreSQL itself would, so that keys read alike whoever wrote them down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from decimal import Decimal
from math import isfinite, isnan
from typing import Any
from uuid import UUID

import pyarrow as pa

from upstate.catalog import Column, SyncObject

_PLAIN_EXPONENTS = range(-4, 15)


def spell(column: Column, value: Any) -> str | None:
    """A value of a column, as Arrow gives it to Python, in the words of PostgreSQL's `value::text` (ISO dates, UTC).

    JSON stays as it came; None where there is no value.
    """
    if value is None:
        return None
    if column.type == "uuid":
        return str(UUID(bytes=value))
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return "\\x" + value.hex()
        case Decimal():
            return format(value, "f")
        case float():
            return _double(value)
        case datetime() if value.tzinfo is not None:
            return _moment(value.astimezone(UTC).replace(tzinfo=None)) + "+00"
        case datetime() | time():
            return _moment(value)
        case _:
            return str(value)


def spell_rows(obj: SyncObject, columns: Iterable[str], records: pa.RecordBatch) -> list[tuple[str | None, ...]]:
    """The values of some columns of an object's records, a row for each, spelled."""
    parts = [[spell(obj.column(name), value) for value in records.column(name).to_pylist()] for name in columns]
    return list(zip(*parts, strict=True))


def _moment(value: datetime | time) -> str:
    text = str(value)
    return text.rstrip("0") if "." in text else text


def _double(value: float) -> str:
    if not isfinite(value):
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    shortest = Decimal(repr(value)).normalize()
    if shortest == 0:
        return format(value, ".0f")
    exponent = shortest.adjusted()
    if exponent in _PLAIN_EXPONENTS:
        return format(shortest, "f")
    return f"{shortest.scaleb(-exponent):f}e{exponent:+03d}"
