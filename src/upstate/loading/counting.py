"""What became of every record of an object that has landed."""

from __future__ import annotations

from typing import Any

import psycopg

from upstate.loading.filling import Filled
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.settling import count_found
from upstate.loading.statements import Part, columns, equal, fetch_row, state_table, statement
from upstate.loading.task import Task, same_year
from upstate.planning import Counts

Cursor = psycopg.Cursor[Any]


def counts_of(
    cursor: Cursor, task: Task, filled: Filled, *, created: int = 0, updated: int = 0, leftovers: int = 0
) -> Counts:
    """What became of every record the district has: what was not sent is unchanged, unless something was found."""
    found = count_found(cursor, task)
    records = filled.candidates + filled.refused if not task.compared else task.district_records
    return Counts(
        created=created,
        updated=updated,
        unchanged=records - filled.refused - sum(found.values()) - created - updated,
        failed=found.get("failed", 0) + filled.refused,
        blocked=found.get("blocked", 0),
        excluded=found.get("excluded", 0),
        leftovers=leftovers,
    )


def has_rows(cursor: Cursor, task: Task) -> bool:
    """Whether the district has any row of the object at the state."""
    return bool(_value(cursor, "has_rows", task, table=state_table(task.object)))


def count_rows(cursor: Cursor, task: Task) -> int:
    """How many rows the district has of the object at the state, of whatever year."""
    return _value(cursor, "count_of_district", task, table=state_table(task.object))


def count_held(cursor: Cursor, task: Task) -> int:
    """How many rows the state holds of what this order's snapshot speaks for."""
    return _value(cursor, "count_held", task, table=state_table(task.object), same_year=same_year(task))


def count_rejected_held(cursor: Cursor, task: Task) -> int:
    """How many of those are of records that were turned away."""
    obj = task.object
    return _value(
        cursor,
        "count_rejected_held",
        task,
        table=state_table(obj),
        same_year=same_year(task),
        found_keys=columns(None, found_keys(obj)),
        refused_keys=typed_keys(obj),
        readable=readable(obj),
        on=equal("rejected", "held", dict(zip(found_keys(obj), obj.key, strict=True))),
    )


def _value(cursor: Cursor, name: str, task: Task, **parts: Part) -> int:
    return int(fetch_row(cursor, statement(name, **parts), task.values)[0])
