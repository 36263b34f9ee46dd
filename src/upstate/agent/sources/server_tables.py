"""The tables of a server as it tells of them itself, in rows of the same form whatever the server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from importlib.resources import files
from typing import Any

from upstate.agent.sources.description import Table, as_tables
from upstate.catalog import Column


def fetch(connection: Any, query: str) -> list[Any]:
    """The rows of a query kept in this room's sql folder; texts and numbers as Python's own."""
    with closing(connection.cursor()) as cursor:
        cursor.execute((files("upstate.agent.sources") / "sql" / f"{query}.sql").read_text(encoding="utf-8"))
        return [tuple(v.decode() if isinstance(v, bytes) else v for v in row) for row in cursor.fetchall()]


def columns_by_table(columns: Iterable[Sequence[Any]]) -> dict[str, list[str]]:
    """The columns of every table and view: under schema.table, and under table alone where that finds it.

    Each of `columns` says the schema, the table, whether its name alone finds it, the column, and more.
    """
    tables: dict[str, list[str]] = defaultdict(list)
    for schema, table, visible, column, *_ in columns:
        for name in (f"{schema}.{table}", table) if visible else (f"{schema}.{table}",):
            tables[name].append(column)
    return dict(tables)


def tables_told(connection: Any, server: str, column_of: Callable[..., Column]) -> list[Table]:
    """The tables that are found by their names alone, from this server's three queries in the sql folder.

    Its columns go on with whether they are a table's and no view's, then what `column_of` takes after the name.
    """
    columns = (
        (table, column_of(name, *facts, bool(required)))
        for _, table, visible, name, is_table, *facts, required in fetch(connection, f"{server}_columns")
        if visible and is_table
    )
    return as_tables(columns, fetch(connection, f"{server}_uniques"), fetch(connection, f"{server}_references"))
