"""The end of a landing: counts, rejections kept and resolved, the batches gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg import sql

from upstate.loading.choosing import settle_chosen
from upstate.loading.keys import found_keys, is_found, readable, typed_keys
from upstate.loading.statements import columns, equal, key_text, statement
from upstate.loading.task import Candidates, Task
from upstate.planning import Counts

Cursor = psycopg.Cursor[Any]


def count_found(cursor: Cursor, task: Task) -> dict[str, int]:
    """How many rejected candidates met each verdict; a key that came twice counts twice."""
    keys = columns(None, found_keys(task.object))
    return {verdict: int(n) for verdict, n in cursor.execute(statement("count_found", keys=keys)).fetchall()}


def settle_other_years(cursor: Cursor, candidates: Candidates) -> None:
    """Resolve rejections of another year whose record has landed in this one."""
    task = candidates.task
    obj = task.object
    if obj.school_year is None or task.school_year is None:
        return
    cursor.execute(
        statement(
            "settle_other_years",
            keys=typed_keys(obj),
            readable=readable(obj),
            candidates=candidates.judged,
            on=equal("held", "record", dict(zip(found_keys(obj), obj.key, strict=True))),
            unfound=sql.SQL("not exists (select from finding where {})").format(is_found(obj)),
        ),
        task.values,
    )


def sum_up(cursor: Cursor, values: Mapping[str, Any]) -> None:
    """Keep the sums of a district's open rejections of one object, by root and by reason; `values`: district, object.

    Whoever changes which rejections are open calls it in the same transaction, under the district's lock.
    """
    for name in ("room_to_sum", "settle_roots", "forget_tally", "settle_tally"):
        cursor.execute(statement(name), values)


def settle_rejections(cursor: Cursor, task: Task) -> None:
    """Write down what did not land, and what is resolved, within the landing's transaction."""
    cursor.execute(statement("plan_by_set"))
    found_key = key_text("finding", found_keys(task.object))
    cursor.execute(statement("settle_rejections", found_key=found_key), task.values)
    if task.chosen:
        settle_chosen(cursor, task)
    else:
        cursor.execute(statement("settle_resolved"), task.values)
    sum_up(cursor, task.values)


def settle_order(cursor: Cursor, task: Task, counts: Counts) -> None:
    """Write down what became of the order and let its kept batches go, within the landing's transaction."""
    cursor.execute(statement("settle_order"), {**task.values, **asdict(counts)})
    cursor.execute(statement("settle_batches"), task.values)
