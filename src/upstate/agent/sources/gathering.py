"""Gather rows, as a driver gives them one by one, to raw batches of few enough records and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from upstate.agent.sources.slicing import MOST_BYTES, MOST_RECORDS
from upstate.catalog import SyncObject


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a raw batch (its name as conform wants it), and what the driver's bytes or texts in it say.

    "double" is the text of a double; "float" that of a float, told by all digits of the double it is.
    """

    name: str
    says: Literal["text", "bytes", "double", "float"]


def gather(rows: Iterable[Sequence[Any]], fields: Sequence[Field], obj: SyncObject) -> Iterator[pa.RecordBatch]:
    """Raw batches of rows whose values are bytes, texts or None, in the order of `fields`, which is the object's."""
    # Only these can be long enough for fewer rows than a batch may have to fill the memory.
    long = [n for n, c in enumerate(obj.columns) if c.type in ("json", "bytes") or (c.type == "text" and not c.length)]
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
    raw = pa.array(values, pa.binary())
    if field.says == "bytes":
        return raw
    texts = raw.view(pa.string())  # whether it is UTF-8 is for conform to find out
    if field.says == "text":
        return texts
    doubles = texts.cast(pa.float64())
    # The fewest digits that are still this float and no other.
    return doubles if field.says == "double" else doubles.cast(pa.float32()).cast(pa.string())
