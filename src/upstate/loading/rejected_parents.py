"""A parent's open rejections, at hand while its children are judged."""

from __future__ import annotations

from typing import Any

import psycopg

from upstate.loading.few import by_index
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.parents import rejected_name, rejected_table
from upstate.loading.statements import equal, fetch_row, literal, state_table, statement
from upstate.loading.task import Task
from upstate.loading.temporary import keep, rejected_of

Cursor = psycopg.Cursor[Any]


def rejected_parents(cursor: Cursor, task: Task) -> dict[str, bool]:
    """Which parents have open rejections, each with whether policy is among the causes.

    Of a selective order an object that points at itself is always one: most of its records were not sent.
    """
    own = task.object.name
    parents = [r.to for r in task.object.references]
    others = [parent for parent in parents if parent != own]
    rejected: dict[str, bool] = {own: False} if task.chosen and own in parents else {}
    if others:
        rejected |= cursor.execute(statement("rejected_parents"), {**task.values, "objects": others}).fetchall()
    return rejected


def make_rejected(cursor: Cursor, task: Task, parent: str) -> None:
    """Have a parent's open rejections at hand, by key."""
    table, obj = rejected_table(task.object, parent), task.catalog[parent]
    keep(cursor, rejected_of(rejected_name(task.object, parent), obj))
    cursor.execute(
        statement(
            "make_rejected", rejected=table, keys=typed_keys(obj), parent=literal(parent), readable=readable(obj)
        ),
        task.values,
    )
    cursor.execute(statement("analyze_rejected", rejected=table))


def any_rejected_held(cursor: Cursor, task: Task, parent: str) -> bool:
    """Whether the state holds a row of a parent that is rejected; `make_rejected` has been there."""
    obj = task.catalog[parent]
    query = statement(
        "any_rejected_held",
        rejected=rejected_table(task.object, parent),
        parent=state_table(obj),
        on=equal("rejected", "held", dict(zip(found_keys(obj), obj.key, strict=True))),
    )
    with by_index(cursor, task):
        return bool(fetch_row(cursor, query, task.values)[0])
