"""Gather rows, as a driver gives them one by one, to raw batches of few enough records and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from upstate.agent.sources.slicing import MOST_BYTES, MOST_RECORDS
from upstate.catalog import SyncObject

_NUMBERS = ("number", "number_text", "single_text")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a raw batch (its name as conform wants it), and what the driver's bytes or texts in it say.

    "double" is the text of a double, "shortest" one to be told as text; "float" that of a float, told by all digits of
    the double it is. "number" is a double itself, and "number_text" and "single_text" one (of a float) to be told as
    text. "utf16" are the bytes of a text in UTF-16.
    """

    name: str
    says: Literal["text", "bytes", "double", "shortest", "float", "number", "number_text", "single_text", "utf16"]


def gather(rows: Iterable[Sequence[Any]], fields: Sequence[Field], obj: SyncObject) -> Iterator[pa.RecordBatch]:
    """Raw batches of rows of bytes, texts, doubles or None, in the order of `fields`, which is the object's."""
    # Only these can be long enough for fewer rows than a batch may have to fill the memory.
    open_ended = [c.type in ("json", "bytes") or (c.type == "text" and not c.length) for c in obj.columns]
    long = [n for n, field in enumerate(fields) if open_ended[n] and field.says not in _NUMBERS]
    held: list[Sequence[Any]] = []
    size = 0
    for row in rows:
        length = 0
        for place in long:
            length += len(row[place] or ())
        if held and (len(held) >= MOST_RECORDS or size + length > MOST_BYTES):
            yield _batch(held, fields)
            held, size = [], 0
        held.append(row)
        size += length
    if held:
        yield _batch(held, fields)


def _batch(rows: Sequence[Sequence[Any]], fields: Sequence[Field]) -> pa.RecordBatch:
    arrays = [_array(values, field) for values, field in zip(zip(*rows, strict=True), fields, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, [field.name for field in fields])


def _array(values: Sequence[Any], field: Field) -> pa.Array:
    match field.says:
        case "bytes":
            return pa.array(values, pa.binary())
        case "utf16":
            return _texts([None if value is None else _from_utf16(value) for value in values])
        case "text":
            return _texts(values)
        case says if says in _NUMBERS:
            doubles = pa.array(values, pa.float64())
        case _:
            doubles = _texts(values).cast(pa.float64())
    if field.says in ("double", "number"):
        return doubles
    # The fewest digits that are still this number and no other.
    single = field.says in ("float", "single_text")
    return (doubles.cast(pa.float32()) if single else doubles).cast(pa.string())


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array(values, pa.binary()).view(pa.string())  # whether it is UTF-8 is for conform to find out


def _from_utf16(value: bytes) -> bytes:
    """The text in UTF-8, but for half of a surrogate pair, which stays one and so is no UTF-8."""
    return value.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")
