"""A few records among many: the way to what they are held against is an index, not a look at every row.

A landing of everything is planned by set, and one of few records by index; what in either asks for the other says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from upstate.loading.statements import statement
from upstate.loading.task import Task


def plan_for_few(cursor: psycopg.Cursor[Any]) -> None:
    """From here on let the planner take a row at a time where it knows of few."""
    cursor.execute(statement("plan_by_index"))


@contextmanager
def by_index(cursor: psycopg.Cursor[Any], task: Task) -> Iterator[None]:
    """What goes by index although everything was sent."""
    if task.everything:
        cursor.execute(statement("plan_by_index"))
    yield
    if task.everything:
        cursor.execute(statement("plan_by_set"))


@contextmanager
def by_set(cursor: psycopg.Cursor[Any], task: Task) -> Iterator[None]:
    """What looks at every row of an object although few were sent."""
    if not task.everything:
        cursor.execute(statement("plan_by_set"))
    yield
    if not task.everything:
        cursor.execute(statement("plan_by_index"))
