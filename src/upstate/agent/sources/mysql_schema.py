"""The tables of a MariaDB or MySQL database as facts: columns, keys, unique indexes, foreign keys."""

from __future__ import annotations

from typing import Any

from upstate.agent.sources.description import Table
from upstate.agent.sources.server_tables import columns_by_table, fetch, tables_told
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


def stored_tables(connection: Any) -> frozenset[str]:
    """The names, in small letters, of the tables that are no views; under database.table, and table in this one."""
    stored = (row for row in fetch(connection, "mysql_columns") if row[4])
    return frozenset(name.casefold() for name in columns_by_table(stored))


def describe_database(connection: Any) -> list[Table]:
    """Every table of the database that the URL names."""
    return tables_told(connection, "mysql", _column)


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
