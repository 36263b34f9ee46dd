"""What was delivered of an order, as it is kept: its batches, read one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from upstate.errors import WireError
from upstate.loading.statements import fetch_row, statement
from upstate.loading.task import Task
from upstate.wire import Batch, decode


def delivered(cursor: psycopg.Cursor[Any], task: Task, wanted: Iterable[int] | None = None) -> Iterator[Batch]:
    """The order's batches by number, or those that are wanted; WireError where one is missing or cannot be read."""
    (batches,) = fetch_row(cursor, statement("delivered_batches"), task.values)
    for number in range(batches) if wanted is None else wanted:
        row = cursor.execute(statement("kept_batch"), {"order": task.order, "number": number}, binary=True).fetchone()
        if row is None:
            raise WireError(f"Batch {number} of {batches} of {task.object.name} is gone from the hub. Send it again.")
        yield decode(task.object, row[0])


def records_delivered(cursor: psycopg.Cursor[Any], task: Task) -> int:
    """How many records the batches are said to hold."""
    return int(fetch_row(cursor, statement("delivered_records"), task.values)[0])
