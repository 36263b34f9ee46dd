"""What must be unique: among the district's records, and against rows that stay as they are."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Unique
from upstate.loading.choosing import find_beside
from upstate.loading.few import by_set
from upstate.loading.keys import found_keys, is_found, readable, typed_keys
from upstate.loading.sharing import any_shared, complete, make_shared, shared_table
from upstate.loading.statements import Part, columns, equal, key_text, state_table, statement
from upstate.loading.task import Candidates, Task, equal_rows, same_year

Cursor = psycopg.Cursor[Any]


def find_duplicates(cursor: Cursor, candidates: Candidates, unique: Unique) -> None:
    """Records that share what must be unique: none of them lands, for which one is right nobody here can tell."""
    obj = candidates.task.object
    names = unique.columns
    if candidates.task.compared and not make_shared(cursor, candidates, unique):
        return
    query = statement(
        "find_duplicates",
        keys=columns("record", obj.key),
        record_keys=columns("record", obj.key),
        key_text=key_text("record", obj.key),
        candidates=_sharing(candidates, unique),
        columns=columns("record", names),
        complete=complete(unique),
        unfound=_unfound(candidates),
        on=_alike("twice", "record", unique),
    )
    with nullcontext() if candidates.task.compared else by_set(cursor, candidates.task):
        cursor.execute(query, {**candidates.task.values, "columns": ", ".join(names)})


def find_held(cursor: Cursor, candidates: Candidates) -> int:
    """Records that share what must be unique with a row that stays as it is; returns how many reasons were found.

    Such are leftovers (in `gone`), rows whose record was found or refused, and rows of other years.
    """
    obj = candidates.task.object
    keys = found_keys(obj)
    found = 0
    for unique in obj.uniques:
        if candidates.task.chosen:
            on, unfound = _alike("held", "record", unique), _unfound(candidates)
            found += find_beside(cursor, candidates, unique.columns, on, unfound)
            continue
        if candidates.task.compared and not any_shared(cursor, candidates, unique):
            continue
        query = statement(
            "find_held",
            record_keys=columns("record", obj.key),
            key_text=key_text("record", obj.key),
            candidates=_sharing(candidates, unique),
            table=state_table(obj),
            held_key=key_text("held", obj.key),
            keys=columns(None, keys),
            refused_keys=typed_keys(obj),
            readable=readable(obj),
            other_years=_other_years(candidates.task, unique),
            is_held=equal("stays", "held", dict(zip(keys, obj.key, strict=True))),
            on=_alike("held", "record", unique),
            unfound=_unfound(candidates),
            ways=statement("held_ways"),
        )
        cursor.execute(query, {**candidates.task.values, "columns": ", ".join(unique.columns)})
        found += cursor.rowcount
    return found


def meets_other_years(task: Task) -> bool:
    """Whether records of this year may share what must be unique with rows of another."""
    return any(_meets_other_years(task, unique) for unique in task.object.uniques)


def _meets_other_years(task: Task, unique: Unique) -> bool:
    year = task.object.school_year
    return year is not None and task.school_year is not None and year not in unique.columns


def _other_years(task: Task, unique: Unique) -> Part:
    obj = task.object
    if not _meets_other_years(task, unique):
        return sql.SQL("")
    return statement(
        "other_years",
        keys=columns("held", obj.key),
        table=state_table(obj),
        same_year=same_year(task),
        sent=equal("sent", "held", obj.key),
    )


def _alike(left: str, right: str, unique: Unique) -> Part:
    if unique.nulls == "equal":
        # As arrays, which take null for equal to null and can be hashed; `is not distinct from` cannot.
        return sql.SQL("{} = {}").format(key_text(left, unique.columns), key_text(right, unique.columns))
    return equal(left, right, unique.columns)


def _unfound(candidates: Candidates) -> Part:
    return sql.SQL("not exists (select from finding where {})").format(is_found(candidates.task.object))


def _sharing(candidates: Candidates, unique: Unique) -> Part:
    """Every record of the snapshot; of a comparison, only those that share something."""
    if not candidates.task.compared:
        return candidates.judged
    obj = candidates.task.object
    keys = dict(zip(found_keys(obj), obj.key, strict=True))
    rows = statement(
        "sharing_rows",
        names=columns("record", ("district_id", *(c.name for c in obj.columns))),
        candidates=candidates.table,
        equal_rows=equal_rows(candidates.task),
        shared=shared_table(obj, unique),
        is_sent=equal("shared", "record", keys),
        is_held=equal("shared", "held", keys),
    )
    return sql.SQL("({})").format(rows)
