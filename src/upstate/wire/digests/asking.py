"""Asking PostgreSQL for the sums or the pairs of a table in as few values as can be, and reading its answer.

To group a row by its bucket costs the server as much again as its digest. So it only strings together the bucket and
digest of every row, and they are summed here. A table too large to be held like that is grouped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from upstate.catalog import Column, SyncObject
from upstate.errors import WireError
from upstate.wire.digests.definition import MOST_BUCKETS, definition
from upstate.wire.digests.pairs import Pairs, pairs_schema
from upstate.wire.digests.postgresql import Expressions, each_sql, sums_sql
from upstate.wire.digests.sums import Sums, sums_from_hashes, sums_from_rows

# 12 bytes a record are in memory at once, at both ends of the connection: with fewer buckets than these there are
# about a million records.
_FEW = MOST_BUCKETS // 2
# The types of keys that can be strung together, as each value takes as many bytes as any other, and is never null.
_SENT = {"uuid": "uuid_send", "integer": "int4send", "bigint": "int8send"}


def ask_sums(
    obj: SyncObject,
    rows: str,
    alias: str | None,
    buckets: int,
    expressions: Expressions | None = None,
    unfit: str | None = None,
    beside: Sequence[tuple[str, str]] = (),
    among: str = "true",
) -> str:
    """A query whose answer `sums_from_answer` reads; the parameters are those of `sums_sql`.

    `beside` is what else the same look at the rows is to tell, where `tells_beside`: of each an expression of a row,
    and an aggregate of that, which calls it {}; they follow in the answer. Of a row that is not `among` those summed,
    only what is beside is told.
    """
    if buckets >= _FEW:
        return sums_sql(obj, rows, alias, buckets, expressions, unfit)
    names = [f"beside{number}" for number, _ in enumerate(beside)]
    more = [f"{of_row} AS {name}" for name, (of_row, _) in zip(names, beside, strict=True)]
    told = [aggregate.format(name) for name, (_, aggregate) in zip(names, beside, strict=True)]
    only = ""
    if among != "true":
        more.append(f"{among} AS summed")
        only = " FILTER (WHERE summed)"
    each = each_sql(obj, rows, alias, buckets, expressions, unfit, more)
    sums = (
        f"count(*){only} AS records",
        f"{strung('int4send', 'bucket')}{only} AS buckets",
        f"{strung('int8send', 'digest')}{only} AS digests",
    )
    return f"SELECT {', '.join((*sums, *told))} FROM ({each}) AS digests"  # noqa: S608 - no value in it


def tells_beside(buckets: int) -> bool:
    """Whether the sums in so many buckets are asked for in a way that can tell something else besides."""
    return buckets < _FEW


def sums_from_answer(obj: SyncObject, answer: pa.Table | Sequence[tuple[Any, ...]], buckets: int) -> Sums:
    """The sums in the answer to `ask_sums` for so many buckets, as an Arrow table or as tuples.

    WireError where it is not the whole answer to that question.
    """
    if buckets >= _FEW:
        return sums_from_rows(obj, answer, buckets)
    rows = list(zip(*answer.to_pydict().values(), strict=True)) if isinstance(answer, pa.Table) else answer
    if len(rows) != 1:
        raise WireError(f"{len(rows)} rows came where the digests are one: the answer was cut short. Ask again.")
    records, places, digests, *_ = rows[0]
    bucket = np.frombuffer(places or b"", ">i4").astype(np.int64)
    digest = np.frombuffer(digests or b"", ">i8").astype(np.int64)
    if not records == len(bucket) == len(digest):
        raise WireError(f"{records} records were counted, and {len(digest)} digests came. Ask again.")
    if bucket.size and (bucket.min() < 0 or bucket.max() >= buckets):
        raise WireError(f"The answer names a bucket that is none of {buckets}: it answers another question.")
    return sums_from_hashes(obj, [(bucket, digest)], buckets)


def strung_keys(obj: SyncObject, values: Sequence[str]) -> list[str] | None:
    """Each of the key's columns strung together, given how it is called; None where a type of them cannot be."""
    if any(column.type not in _SENT for column in obj.key_columns):
        return None
    return [strung(_SENT[column.type], value) for column, value in zip(obj.key_columns, values, strict=True)]


def strung(send: str, value: str) -> str:
    """A column's values of all rows as one, in their binary form by this function of PostgreSQL's."""
    return f"string_agg(pg_catalog.{send}({value}), ''::pg_catalog.bytea)"


def pairs_from_answer(obj: SyncObject, answer: Sequence[bytes | None]) -> Pairs:
    """The pairs in one row: the key's columns and the digest, each strung together."""
    digests = pa.array(np.frombuffer(answer[-1] or b"", ">i8").astype(np.int64))
    keys = [_key(column, held or b"") for column, held in zip(obj.key_columns, answer[:-1], strict=True)]
    if any(len(key) != len(digests) for key in keys):
        raise WireError(f"As many keys as digests of {obj.name} must come. Ask again.")
    return Pairs(definition(obj), pa.Table.from_arrays([*keys, digests], schema=pairs_schema(obj)))


def _key(column: Column, held: bytes) -> pa.Array:
    if column.type == "uuid":
        return pa.Array.from_buffers(pa.binary(16), len(held) // 16, [None, pa.py_buffer(held)])
    kind = np.int32 if column.type == "integer" else np.int64
    return pa.array(np.frombuffer(held, np.dtype(kind).newbyteorder(">")).astype(kind))
