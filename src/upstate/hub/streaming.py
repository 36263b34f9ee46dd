"""Answers of any length, read from the database piece by piece: a million rows take no memory here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg.rows import dict_row

from upstate.hub.postgres import Connection, database_errors, statement

_AT_ONCE = 10_000


def streamed(
    connection: Connection, name: str, values: Mapping[str, Any], *, by_set: bool = False
) -> Iterator[dict[str, Any]]:
    """A statement's rows, a dict each, fetched some thousands at a time by the server's own cursor.

    `by_set`: it joins large sets, which goes wrong row by row.
    """
    with (
        database_errors(),
        connection.transaction(),
        connection.cursor(f"upstate_{name}", row_factory=dict_row) as cursor,
    ):
        connection.execute(statement("room_to_group"))
        if by_set:
            connection.execute(statement("join_by_set"))
        cursor.itersize = _AT_ONCE
        cursor.execute(statement(name), values)
        yield from cursor
