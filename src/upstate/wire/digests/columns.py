"""The digest as Arrow's columns give it: each value to its canonical form, and that to its hash."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.catalog import Column, ColumnType, SyncObject
from upstate.errors import WireError
from upstate.wire.digests.definition import LONG, Purpose, compared, seed
from upstate.wire.digests.jsonb import jsonb_text
from upstate.wire.digests.lookup3 import (
    PADDING,
    Bytes,
    Lanes,
    hash_bytes,
    hash_fixed,
    hash_float8,
    hash_int4,
    join,
    split,
)
from upstate.wire.schema import arrow_type

_AT_ONCE = 16_384
_DAY = 86_400_000_000
_SHA_HEX = 64
_MOST_PLAIN_SCALE = 6  # from 7 digits after the point on, Arrow writes 0.0000001 as 1E-7
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.dtype("<u2"))


def digests(obj: SyncObject, records: pa.RecordBatch) -> NDArray[np.int64]:
    """The digest of each record, a signed 64-bit number as PostgreSQL's bigint.

    `records` has the compared columns as `arrow_schema(obj)` has them; WireError where it has not.
    """
    columns = compared(obj)
    out = np.empty(records.num_rows, np.int64)
    for start in range(0, records.num_rows, _AT_ONCE):
        part = records.slice(start, _AT_ONCE)
        number = np.full(part.num_rows, len(columns), np.int32)
        out[start : start + _AT_ONCE] = join(hash_int4(number, _combined("value", columns, part)))
    return out


def key_hashes(obj: SyncObject, records: pa.RecordBatch) -> NDArray[np.int64]:
    """The hash of each record's key; its low bits are the record's bucket."""
    return value_hashes(obj.key_columns, records)


def value_hashes(columns: tuple[Column, ...], records: pa.RecordBatch) -> NDArray[np.int64]:
    """The hash of each record's values in these columns: equal values, equal hashes (of JSON, equal texts)."""
    out = np.empty(records.num_rows, np.int64)
    for start in range(0, records.num_rows, _AT_ONCE):
        part = records.slice(start, _AT_ONCE)
        out[start : start + _AT_ONCE] = join(_combined("key", columns, part))
    return out


def _combined(purpose: Purpose, columns: tuple[Column, ...], records: pa.RecordBatch) -> Lanes:
    high, low = np.zeros(records.num_rows, np.uint32), np.zeros(records.num_rows, np.uint32)
    for column in columns:
        upper, lower = _hashes(purpose, column, records)
        np.bitwise_xor(high, upper, out=high)
        np.bitwise_xor(low, lower, out=low)
    return high, low


def _hashes(purpose: Purpose, column: Column, records: pa.RecordBatch) -> Lanes:
    place = records.schema.get_field_index(column.name)
    values = records.column(place) if place >= 0 else None
    if values is None or values.type != arrow_type(column):
        raise WireError(f"Records without a column {column.name} of type {arrow_type(column)} have no digest.")
    upper, lower = _HASHES[column.type](values, column, lambda form="plain": seed(purpose, column.name, form))
    if values.null_count:
        valid = values.is_valid().to_numpy(zero_copy_only=False)
        upper *= valid
        lower *= valid
    return upper, lower


_Seeds = Callable[..., int]  # the column's seed by its form


def _numbers(values: pa.Array, kind: type[np.generic]) -> NDArray[Any]:
    """The values of a fixed width as they lie in memory; whatever lies where a null is."""
    data = values.buffers()[1]
    if data is None:
        return np.zeros(len(values), kind)
    return np.frombuffer(data, kind, len(values), values.offset * np.dtype(kind).itemsize)


def _small(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    return hash_int4(_numbers(values.cast(pa.int32()), np.int32), seeds())


def _bigints(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    upper, lower = split(_numbers(values, np.int64))
    return hash_int4(lower.view(np.int32), hash_int4(upper.view(np.int32), seeds()))


def _dates(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    return hash_int4(_numbers(values, np.int32), seeds())


def _times(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    return hash_float8(_numbers(values, np.int64) / 1_000_000.0, seeds())


def _moments(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    days, clock = np.divmod(_numbers(values, np.int64), _DAY)
    return hash_float8(clock / 1_000_000.0, hash_int4(days.astype(np.int32), seeds()))


def _doubles(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    return hash_float8(_numbers(values, np.float64), seeds())


def _decimals(values: pa.Array, column: Column, seeds: _Seeds) -> Lanes:
    texts = values.cast(pa.string())
    if (column.scale or 0) > _MOST_PLAIN_SCALE:
        odd = pc.fill_null(pc.match_substring(texts, "E"), False)
        written = [format(number, "f") for number in values.filter(odd).to_pylist()]
        texts = pc.replace_with_mask(texts, odd, pa.array(written, pa.string()))
    return _texts(texts, column, seeds)


def _uuids(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    width, count = 16, len(values)
    data = values.buffers()[1]
    held = np.zeros(count * width + PADDING, np.uint8)
    if data is not None:
        held[: count * width] = np.frombuffer(data, np.uint8, count * width, values.offset * width)
    return hash_fixed(held, width, count, seeds())


def _texts(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    data, starts, lengths = _pieces(values)
    hashes = hash_bytes(data, starts, np.where(lengths > LONG, 0, lengths), seeds())
    return _with_long(hashes, data, starts, lengths, LONG, seeds)


def _bytes(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    data, starts, lengths = _pieces(values)
    short = np.where(lengths * 2 > LONG, 0, lengths)
    hashes = hash_bytes(_HEX[data].view(np.uint8), starts * 2, short * 2, seeds())
    return _with_long(hashes, data, starts, lengths, LONG // 2, seeds)


def _json(values: pa.Array, _column: Column, seeds: _Seeds) -> Lanes:
    texts = [None if text is None else (jsonb_text(text), text) for text in values.to_pylist()]
    canonical = [sha256((pair and pair[0]) or b"").hexdigest() for pair in texts]
    high, low = _hash_hex(canonical, seeds("digested"))
    # What jsonb would not take is hashed as it is written: it equals nothing that the state can hold.
    odd = [index for index, pair in enumerate(texts) if pair is not None and pair[0] is None]
    if odd:
        written = [sha256(pair[1].encode()).hexdigest() for pair in texts if pair is not None and pair[0] is None]
        high[odd], low[odd] = _hash_hex(written, seeds("as written"))
    return high, low


def _pieces(values: pa.Array) -> tuple[Bytes, NDArray[np.int64], NDArray[np.int64]]:
    """The bytes of text or binary values with PADDING behind, where each starts in them, and how long it is."""
    _, offsets, data = values.buffers()
    if offsets is None or len(values) == 0:
        none = np.zeros(len(values), np.int64)
        return np.zeros(PADDING, np.uint8), none, none
    ends = np.frombuffer(offsets, np.int32, len(values) + 1, values.offset * 4).astype(np.int64)
    first, last = int(ends[0]), int(ends[-1])
    held = np.zeros(last - first + PADDING, np.uint8)
    if last > first:
        held[: last - first] = np.frombuffer(data, np.uint8, last - first, first)
    return held, ends[:-1] - first, np.diff(ends)


def _with_long(
    hashes: Lanes, data: Bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64], most: int, seeds: _Seeds
) -> Lanes:
    """The hashes with those of values longer than `most` put in their place."""
    long = np.flatnonzero(lengths > most)
    if long.size:
        texts = [sha256(data[starts[i] : starts[i] + lengths[i]].tobytes()).hexdigest() for i in long]
        hashes[0][long], hashes[1][long] = _hash_hex(texts, seeds("digested"))
    return hashes


def _hash_hex(texts: list[str], by: int) -> Lanes:
    data = np.frombuffer("".join(texts).encode() + bytes(PADDING), np.uint8)
    return hash_fixed(data, _SHA_HEX, len(texts), by)


_HASHES: dict[ColumnType, Callable[[pa.Array, Column, _Seeds], Lanes]] = {
    "boolean": _small,
    "integer": _small,
    "bigint": _bigints,
    "decimal": _decimals,
    "double": _doubles,
    "date": _dates,
    "time": _times,
    "timestamp": _moments,
    "timestamptz": _moments,
    "uuid": _uuids,
    "text": _texts,
    "bytes": _bytes,
    "json": _json,
}
