"""What the database itself refuses (a CHECK, a unique index of the state's own) is narrowed down to its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from upstate.loading.few import by_index
from upstate.loading.keys import found_keys
from upstate.loading.merging import lift_moving, merge
from upstate.loading.refusing import ADVICE, REFUSALS, said
from upstate.loading.statements import columns, fetch_row, key_text, statement
from upstate.loading.task import Task

Cursor = psycopg.Cursor[Any]


def number_candidates(cursor: Cursor) -> None:
    """Give the candidates the numbers by which `find_refused` halves them."""
    for name in ("number_candidates", "index_numbers", "analyze_candidates"):
        cursor.execute(statement(name))


def find_refused(cursor: Cursor, task: Task) -> int:
    """Try the merge by halves, undo it all, and leave a finding for each record the database refused alone.

    Returns how many those are. Each costs about twice the logarithm of the candidates in merges of its own part.
    """
    refused: list[tuple[int, str]] = []
    with by_index(cursor, task):
        with cursor.connection.transaction(force_rollback=True):
            # A reference to a record in the other half is no fault, it was judged before; nor a value that only moves.
            cursor.execute(statement("defer_references"))
            lift_moving(cursor, task)
            refused += _halve(cursor, task)
        for ordinal, message in refused:
            _find(cursor, task, ordinal, message)
    return len(refused)


def _halve(cursor: Cursor, task: Task) -> Iterator[tuple[int, str]]:
    (last,) = fetch_row(cursor, statement("last_candidate"), {})
    parts = [(1, last)] if last else []
    while parts:
        low, high = parts.pop()
        try:
            with cursor.connection.transaction():
                merge(cursor, task, _between(low, high))
        except REFUSALS as refusal:
            if low == high:
                yield low, said(refusal)
            else:
                middle = (low + high) // 2
                parts += [(middle + 1, high), (low, middle)]


def _between(low: int, high: int) -> sql.Composed:
    return sql.SQL('record."upstate ordinal" between {} and {}').format(sql.Literal(low), sql.Literal(high))


def _find(cursor: Cursor, task: Task, ordinal: int, message: str) -> None:
    obj = task.object
    cursor.execute(
        statement(
            "find_refused",
            keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            columns=columns(None, found_keys(obj)),
        ),
        {**task.values, "ordinal": ordinal, "message": message, "advice": ADVICE},
    )
