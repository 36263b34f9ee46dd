"""Rows of Python values, as Arrow batches and as rows of a PostgreSQL table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg import sql

from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire import arrow_schema
from upstate.wire.digests import digest_sql, key_hash_sql, quote

Row = Mapping[str, Any]
_TYPES: dict[ColumnType, str] = {
    "text": "text",
    "integer": "integer",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "uuid": "uuid",
    "bytes": "bytea",
    "json": "jsonb",
}

PUPIL = SyncObject(
    name="Pupil",
    table="pupil",
    key=("id",),
    columns=(
        Column("id", "integer"),
        Column("given_name", "text"),
        Column("family_name", "text"),
        Column("seen_at_state", "text", owner="state"),
    ),
)


def pupil(number: int, given: str | None = "Ada", family: str | None = "Byron") -> Row:
    """A record of PUPIL."""
    return {"id": number, "given_name": given, "family_name": family, "seen_at_state": None}


def batch(obj: SyncObject, rows: Iterable[Row]) -> pa.RecordBatch:
    """These rows as they travel."""
    held = list(rows)
    schema = arrow_schema(obj)
    arrays = [pa.array([_plain(row[field.name]) for row in held], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def make_table(connection: psycopg.Connection[Any], obj: SyncObject) -> None:
    """The object's table, empty, without a key."""
    columns = ", ".join(f"{quote(c.name)} {kind(c)}" for c in obj.columns)
    connection.execute(f"CREATE TABLE {quote(obj.table)} ({columns})".encode())


def fill_table(connection: psycopg.Connection[Any], obj: SyncObject, rows: Sequence[Row]) -> None:
    """These rows and no others."""
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(obj.table)))
    places = ", ".join(f"%s::{kind(c)}" for c in obj.columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(obj.table)} VALUES ({places})".encode(),
            [[row[c.name] for c in obj.columns] for row in rows],
        )


def answers(connection: psycopg.Connection[Any], obj: SyncObject) -> list[tuple[int, int]]:
    """Digest and key hash of each row as PostgreSQL computes them, in the order of filling."""
    query = f"SELECT {digest_sql(obj, 't')}, {key_hash_sql(obj, 't')} FROM {quote(obj.table)} AS t ORDER BY ctid"
    return connection.execute(query.encode()).fetchall()


def kind(column: Column) -> str:
    """The column's type in PostgreSQL."""
    return f"numeric({column.precision},{column.scale})" if column.type == "decimal" else _TYPES[column.type]


def _plain(value: Any) -> Any:
    return value.bytes if isinstance(value, UUID) else value
