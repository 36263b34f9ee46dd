"""What must be unique: among the district's records, and against rows that stay as they are."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from upstate.catalog import SyncObject, Unique
from upstate.loading.choosing import find_beside
from upstate.loading.few import by_index
from upstate.loading.keys import found_columns, found_keys, is_found, readable, typed_keys
from upstate.loading.statements import (
    Part,
    column,
    columns,
    equal,
    expression,
    fetch_row,
    key_text,
    state_table,
    statement,
)
from upstate.loading.task import Candidates, Task, equal_rows, same_year, unique_name
from upstate.loading.temporary import shared_name
from upstate.wire.digests import key_hash_sql

Cursor = psycopg.Cursor[Any]
_HASHES_AT_ONCE = 1 << 22  # 32 MB here, and twice that at the state while they are gathered


def find_duplicates(cursor: Cursor, candidates: Candidates, unique: Unique) -> None:
    """Records that share what must be unique: none of them lands, for which one is right nobody here can tell."""
    obj = candidates.task.object
    names = unique.columns
    if candidates.task.compared and not _make_shared(cursor, candidates, unique):
        return
    query = statement(
        "find_duplicates",
        keys=columns("record", obj.key),
        record_keys=columns("record", obj.key),
        key_text=key_text("record", obj.key),
        candidates=_sharing(candidates, unique),
        columns=columns("record", names),
        complete=_complete(unique),
        unfound=_unfound(candidates),
        on=_alike("twice", "record", unique),
    )
    with by_index(cursor) if candidates.task.compared else nullcontext():
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
        if candidates.task.compared and not _any_shared(cursor, candidates, unique):
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
        )
        with by_index(cursor) if candidates.task.compared else nullcontext():
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


def _complete(unique: Unique, alias: str = "record") -> Part:
    """Whether a record's values must be unique at all: with a null in them they need not, where nulls are distinct."""
    names = () if unique.nulls == "equal" else unique.columns
    tests = [sql.SQL("{} is not null").format(column(alias, name)) for name in names]
    return sql.SQL(" and ").join([sql.SQL("true"), *tests])


def _make_shared(cursor: Cursor, candidates: Candidates, unique: Unique) -> bool:
    """Find which records share something, among what the state holds and what was sent; whether any do."""
    task = candidates.task
    obj = task.object
    shared = _shared(obj, unique)
    names = dict.fromkeys((*obj.key, *unique.columns))
    parts: dict[str, Part] = {
        "shared": shared,
        "keys": found_columns(obj),
        "columns": columns("record", unique.columns),
        "table": state_table(obj),
        "held": columns("held", names),
        "sent": columns("sent", names),
        "complete": _complete(unique),
    }
    values = task.values
    if unique_name(unique) in task.clear:
        query = statement(
            "make_shared_with_sent",
            found=is_found(obj, "sent"),
            sent_complete=_complete(unique, "sent"),
            same_key=equal("sent", "held", obj.key),
            alike=_same(obj, unique),
            **parts,
        )
    else:
        hashes: dict[str, Part] = {f"{side}_hash": _hash(obj, unique, side) for side in ("held", "sent")}
        repeated = _repeated(cursor, statement("hashes", **parts, **hashes), task)
        if not repeated:
            return False
        query, values = statement("make_shared", **parts, **hashes), {**values, "repeated": repeated}
    with by_index(cursor):
        shares = cursor.execute(query, values).rowcount
    if not shares:
        return False
    cursor.execute(statement("analyze_shared", shared=shared))
    return True


def _same(obj: SyncObject, unique: Unique) -> Part:
    """The condition that a held row shares it with one that was sent, such that the sent ones can be hashed."""
    tests = {
        name: "{} = {}" if unique.nulls == "distinct" or obj.column(name).required else "{} is not distinct from {}"
        for name in unique.columns
    }
    if not any(" = " in test for test in tests.values()):
        return sql.SQL("{} = {}").format(_hash(obj, unique, "held"), _hash(obj, unique, "sent"))
    return sql.SQL(" and ").join(
        sql.SQL(test).format(column("held", name), column("sent", name)) for name, test in tests.items()
    )


def _repeated(cursor: Cursor, hashes: sql.Composed, task: Task) -> list[int]:
    """The hashes that come more than once; looked for part by part, as many at once as memory allows."""
    parts = 1 << (task.district_records // _HASHES_AT_ONCE).bit_length()
    found: list[int] = []
    with cursor.connection.cursor(binary=True) as asking:
        for part in range(parts):
            (told,) = fetch_row(asking, hashes, {**task.values, "parts": parts, "part": part})
            held = np.sort(np.frombuffer(told or b"", ">i8"))
            found += np.unique(held[1:][held[1:] == held[:-1]]).tolist()
    return found


def _any_shared(cursor: Cursor, candidates: Candidates, unique: Unique) -> bool:
    query = statement("any_shared", shared=_shared(candidates.task.object, unique))
    return bool(fetch_row(cursor, query, {})[0])


def _shared(obj: SyncObject, unique: Unique) -> sql.Identifier:
    return sql.Identifier("pg_temp", shared_name(obj.uniques.index(unique)))


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
        shared=_shared(obj, unique),
        is_sent=equal("shared", "record", keys),
        is_held=equal("shared", "held", keys),
    )
    return sql.SQL("({})").format(rows)


def _hash(obj: SyncObject, unique: Unique, alias: str) -> Part:
    """A hash of what must be unique."""
    return expression(key_hash_sql(replace(obj, key=unique.columns), alias))
