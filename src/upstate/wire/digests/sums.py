"""Sums of digests by bucket of keys: what two sides exchange to find where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.wire.digests.columns import digests, key_hashes
from upstate.wire.digests.definition import MOST_BUCKETS, definition

Counts = NDArray[np.int64]
_NAMES = ("records", "uppers", "lowers")
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")
_EXACT = 1 << 20  # so many 32-bit numbers add up exactly as doubles, which is how numpy counts by bucket


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What one side holds of an object, read in full: each bucket's records, and the sums of their digests' halves.

    There is no Sums of a side that was not read, or not to its end: each way to make one asks for the number of all
    records as well, and raises WireError where the buckets do not add up to it.
    """

    definition: bytes
    records: Counts
    uppers: Counts
    lowers: Counts

    @property
    def buckets(self) -> int:
        """How many buckets there are, empty ones too."""
        return len(self.records)

    @property
    def total(self) -> int:
        """How many records there are."""
        return int(self.records.sum())

    def __sub__(self, part: Sums) -> Sums:
        """What is left without a part of the records; WireError where it is no part of them."""
        left = (getattr(self, name) - getattr(part, name) for name in _NAMES)
        return _sound(self.definition, self.total - part.total, *left)

    def to_bytes(self) -> bytes:
        """A form for the wire, about 12 bytes a bucket."""
        table = pa.RecordBatch.from_arrays([pa.array(getattr(self, name)) for name in _NAMES], list(_NAMES))
        told = {b"definition": self.definition, b"total": str(self.total).encode()}
        batch = table.replace_schema_metadata(told)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as writer:
            writer.write_batch(batch)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def bucket_sums(obj: SyncObject, batches: Iterable[pa.RecordBatch], buckets: int, counted: int | None = None) -> Sums:
    """The sums of these records, which must be all there are: an error while they are read must come out here.

    `counted` is what the source says to have, where it was asked; WireError where fewer or more came.
    """
    return sums_from_hashes(obj, ((key_hashes(obj, b), digests(obj, b)) for b in batches), buckets, counted)


def sums_from_hashes(
    obj: SyncObject,
    hashes: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]],
    buckets: int,
    counted: int | None = None,
) -> Sums:
    """The sums of all records, told batch by batch as the hashes of their keys and their digests; as `bucket_sums`."""
    records, uppers, lowers = (np.zeros(buckets, np.int64) for _ in _NAMES)
    total = 0
    for keys, held in _pieces(hashes):
        places = keys & (buckets - 1)
        records += np.bincount(places, minlength=buckets)
        uppers += _sums(places, held >> 32, buckets)
        lowers += _sums(places, (held << 32) >> 32, buckets)
        total += len(held)
    return _sound(definition(obj), total if counted is None else counted, records, uppers, lowers)


def sums_from_rows(obj: SyncObject, rows: pa.Table | Sequence[tuple[int | None, int, int, int]], buckets: int) -> Sums:
    """The sums in the answer to `sums_sql`, as an Arrow table or as tuples; WireError where a part is missing."""
    columns = _columns(rows) or [np.zeros(0)] * 4
    place = np.asarray(columns[0], np.float64)  # the last word's null as NaN
    last = np.isnan(place)
    if last.sum() != 1:
        raise WireError("The sums lack their last word, which counts every row: the answer was cut short. Ask again.")
    where = place[~last].astype(np.int64)
    if where.size and (where.min() < 0 or where.max() >= buckets):
        raise WireError(f"The sums name a bucket that is none of {buckets}: they answer another question.")
    dense = []
    totals = []
    for column in columns[1:]:
        numbers = np.asarray(column, np.int64)
        values = np.zeros(buckets, np.int64)
        np.add.at(values, where, numbers[~last])
        dense.append(values)
        totals.append(int(numbers[last][0]))
    if totals[1:] != [int(values.sum()) for values in dense[1:]]:
        raise WireError("The sums of the buckets are not the sum of all rows: the answer was cut short. Ask again.")
    return _sound(definition(obj), totals[0], *dense)


def sums_from_bytes(obj: SyncObject, data: bytes) -> Sums:
    """What `to_bytes` made; WireError where it is broken, or of another definition of the object."""
    try:
        with pa.ipc.open_stream(data) as stream:
            (batch,) = list(stream)
        batch.validate(full=True)
        told = batch.schema.metadata or {}
        total = int(told[b"total"])
        columns = [batch.column(name).cast(pa.int64()).to_numpy() for name in _NAMES]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise WireError(f"Sums of {obj.name} cannot be read: {error}.") from error
    if told[b"definition"] != definition(obj):
        raise WireError(f"Sums of {obj.name} were made by another catalog; update the agent's catalog.")
    count = len(columns[0])
    if count > MOST_BUCKETS or count & (count - 1) or not count:
        raise WireError(f"Sums of {obj.name} have {count} buckets, which is no power of two up to {MOST_BUCKETS}.")
    return _sound(told[b"definition"], total, *columns)


def differing(district: Sums, state: Sums) -> NDArray[np.int64]:
    """The buckets in which the two sides differ, rising; none means that the sides are equal.

    WireError where they cannot be compared: another catalog, or another number of buckets.
    """
    if district.definition != state.definition:
        raise WireError("Sums made by different catalogs cannot be compared; update the agent's catalog.")
    if district.buckets != state.buckets:
        raise WireError(f"Sums in {district.buckets} and in {state.buckets} buckets cannot be compared.")
    unequal = np.zeros(district.buckets, np.bool_)
    for name in _NAMES:
        unequal |= getattr(district, name) != getattr(state, name)
    return np.flatnonzero(unequal)


def _pieces(hashes: Iterable[tuple[Counts, Counts]]) -> Iterator[tuple[Counts, Counts]]:
    for keys, held in hashes:
        for start in range(0, len(held), _EXACT):
            yield keys[start : start + _EXACT], held[start : start + _EXACT]


def _sums(places: Counts, values: Counts, buckets: int) -> Counts:
    return np.bincount(places, values.astype(np.float64), buckets).astype(np.int64)


def _columns(rows: pa.Table | Sequence[tuple[int | None, int, int, int]]) -> list[NDArray[np.generic]]:
    if isinstance(rows, pa.Table):
        return [column.to_numpy() for column in rows.columns]
    return [
        np.array(column, np.float64 if place == 0 else np.int64) for place, column in enumerate(zip(*rows, strict=True))
    ]


def _sound(of: bytes, total: int, records: Counts, uppers: Counts, lowers: Counts) -> Sums:
    if total != int(records.sum()) or bool((records < 0).any()):
        raise WireError(f"The buckets hold {int(records.sum())} records where {total} were counted. Ask again.")
    return Sums(of, records, uppers, lowers)
