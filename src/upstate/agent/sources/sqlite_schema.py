"""The tables of a SQLite file as facts: columns by declared type, keys, unique indexes, foreign keys."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from upstate.agent.sources.description import ForeignKey, Table
from upstate.agent.sources.server_tables import fetch
from upstate.catalog import Column, ColumnType

_DECLARED = re.compile(r"\s*([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
# The first of these words that a declared type contains decides; the order matters.
_WORDS: tuple[tuple[str, ColumnType], ...] = (
    ("TIMESTAMPTZ", "timestamptz"),
    ("WITH TIME ZONE", "timestamptz"),
    ("TIMESTAMP", "timestamp"),
    ("DATETIME", "timestamp"),
    ("DATE", "date"),
    ("TIME", "time"),
    ("BOOL", "boolean"),
    ("GUID", "uuid"),
    ("UUID", "uuid"),
    ("UNIQUEIDENTIFIER", "uuid"),
    ("JSON", "json"),
    ("INT", "bigint"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("STRING", "text"),
    ("BLOB", "bytes"),
    ("BINARY", "bytes"),
    ("REAL", "double"),
    ("FLOA", "double"),
    ("DOUB", "double"),
    ("NUM", "decimal"),
    ("DEC", "decimal"),
    ("MONEY", "decimal"),
    ("BIT", "boolean"),
)


def columns_by_table(connection: Any) -> dict[str, list[str]]:
    """The column names of every table and view."""
    tables: dict[str, list[str]] = defaultdict(list)
    for table, _, column, *_ in fetch(connection, "sqlite_columns"):
        tables[table].append(column)
    return tables


def describe_file(connection: Any) -> list[Table]:
    """Every table of the file."""
    columns: dict[str, list[Column]] = defaultdict(list)
    keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for table, kind, name, declared, required, place in fetch(connection, "sqlite_columns"):
        if kind == "table":
            columns[table].append(_column(name, declared, bool(required)))
            if place:
                keys[table].append((place, name))
    uniques: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, index, name in fetch(connection, "sqlite_uniques"):
        uniques[table, index].append(name)
    # SQLite finds tables and columns whatever their case; a catalog does not.
    exact = {table.casefold(): table for table in columns}
    pairs: dict[tuple[str, int, str], list[tuple[str, str]]] = defaultdict(list)
    for table, number, parent, name, parent_name in fetch(connection, "sqlite_references"):
        pairs[table, number, exact.get(parent.casefold(), parent)].append((name, parent_name))
    return [
        Table(
            name=table,
            columns=tuple(columns[table]),
            key=tuple(name for _, name in sorted(keys[table])),
            uniques=tuple(tuple(names) for (owner, _), names in uniques.items() if owner == table and all(names)),
            foreign_keys=tuple(
                ForeignKey(
                    tuple(_exact(columns[table], name) for name, _ in both),
                    parent,
                    tuple(_exact(columns[parent], name) for _, name in both if name),
                )
                for (owner, _, parent), both in pairs.items()
                if owner == table
            ),
        )
        for table in columns
    ]


def _exact(columns: list[Column], name: str) -> str:
    return next((c.name for c in columns if c.name.casefold() == name.casefold()), name)


def _column(name: str, declared: str, required: bool) -> Column:
    found = _DECLARED.fullmatch(declared.upper())
    base, first, second = found.groups() if found else (declared.upper(), None, None)
    kind: ColumnType = next((kind for word, kind in _WORDS if word in base), "text")
    if kind == "text":
        return Column(name, kind, required, length=int(first) if first and int(first) else None)
    if kind == "decimal":
        # A number without limits may have any digits; 38 with 10 after the point is the most that travels.
        precision, scale = (int(first), int(second or 0)) if first else (38, 10)
        if not 0 <= scale <= precision <= 38 or not precision:
            precision, scale = 38, 10
        return Column(name, kind, required, precision=precision, scale=scale)
    return Column(name, kind, required)
