"""The tables of a PostgreSQL database as facts: columns, keys, unique indexes, foreign keys."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg

from upstate.agent.sources.description import ForeignKey, Table
from upstate.agent.sources.server_tables import fetch
from upstate.catalog import Column, ColumnType

# Everything else (enums, arrays, intervals, ranges, addresses) is carried as PostgreSQL's own text of it.
_TYPES: dict[str, ColumnType] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "bigint",
    "numeric": "decimal",
    "real": "double",
    "double precision": "double",
    "boolean": "boolean",
    "date": "date",
    "time without time zone": "time",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "uuid": "uuid",
    "bytea": "bytes",
    "json": "json",
    "jsonb": "json",
}
_HEADER = 4  # PostgreSQL keeps a type's limits with this added


def describe_database(connection: psycopg.Connection[Any]) -> list[Table]:
    """Every table that is found without naming its schema."""
    columns: dict[str, list[Column]] = defaultdict(list)
    for _, table, visible, name, is_table, kind, limits, required in fetch(connection, "postgresql_columns"):
        if visible and is_table:
            columns[table].append(_column(name, kind, limits, required))
    indexes: dict[tuple[str, int, bool, bool], list[str]] = defaultdict(list)
    for table, index, is_key, nulls_equal, name in fetch(connection, "postgresql_uniques"):
        indexes[table, index, is_key, nulls_equal].append(name)
    pairs: dict[tuple[str, int, str], list[tuple[str, str]]] = defaultdict(list)
    for table, number, parent, name, parent_name in fetch(connection, "postgresql_references"):
        pairs[table, number, parent].append((name, parent_name))
    return [
        Table(
            name=table,
            columns=tuple(columns[table]),
            key=next((tuple(names) for (t, _, is_key, _), names in indexes.items() if t == table and is_key), ()),
            uniques=tuple(tuple(names) for (t, _, is_key, _), names in indexes.items() if t == table and not is_key),
            nulls_equal=frozenset(tuple(names) for (t, _, _, equal), names in indexes.items() if t == table and equal),
            foreign_keys=tuple(
                ForeignKey(tuple(ours for ours, _ in both), parent, tuple(theirs for _, theirs in both))
                for (t, _, parent), both in pairs.items()
                if t == table
            ),
        )
        for table in columns
    ]


def _column(name: str, base_type: str, limits: int, required: bool) -> Column:
    kind = _TYPES.get(base_type, "text")
    limited = limits >= _HEADER
    if kind == "decimal":
        precision, scale = 38, 10
        if limited:
            packed = limits - _HEADER
            precision, scale = packed >> 16, packed & 0x7FF
            if not 0 <= scale <= precision <= 38:
                precision, scale = 38, 10
        return Column(name, kind, required, precision=precision, scale=scale)
    if base_type in ("character varying", "character") and limited:
        return Column(name, kind, required, length=limits - _HEADER)
    return Column(name, kind, required)
