"""A few records among many: the way to what they are held against is an index, not a look at every row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from upstate.loading.statements import statement


def tell_how_few(cursor: psycopg.Cursor[Any]) -> None:
    """Have the planner know of the candidates that wait in a temporary table."""
    for name in ("sample_few", "analyze_candidates"):
        cursor.execute(statement(name))


@contextmanager
def by_index(cursor: psycopg.Cursor[Any]) -> Iterator[None]:
    """Let the planner take a row at a time where it knows of few; everything else is planned by set."""
    cursor.execute(statement("plan_by_index"))
    yield
    cursor.execute(statement("plan_by_set"))
