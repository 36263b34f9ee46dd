"""Make the state's rows equal to the candidates: compare before writing, and let the statement itself count."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.statements import Part, column, columns, equal, fetch_row, state_table, statement
from upstate.loading.task import Task

EVERY = sql.SQL("true")


def merge(cursor: psycopg.Cursor[Any], task: Task, slice_: Part = EVERY) -> tuple[int, int]:
    """Merge the candidates (of a slice of them) into the state's table; returns how many were created and updated."""
    obj = task.object
    names = [c.name for c in obj.columns]
    row = fetch_row(
        cursor,
        statement(
            "merge",
            table=state_table(obj),
            slice=slice_,
            same=equal("held", "record", obj.key),
            update=_update(obj),
            columns=columns(None, names),
            values=columns("record", names),
        ),
        task.values,
    )
    return row[0], row[1]


def _update(obj: SyncObject) -> Part:
    pushed = [c.name for c in obj.pushed]
    if not pushed:
        return sql.SQL("")
    return statement(
        "merge_update",
        held=_row("held", obj),
        sent=_row("record", obj),
        assignments=sql.SQL(", ").join(
            sql.SQL("{} = record.{}").format(sql.Identifier(n), sql.Identifier(n)) for n in pushed
        ),
    )


def _row(alias: str, obj: SyncObject) -> Part:
    """What is compared: jsonb as text, for jsonb itself takes 1.0 for 1.00, and the digest does not."""
    return sql.SQL("row({})").format(
        sql.SQL(", ").join(
            sql.SQL("{}::text").format(column(alias, c.name)) if c.type == "json" else column(alias, c.name)
            for c in obj.pushed
        )
    )
