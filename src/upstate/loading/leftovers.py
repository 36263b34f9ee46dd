"""Rows at the state that the district no longer has: told by the comparison, or found after everything was sent; kept
by key, so that they can be listed, and removed where that is asked for."""

from __future__ import annotations

from typing import Any

import pgpq
import psycopg
import pyarrow as pa
from psycopg import sql

from upstate.errors import WireError
from upstate.loading.keys import found_keys, is_found, readable, typed_keys
from upstate.loading.statements import columns, equal, key_text, state_table, statement
from upstate.loading.task import Task, same_year
from upstate.wire import arrow_type

Cursor = psycopg.Cursor[Any]


def fill_gone(cursor: Cursor, task: Task) -> int:
    """Fill `gone` with what the comparison told; returns how many keys those are."""
    obj = task.object
    if task.gone is None or task.chosen:  # what a selective order lacks is no leftover: most was not asked for
        return 0
    told = _read(task, task.gone)
    if not told.num_rows:
        return 0
    encoder = pgpq.ArrowToPostgresBinaryEncoder(told.schema)
    into = statement("copy_in", table=sql.Identifier("pg_temp", "gone"), columns=columns(None, found_keys(obj)))
    with cursor.copy(into) as copy:
        copy.write(encoder.write_header())
        for part in told.to_batches():
            copy.write(encoder.write_batch(part))
        copy.write(encoder.finish())
    return int(told.num_rows)


def count_gone(task: Task) -> int:
    """How many keys the comparison told of that the district no longer has."""
    return 0 if task.gone is None else int(_read(task, task.gone).num_rows)


def find_gone(cursor: Cursor, task: Task) -> None:
    """Fill `gone` after everything was sent and merged."""
    obj = task.object
    keys = dict(zip(found_keys(obj), obj.key, strict=True))
    cursor.execute(
        statement(
            "find_gone",
            keys=columns("held", obj.key),
            table=state_table(obj),
            same_year=same_year(task),
            sent=equal("sent", "held", obj.key),
            found=is_found(obj, "held"),
            refused_keys=typed_keys(obj),
            readable=readable(obj),
            refused=equal("refused", "held", keys),
        ),
        task.values,
    )


def keep_leftovers(cursor: Cursor, task: Task) -> None:
    """Write down what this landing leaves over, by key, within its transaction; what it says of them is the last word.

    An order of some records only says which have come back.
    """
    obj = task.object
    if task.chosen:
        parts = {"record_key": key_text("record", obj.key), "found_key": key_text("finding", found_keys(obj))}
        cursor.execute(statement("forget_sent_again", **parts), task.values)
        return
    cursor.execute(
        statement(
            "keep_leftovers",
            gone_key=key_text("gone", found_keys(obj)),
            table=state_table(obj),
            same_year=same_year(task),
            on=equal("gone", "held", dict(zip(found_keys(obj), obj.key, strict=True))),
        ),
        task.values,
    )
    for name in ("forget_returned", "replace_held"):
        cursor.execute(statement(name), task.values)


def _read(task: Task, payload: bytes) -> pa.Table:
    wanted = pa.schema([pa.field(column.name, arrow_type(column)) for column in task.object.key_columns])
    try:
        with pa.ipc.open_stream(pa.BufferReader(payload)) as stream:
            told = stream.read_all()
        told.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"The keys that {task.object.name} has lost cannot be read as Arrow: {error}.") from error
    if not told.schema.equals(wanted):
        raise WireError(f"The keys that {task.object.name} has lost do not have the columns of its key.")
    return told.rename_columns(found_keys(task.object))
