"""The tables of a MariaDB or MySQL database as facts: columns, keys, unique indexes, foreign keys."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from typing import Any

from upstate.agent.sources.description import Table, as_tables
from upstate.catalog import Column, ColumnType

# Everything else (enum, set, year, addresses, shapes) is carried as the server's own text of it.
_TYPES: dict[str, ColumnType] = {
    "tinyint": "integer",
    "smallint": "integer",
    "mediumint": "integer",
    "int": "integer",
    "bigint": "bigint",
    "decimal": "decimal",
    "float": "double",
    "double": "double",
    "date": "date",
    "time": "time",
    "datetime": "timestamp",
    "timestamp": "timestamptz",  # kept as UTC, shown in whatever zone a session has
    "uuid": "uuid",
    "binary": "bytes",
    "varbinary": "bytes",
    "tinyblob": "bytes",
    "blob": "bytes",
    "mediumblob": "bytes",
    "longblob": "bytes",
    "json": "json",
}
_MOST_LENGTH = 16_383  # a text column that may be longer has no limit worth the name
_MOST_DIGITS = 38


def fetch(connection: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query kept in this room's sql folder; texts and numbers as Python's own."""
    with connection.cursor() as cursor:
        cursor.execute((files("upstate.agent.sources") / "sql" / f"{query}.sql").read_text(encoding="utf-8"))
        return [tuple(row) for row in cursor.fetchall()]


def columns_by_table(connection: Any) -> dict[str, list[str]]:
    """The column names of every table and view: under database.table, and under table alone in this database."""
    tables: dict[str, list[str]] = defaultdict(list)
    for schema, table, visible, _, column, *_ in fetch(connection, "mysql_columns"):
        tables[f"{schema}.{table}"].append(column)
        if visible:
            tables[table].append(column)
    return tables


def stored_tables(connection: Any) -> frozenset[str]:
    """The names, in small letters, of the tables that are no views; under database.table and table as above."""
    return frozenset(
        name.casefold()
        for schema, table, visible, is_table, *_ in fetch(connection, "mysql_columns")
        if is_table
        for name in ((f"{schema}.{table}", table) if visible else (f"{schema}.{table}",))
    )


def describe_database(connection: Any) -> list[Table]:
    """Every table of the database that the URL names."""
    columns = [
        (table, _column(name, kind, full, length, digits, scale, bool(required)))
        for _, table, visible, is_table, name, kind, full, length, digits, scale, required in fetch(
            connection, "mysql_columns"
        )
        if visible and is_table
    ]
    return as_tables(columns, fetch(connection, "mysql_uniques"), fetch(connection, "mysql_references"))


def _column(
    name: str, kind: str, full: str, length: int | None, digits: int | None, scale: int | None, required: bool
) -> Column:
    if full == "tinyint(1)" or full == "bit(1)":  # how both servers keep a boolean
        return Column(name, "boolean", required)
    found = _TYPES.get(kind, "text")
    if kind == "int" and full.endswith("unsigned"):
        found = "bigint"
    if kind == "bit" or (kind == "bigint" and "unsigned" in full):
        return Column(name, "decimal", required, precision=20, scale=0)  # up to 2^64-1
    if found == "decimal":
        precision, places = (digits, scale or 0) if digits and digits <= _MOST_DIGITS else (_MOST_DIGITS, 10)
        return Column(name, found, required, precision=precision, scale=places)
    if found == "text" and kind in ("char", "varchar") and length and length <= _MOST_LENGTH:
        return Column(name, found, required, length=int(length))
    return Column(name, found, required)
