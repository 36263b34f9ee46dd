"""Of a selective order: its few records among all those that were not sent, which stay as the state has them."""

from __future__ import annotations

from typing import Any

import psycopg

from upstate.errors import WireError
from upstate.loading.keys import found_keys, is_found
from upstate.loading.statements import Part, columns, equal, key_text, state_table, statement
from upstate.loading.task import Candidates, Task
from upstate.wire import decode_lacking

Cursor = psycopg.Cursor[Any]


def forget_sent(cursor: Cursor, task: Task, rejected: Part) -> None:
    """Of the object's own open rejections at hand, keep those of records that were not sent: they stand as they are."""
    cursor.execute(
        statement("forget_sent", rejected=rejected, same=equal("aside", "rejected", found_keys(task.object)))
    )


def forget_unsent(cursor: Cursor, candidates: Candidates) -> None:
    """Whatever a rule that looks around found against records that were not sent is no business of this order."""
    cursor.execute(
        statement("forget_unsent", candidates=candidates.table, found=is_found(candidates.task.object)),
        candidates.task.values,
    )


def find_beside(cursor: Cursor, candidates: Candidates, unique: tuple[str, ...], on: Part, unfound: Part) -> int:
    """Records that share what must be unique with a row whose record was not sent, or does not land this time."""
    obj = candidates.task.object
    cursor.execute(
        statement(
            "find_beside",
            record_keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            held_key=key_text("held", obj.key),
            table=state_table(obj),
            candidates=candidates.table,
            sent=equal("sent", "held", obj.key),
            is_held=is_found(obj, "held"),
            on=on,
            unfound=unfound,
            ways=statement("held_ways"),
        ),
        {**candidates.task.values, "columns": ", ".join(unique)},
    )
    return cursor.rowcount


def settle_chosen(cursor: Cursor, task: Task) -> None:
    """Resolve what was open of the records that were asked for and was not seen again; of no others."""
    cursor.execute(statement("make_lacking"))
    _copy_lacking(cursor, task)
    cursor.execute(statement("settle_chosen", aside_key=key_text("aside", found_keys(task.object))), task.values)


def _copy_lacking(cursor: Cursor, task: Task) -> None:
    """The keys that were asked for and that the district does not have (where ids were asked for, no key is known)."""
    if task.gone is None:
        return
    lacking = decode_lacking(task.gone)
    if lacking.column_names != list(task.object.key):
        if lacking.num_columns == 1:
            return
        raise WireError(f"The keys that {task.object.name} lacks do not have the columns of its key.")
    with cursor.copy(statement("copy_lacking")) as copy:
        for batch in lacking.to_batches(max_chunksize=10_000):
            for key in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row((list(key),))
