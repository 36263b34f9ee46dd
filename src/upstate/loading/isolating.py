"""What the database itself refuses (a CHECK, a unique index of the state's own) is narrowed down to its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from upstate.loading.keys import found_keys
from upstate.loading.merging import merge
from upstate.loading.statements import columns, key_text, statement
from upstate.loading.task import Task

# Integrity violations, values out of range, and what a trigger of the state's own raises.
REFUSALS = (psycopg.errors.IntegrityError, psycopg.errors.DataError, psycopg.errors.RaiseException)


def find_refused(cursor: psycopg.Cursor[Any], task: Task) -> int:
    """Try the merge by halves, undo it all, and leave a finding for each record the database refused alone.

    Returns how many those are. Each costs about twice the logarithm of the candidates in merges of its own part.
    """
    for name in ("number_candidates", "index_numbers", "analyze_candidates", "plan_by_index"):
        cursor.execute(statement(name))
    refused: list[tuple[int, str]] = []
    with cursor.connection.transaction(force_rollback=True):
        # A reference to a record in the other half is no fault; it was judged before.
        cursor.execute(statement("defer_references"))
        refused += _halve(cursor, task)
    for ordinal, message in refused:
        _find(cursor, task, ordinal, message)
    cursor.execute(statement("plan_by_set"))
    return len(refused)


def _halve(cursor: psycopg.Cursor[Any], task: Task) -> Iterator[tuple[int, str]]:
    row = cursor.execute(statement("count_candidates")).fetchone()
    parts = [(1, row[0])] if row is not None and row[0] else []
    while parts:
        low, high = parts.pop()
        try:
            with cursor.connection.transaction():
                merge(cursor, task, _between(low, high))
        except REFUSALS as refusal:
            if low == high:
                yield low, _what(refusal)
            else:
                middle = (low + high) // 2
                parts += [(middle + 1, high), (low, middle)]


def _between(low: int, high: int) -> sql.Composed:
    return sql.SQL('record."upstate ordinal" between {} and {}').format(sql.Literal(low), sql.Literal(high))


def _find(cursor: psycopg.Cursor[Any], task: Task, ordinal: int, message: str) -> None:
    obj = task.object
    cursor.execute(
        statement(
            "find_refused",
            keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            columns=columns(None, found_keys(obj)),
        ),
        {**task.values, "ordinal": ordinal, "message": message},
    )


def _what(refusal: psycopg.Error) -> str:
    """What the database said, without the values it may quote in its detail."""
    diagnostics = refusal.diag
    if diagnostics.constraint_name:
        kinds = {"23514": "check", "23505": "unique rule", "23P01": "exclusion rule", "23503": "reference"}
        kind = kinds.get(diagnostics.sqlstate or "", "constraint")
        return f"The state's {kind} {diagnostics.constraint_name} refuses it."
    if isinstance(refusal, psycopg.errors.RaiseException):
        return f"A trigger at the state refuses it: {diagnostics.message_primary}."
    return f"The state's database refuses it (SQLSTATE {diagnostics.sqlstate})."
