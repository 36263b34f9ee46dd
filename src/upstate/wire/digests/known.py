"""Known answers: two records of every type and their digests, and the question that shows whether a PostgreSQL agrees.

A database that was built otherwise (a big-endian machine, another encoding than UTF-8, a version to come with other
hashes) answers no, or with an error; its rows are then read and digested here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from upstate.catalog import Column, SyncObject
from upstate.wire.digests.postgresql import digest_sql, key_hash_sql, quote
from upstate.wire.schema import arrow_schema

SAMPLE = SyncObject(
    name="Sample",
    table="sample",
    key=("a_uuid", "an_integer"),
    columns=(
        Column("a_uuid", "uuid"),
        Column("an_integer", "integer"),
        Column("a_bigint", "bigint"),
        Column("a_boolean", "boolean"),
        Column("a_short_decimal", "decimal", precision=10, scale=2),
        Column("a_long_decimal", "decimal", precision=38, scale=12),
        Column("a_double", "double"),
        Column("a_date", "date"),
        Column("a_time", "time"),
        Column("a_timestamp", "timestamp"),
        Column("a_timestamptz", "timestamptz"),
        Column("a_text", "text"),
        Column("a_long_text", "text"),
        Column("some_bytes", "bytes"),
        Column("many_bytes", "bytes"),
        Column("some_json", "json"),
    ),
)
_NULL_BUT_KEY = (UUID(int=0), 0, *[None] * 14)
_VALUES = (
    UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    -7,
    -(1 << 63) + 5,
    True,
    Decimal("-12345678.90"),
    Decimal("12345678901234567890123456.000000000001"),
    -1234.5678e-90,
    date(1899, 12, 31),
    time(23, 59, 59, 999_999),
    datetime(2024, 2, 29, 12, 30, 15, 250_001),  # noqa: DTZ001 - a timestamp without a zone
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    "Zoë 😀 o'Neil",
    "a long text " * 40,
    bytes(range(100)),
    bytes(range(256)),
    '{"bb": [1.50, -0, 1e3, null, true], "a": "\\u00e9\\n", "bb ": {}, "a": "é\\"\\u0001"}',
)


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A record of SAMPLE, by its values in the order of its columns, and what must come of it."""

    values: tuple[Any, ...]
    digest: int
    key_hash: int


def known_answers() -> tuple[KnownAnswer, ...]:
    """Fixed records with their digests: a change of any of them is another VERSION of the definition."""
    return (
        KnownAnswer(_VALUES, -6712285753044155563, 7386529536264679650),
        KnownAnswer(_NULL_BUT_KEY, -2766201093381176480, -2056634195016637134),
    )


def sample_records() -> pa.RecordBatch:
    """The records of the known answers as they travel."""
    schema = arrow_schema(SAMPLE)
    rows = [answer.values for answer in known_answers()]
    columns = [[v.bytes if isinstance(v, UUID) else v for v in column] for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(
        [pa.array(v, f.type) for v, f in zip(columns, schema, strict=True)], schema=schema
    )


def self_test_sql() -> str:
    """A query whose one value is true where a PostgreSQL computes digests as this module says.

    Anything else, an error too, means: do not let it. An error ends a transaction; ask before one begins.
    """
    names = ", ".join(quote(column.name) for column in SAMPLE.columns)
    checks = " AND ".join(
        f"(SELECT {digest_sql(SAMPLE, 's')} = '{answer.digest}'::pg_catalog.int8"  # noqa: S608 - only our values
        f" AND {key_hash_sql(SAMPLE, 's')} = '{answer.key_hash}'::pg_catalog.int8"
        f" FROM (VALUES ({', '.join(map(_literal, answer.values, SAMPLE.columns))})) AS s ({names}))"
        for answer in known_answers()
    )
    return f"SELECT pg_catalog.current_setting('server_encoding') = 'UTF8' AND {checks}"


def _literal(value: object, column: Column) -> str:
    kind = _TYPES[column.type]
    if value is None:
        return f"NULL::pg_catalog.{kind}"
    if isinstance(value, bytes):
        return f"pg_catalog.decode('{value.hex()}', 'hex')"
    # In hex the question is plain ASCII, and reads the same whatever the session's settings are.
    return (
        f"pg_catalog.convert_from(pg_catalog.decode('{str(value).encode().hex()}', 'hex'), 'UTF8')::pg_catalog.{kind}"
    )


_TYPES = {
    "uuid": "uuid",
    "integer": "int4",
    "bigint": "int8",
    "boolean": "bool",
    "decimal": "numeric",
    "double": "float8",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "text": "text",
    "bytes": "bytea",
    "json": "jsonb",
}
