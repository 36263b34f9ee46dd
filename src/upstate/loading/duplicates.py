"""What must be unique: among the candidates, and against the leftovers that the state still holds."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Unique
from upstate.loading.conditions import is_found
from upstate.loading.statements import Part, column, columns, equal, key_text, state_table, statement
from upstate.loading.task import Candidates, Task

Cursor = psycopg.Cursor[Any]


def find_duplicates(cursor: Cursor, candidates: Candidates, unique: Unique) -> None:
    obj = candidates.task.object
    names = unique.columns
    alike = unique.nulls == "equal"
    same = sql.SQL("is not distinct from" if alike else "=")
    complete = [] if alike else [sql.SQL("{} is not null").format(column("record", n)) for n in names]
    cursor.execute(
        statement(
            "find_duplicates",
            keys=columns("record", obj.key),
            record_keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            candidates=candidates.table,
            columns=columns("record", names),
            complete=sql.SQL(" and ").join([sql.SQL("true"), *complete]),
            unfound=sql.SQL("not exists (select from finding where {})").format(is_found(obj)),
            on=sql.SQL(" and ").join(
                sql.SQL("{} {} {}").format(column("twice", n), same, column("record", n)) for n in names
            ),
        ),
        {**candidates.task.values, "columns": ", ".join(names)},
    )


def find_held(cursor: Cursor, candidates: Candidates) -> int:
    """Candidates that share what must be unique with a leftover at the state; returns how many reasons were found."""
    obj = candidates.task.object
    found = 0
    for unique in obj.uniques:
        same = sql.SQL("is not distinct from" if unique.nulls == "equal" else "=")
        cursor.execute(
            statement(
                "find_held",
                record_keys=columns("record", obj.key),
                key_text=key_text("record", obj.key),
                candidates=candidates.table,
                table=state_table(obj),
                held_key=key_text("held", obj.key),
                on=sql.SQL(" and ").join(
                    sql.SQL("{} {} {}").format(column("held", n), same, column("record", n)) for n in unique.columns
                ),
                same_year=same_year(candidates.task),
                sent_is_held=equal("sent", "held", obj.key),
                held_is_found=is_found(obj, "held"),
            ),
            {**candidates.task.values, "columns": ", ".join(unique.columns)},
        )
        found += cursor.rowcount
    return found


def same_year(task: Task) -> Part:
    """The condition that a held row is one that this order's snapshot speaks for."""
    if task.object.school_year is None or task.school_year is None:
        return sql.SQL("true")
    return sql.SQL("{} = %(school_year)s::integer").format(column("held", task.object.school_year))
