"""A table of PostgreSQL a block at a time, each column strung together by the database: one row to fetch, not 50,000.

A driver's work is by row and value, and dearer than all else about reading. So it is given one row a block, in which
each column is the bytes that its values are on the wire, one after the other, and its nulls are told by bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources.postgresql_projection import Field, literal, quote
from upstate.agent.sources.relation import table_name
from upstate.agent.sources.slicing import MOST_BYTES
from upstate.catalog import SyncObject

# Of a table: 4 MiB of it are some 50,000 records of a common size. But a value may be compressed in its row.
_FIRST, _PAGES = 32, 512
_MARKED = 31  # as many columns' nulls fit one integer
_DAYS = 10_957  # from 1970, where Arrow's dates begin, to 2000, where PostgreSQL's do
_MICROSECONDS = _DAYS * 86_400_000_000
_COMMA = ","  # no number has one
_NUMBERS = frozenset({"numeric"})
_NOTHING = pa.py_buffer(b"")
_LENGTHY = {"text": "textsend", "character varying": "textsend", "bytea": "byteasend"}


def _numbers(width: str) -> Callable[[pa.Buffer], pa.Array]:
    return lambda data: pa.array(np.frombuffer(data, f">{width}").astype(width))


def _since_1970(width: str, origin: int, kind: pa.DataType) -> Callable[[pa.Buffer], pa.Array]:
    """Endless ones wrap around, out of the years that a date may be in."""
    return lambda data: pa.array(np.frombuffer(data, f">{width}").astype(width) + np.array(origin, width)).view(kind)


def _uuids(data: pa.Buffer) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(16), len(data) // 16, [None, data])


# By type, the function that says a value in so many bytes, and what reads those of a column.
_FIXED: dict[str, tuple[str, Callable[[pa.Buffer], pa.Array]]] = {
    "boolean": ("boolsend", lambda data: pa.array(np.frombuffer(data, bool))),
    "smallint": ("int2send", _numbers("i2")),
    "integer": ("int4send", _numbers("i4")),
    "bigint": ("int8send", _numbers("i8")),
    "real": ("float4send", _numbers("f4")),
    "double precision": ("float8send", _numbers("f8")),
    "date": ("date_send", _since_1970("i4", _DAYS, pa.date32())),
    "time without time zone": ("time_send", _since_1970("i8", 0, pa.time64("us"))),
    "timestamp without time zone": ("timestamp_send", _since_1970("i8", _MICROSECONDS, pa.timestamp("us"))),
    "timestamp with time zone": ("timestamptz_send", _since_1970("i8", _MICROSECONDS, pa.timestamp("us", "UTC"))),
    "uuid": ("uuid_send", _uuids),
}


def is_table(obj: SyncObject, origin: ObjectOrigin) -> bool:
    """Whether an object is a table's own columns: mapped SQL may look at other rows, and must see them all."""
    return origin.select is None and all(origin.column(column.name).sql is None for column in obj.columns)


def pages_query(origin: ObjectOrigin) -> str:
    """A query for the pages of a table that can be read in blocks; no row where it cannot.

    It must be one heap, whose rows have a place, only told to who may read all columns. A value kept apart from
    its row may be of any size, and too many such would be strung together. Lengths are told in the server's encoding,
    so that must be what is sent.
    """
    return (
        "SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint "  # noqa: S608
        "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_am AS a ON a.oid = c.relam "
        f"WHERE c.oid = {literal(table_name(origin.table, quote))}::regclass "
        "AND c.relkind = 'r' AND NOT c.relhassubclass AND a.amname = 'heap' "
        "AND coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0) = 0 AND has_table_privilege(c.oid, 'SELECT') "
        "AND getdatabaseencoding() = 'UTF8' AND current_setting('server_version_num')::integer >= 140000"
    )


def parted(pages: int, read: Callable[[str], pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A table of so many pages a block at a time, in its order: `read` is given a WHERE by the place of a row.

    How many pages a block has follows from the bytes that came of those before, so it is the same for the same rows.
    """
    start, count = 0, min(_FIRST, _PAGES)
    while True:
        end = start + count
        last = end >= pages
        batch = read(f" WHERE r.ctid >= '({start},0)'" + ("" if last else f" AND r.ctid < '({end},0)'"))
        yield batch
        if last:
            return
        start = end
        if batch.nbytes > MOST_BYTES:
            count = max(1, count // 2)
        elif batch.nbytes <= MOST_BYTES // 2:
            count = min(_PAGES, count * 2)


@dataclass(frozen=True, slots=True)
class Strung:
    """How the columns of an object are strung together, and taken apart."""

    fields: Sequence[Field]

    @classmethod
    def of(cls, fields: Sequence[Field]) -> Strung | None:
        """None where one is of a type that is not known here."""
        known = _FIXED.keys() | _LENGTHY.keys() | _NUMBERS
        return cls(fields) if all(field.kind in known for field in fields) else None

    def select(self) -> str:
        """What to select of the rows of a block: one row comes of it."""
        selected = []
        for start in range(0, len(self.fields), _MARKED):
            bits = (f"({f.sql} IS NULL)::int << {n}" for n, f in enumerate(self.fields[start : start + _MARKED]))
            selected.append(_string(f"int4send({' | '.join(f'({bit})' for bit in bits)})"))
        for field in self.fields:
            if field.kind in _FIXED:
                selected.append(_string(f"{_FIXED[field.kind][0]}({field.sql})"))
            elif field.kind in _NUMBERS:
                selected.append(f"string_agg(({field.sql})::text, '{_COMMA}')")
            else:
                selected.append(_string(f"{_LENGTHY[field.kind]}({field.sql})"))
                selected.append(_string(f"int4send(octet_length({field.sql}))"))
        return ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(selected))

    def apart(self, row: Sequence[pa.Buffer | None]) -> pa.RecordBatch:
        """The raw batch that a block's row tells of; None in it is a column of nulls."""
        values = (_NOTHING if data is None else data for data in row)
        marks = [np.frombuffer(next(values), ">i4") for _ in range(0, len(self.fields), _MARKED)]
        arrays = []
        for number, field in enumerate(self.fields):
            of, bit = divmod(number, _MARKED)
            null = (marks[of] >> bit & 1).astype(bool)
            arrays.append(_spread(_values(field.kind, values), null))
        return pa.RecordBatch.from_arrays(arrays, [field.name for field in self.fields])


def _string(sql: str) -> str:
    return f"string_agg({sql}, '')"


def _values(kind: str, told: Iterator[pa.Buffer]) -> pa.Array:
    """The values of a column that are not null."""
    data = next(told)
    if kind in _FIXED:
        return _FIXED[kind][1](data)
    if kind in _NUMBERS:
        joined = _texts(pa.string(), np.array([len(data)] if len(data) else []), data)
        return pc.split_pattern(joined, _COMMA).flatten()
    return _texts(pa.binary() if kind == "bytea" else pa.string(), np.frombuffer(next(told), ">i4"), data)


def _texts(kind: pa.DataType, lengths: np.ndarray[Any, Any], data: pa.Buffer) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.Array.from_buffers(kind, len(lengths), [None, pa.py_buffer(offsets), data])


def _spread(values: pa.Array, null: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.Array:
    """The values where there are any, and nulls between them."""
    if not null.any():
        return values
    return values.take(pa.array(np.cumsum(~null, dtype=np.int32) - 1, mask=null))
