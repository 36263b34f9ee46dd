"""Of a comparison: which of the state's rows are not to be taken for the district's own."""

from __future__ import annotations

from typing import Any

import psycopg

from upstate.loading.keys import found_columns, found_keys, readable, typed_keys
from upstate.loading.statements import columns, statement
from upstate.loading.task import Task


def set_aside(cursor: psycopg.Cursor[Any], task: Task) -> None:
    """Make `aside`, once the batches are filled in and `gone` is told: every other row of the state's is equal."""
    obj = task.object
    cursor.execute(
        statement(
            "make_aside",
            keys=found_columns(obj),
            found_keys=columns(None, found_keys(obj)),
            refused_keys=typed_keys(obj),
            readable=readable(obj),
        )
    )
    cursor.execute(statement("analyze_aside"))
