"""Make the state's rows equal to the candidates: compare before writing, and let the statement itself count."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.refusing import REFUSALS
from upstate.loading.statements import Part, any_of, column, columns, equal, fetch_row, state_table, statement
from upstate.loading.task import Task

Cursor = psycopg.Cursor[Any]
EVERY = sql.SQL("true")


def merge(cursor: Cursor, task: Task, slice_: Part = EVERY) -> tuple[int, int]:
    """Merge the candidates (of a slice of them) into the state's table; returns how many were created and updated."""
    obj = task.object
    moves = _moves(obj)
    moved = _move(cursor, task, slice_, moves) if moves else 0
    names = [c.name for c in obj.columns]
    row = fetch_row(
        cursor,
        statement(
            "merge",
            table=state_table(obj),
            slice=slice_,
            same=equal("held", "record", obj.key),
            differs=_differs(obj),
            update=_update(obj),
            columns=columns(None, names),
            values=columns("record", names),
        ),
        task.values,
    )
    return row[0], row[1] + moved


def lift_moving(cursor: Cursor, task: Task) -> None:
    """Take out rows whose value of a unique index changes, in a transaction that is undone.

    Then a record is refused for a value that another keeps, and not for one that another is about to give up. Where
    references forbid to take them out, they stay.
    """
    obj = task.object
    if moves := _moves(obj):
        try:
            with cursor.connection.transaction():
                cursor.execute(
                    statement(
                        "lift_moving", table=state_table(obj), same=equal("held", "record", obj.key), moves=moves
                    ),
                    task.values,
                )
        except REFUSALS:
            return


def _move(cursor: Cursor, task: Task, slice_: Part, moves: Part) -> int:
    """Let rows swap values of a unique index, which looks at each row as it is written; returns how many moved."""
    obj = task.object
    pushed = {c.name for c in obj.pushed}
    names = [name for (name,) in cursor.execute(statement("columns_of"), {"table": obj.table}).fetchall()]
    cursor.execute(
        statement(
            "move",
            table=state_table(obj),
            slice=slice_,
            same=equal("held", "record", obj.key),
            moves=moves,
            columns=columns(None, names),
            values=sql.SQL(", ").join(
                sql.SQL("{} as {}").format(column("record" if n in pushed else "held", n), sql.Identifier(n))
                for n in names
            ),
            keys=columns(None, obj.key),
        ),
        task.values,
    )
    return cursor.rowcount


def _moves(obj: SyncObject) -> Part | None:
    """The condition that a row's value of a unique index across the state changes; None where none can."""
    pushed = {c.name for c in obj.pushed}
    names = {n for unique in obj.uniques if unique.across == "state" for n in unique.columns if n in pushed}
    if not names:
        return None
    return any_of(
        sql.SQL("{} is distinct from {}").format(column("held", n), column("record", n)) for n in sorted(names)
    )


def _update(obj: SyncObject) -> Part:
    pushed = [c.name for c in obj.pushed]
    if not pushed:
        return sql.SQL("")
    return statement(
        "merge_update",
        differs=_differs(obj),
        assignments=sql.SQL(", ").join(
            sql.SQL("{} = record.{}").format(sql.Identifier(n), sql.Identifier(n)) for n in pushed
        ),
    )


def _differs(obj: SyncObject) -> Part:
    if not obj.pushed:
        return sql.SQL("false")
    return sql.SQL("{} is distinct from {}").format(_row("held", obj), _row("record", obj))


def _row(alias: str, obj: SyncObject) -> Part:
    """What is compared: jsonb as text, for jsonb itself takes 1.0 for 1.00, and the digest does not."""
    return sql.SQL("row({})").format(
        sql.SQL(", ").join(
            sql.SQL("{}::text").format(column(alias, c.name)) if c.type == "json" else column(alias, c.name)
            for c in obj.pushed
        )
    )
