"""What a record shows by itself, without the database: required values, lengths, codes, its year. Pure, over Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from upstate.catalog import Column, SyncObject
from upstate.loading.wording import MOST_KEY_BYTES, Refusal, refusal, shortened, words
from upstate.wire import Batch, spell_rows


@dataclass(frozen=True, slots=True)
class Inspected:
    """A batch's records that may become rows, and the refusals of the others: a list for each refused record.

    `turned_away` are those of the refused that the district has as they should be read; None where there are none.
    """

    records: pa.RecordBatch
    refused: tuple[tuple[Refusal, ...], ...]
    turned_away: pa.RecordBatch | None = None


def inspect(obj: SyncObject, batch: Batch, school_year: int | None) -> Inspected:
    """Part a batch's records into those that may become rows and those that may not.

    `school_year` is the order's: a record of another year has no business in it.
    """
    refused = list(_misfits(obj, batch.misfits))
    records, turned_away = batch.records, None
    found = [(mask, column, reason) for column in obj.columns for mask, reason in _checks(column, records)]
    found += _long_keys(obj, records)
    if obj.school_year is not None and school_year is not None:
        year = records.column(obj.school_year)
        if year.null_count and not obj.column(obj.school_year).required:
            found.append((pc.is_null(year), obj.column(obj.school_year), "required"))
        other = pc.fill_null(pc.not_equal(year, pa.scalar(school_year, year.type)), False)
        if pc.any(other).as_py():
            found.append((other, obj.column(obj.school_year), "other_year"))
    if found:
        bad = found[0][0]
        for mask, _, _ in found[1:]:
            bad = pc.or_(bad, mask)
        turned_away = records.filter(bad)
        refused += _refusals(obj, turned_away, [(mask.filter(bad), c, reason) for mask, c, reason in found])
        records = records.filter(pc.invert(bad))
    return Inspected(records, tuple(refused), turned_away)


def _checks(column: Column, records: pa.RecordBatch) -> Iterator[tuple[pa.Array, str]]:
    values = records.column(column.name)
    if column.required and values.null_count:
        yield pc.is_null(values), "required"
    if column.length is not None and values.type == pa.string():
        yield from _some(pc.greater(pc.utf8_length(values), column.length), "too_long")
    if column.codes is not None:
        known = pc.is_in(values, value_set=pa.array(list(column.codes), pa.string()))
        yield from _some(pc.and_(pc.is_valid(values), pc.invert(known)), "unknown_code")


def _long_keys(obj: SyncObject, records: pa.RecordBatch) -> list[tuple[pa.Array, Column, str]]:
    """Keys that no index of PostgreSQL's would take: counted as they are spelled, a byte of binary as two."""
    long = [c for c in obj.key_columns if c.type in ("text", "bytes", "json")]
    if not long or records.nbytes <= MOST_KEY_BYTES:
        return []
    size: Any = 0
    for column in long:
        length = pc.fill_null(pc.binary_length(records.column(column.name)), 0)
        size = pc.add(size, pc.multiply(length, 2 if column.type == "bytes" else 1))
    return [(mask, long[0], reason) for mask, reason in _some(pc.greater(size, MOST_KEY_BYTES), "key_too_long")]


def _some(mask: pa.Array, reason: str) -> Iterator[tuple[pa.Array, str]]:
    if pc.any(mask).as_py():
        yield pc.fill_null(mask, False), reason


def _refusals(
    obj: SyncObject, bad: pa.RecordBatch, found: list[tuple[pa.Array, Column, str]]
) -> Iterator[tuple[Refusal, ...]]:
    hits = [(mask.to_pylist(), reason, column.name, words(obj, reason, column.name)) for mask, column, reason in found]
    for row, key in enumerate(spell_rows(obj, obj.key, bad)):
        kept = shortened(key)
        yield tuple(Refusal(kept, reason, column, *said) for mask, reason, column, said in hits if mask[row])


def _misfits(obj: SyncObject, misfits: pa.RecordBatch) -> Iterator[tuple[Refusal, ...]]:
    by_record: dict[int, list[Refusal]] = {}
    for row in misfits.to_pylist():
        found = refusal(obj, tuple(row["key"]), row["reason"], row["column"])
        by_record.setdefault(row["record"], []).append(found)
    yield from map(tuple, by_record.values())
