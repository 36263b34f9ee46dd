"""Of a landing on another server: what it needs to know of the control tables goes along, and what it finds comes back.

The control tables are in one database, the district's rows in another. So that no statement need reach over both,
temporary tables there stand for the control tables, under their names, with what a landing reads of them: its order,
its batches, the district's open rejections of its object and of the parents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from upstate.loading.keys import found_keys
from upstate.loading.statements import Part, column, columns, sql_type, statement
from upstate.loading.task import Task
from upstate.planning import Counts

Cursor = psycopg.Cursor[Any]


def take_along(office: Cursor, cursor: Cursor, task: Task, *, batches: bool = True) -> None:
    """Have at hand on `cursor` what statements about this task read of the control tables; in the office they are."""
    if office is cursor:
        return
    objects = sorted({task.object.name, *(reference.to for reference in task.object.references)})
    kinds = ("rejections", "orders", "batches") if batches else ("rejections",)
    for kind in kinds:
        values = {**task.values, "objects": objects}
        cursor.execute(statement(f"carry_{kind}_table"))
        carry(office, cursor, statement(f"carry_{kind}"), statement(f"carry_{kind}_in"), values)


def bring_back(cursor: Cursor, office: Cursor, task: Task) -> None:
    """Have at hand in the office what a landing found, as the statements that settle it read it."""
    if office is cursor:
        return
    keys = found_keys(task.object)
    made: dict[str, Part] = {
        "keys": sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(key)) for key in keys),
        "texts": sql.SQL(", ").join(sql.SQL("{}::text").format(column(None, key)) for key in keys),
    }
    made["names"] = columns(None, keys)
    made["typed"] = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(key), sql_type(c))
        for key, c in zip(keys, task.object.key_columns, strict=True)
    )
    made["key_names"] = columns(None, task.object.key)
    made["key_definitions"] = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(c.name), sql_type(c)) for c in task.object.key_columns
    )
    kinds = ["finding", "refusal", "gone"] + (["aside", "candidate"] if task.chosen else [])
    office.execute(statement("set_up"))
    for kind in kinds:
        office.execute(statement("drop_kept", table=sql.Identifier("pg_temp", kind)))
        office.execute(statement(f"back_{kind}_table", **made))
        into = statement("back_in", table=sql.Identifier("pg_temp", kind))
        carry(cursor, office, statement(f"back_{kind}", **made), into, {})
    resolved = [number for (number,) in cursor.execute(statement("back_resolved"), task.values).fetchall()]
    if resolved:
        office.execute(statement("back_resolve"), {**task.values, "resolved": resolved})


def landed_before(cursor: Cursor, task: Task) -> Counts | None:
    """What this very order came to, where it landed on this server and the word of it never reached the office."""
    row = cursor.execute(statement("landed_before"), task.values).fetchone()
    return None if row is None else Counts(**row[0])


def leave_note(cursor: Cursor, task: Task, counts: Counts) -> None:
    """Leave a note with the rows of what the order came to: they are committed first, and the office after them."""
    cursor.execute(statement("landed_note"), {**task.values, "counts": Jsonb(asdict(counts))})


def carry(source: Cursor, target: Cursor, query: sql.Composed, into: sql.Composed, values: Mapping[str, Any]) -> None:
    """Copy what a query gives on one server into a table on another."""
    with source.copy(query, values) as read, target.copy(into) as written:
        for part in read:
            written.write(part)
