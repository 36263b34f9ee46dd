"""Of a comparison: which records share what must be unique, as far as they are to be told from all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from upstate.catalog import SyncObject, Unique
from upstate.loading.few import by_set
from upstate.loading.keys import found_columns, is_found
from upstate.loading.statements import (
    Part,
    column,
    columns,
    equal,
    expression,
    fetch_row,
    state_table,
    statement,
)
from upstate.loading.task import Candidates, Task, unique_name
from upstate.loading.temporary import shared_name
from upstate.wire.digests import key_hash_sql

Cursor = psycopg.Cursor[Any]
_HASHES_AT_ONCE = 1 << 22  # 32 MB here, and twice that at the state while they are gathered


def complete(unique: Unique, alias: str = "record") -> Part:
    """Whether a record's values must be unique at all: with a null in them they need not, where nulls are distinct."""
    names = () if unique.nulls == "equal" else unique.columns
    tests = [sql.SQL("{} is not null").format(column(alias, name)) for name in names]
    return sql.SQL(" and ").join([sql.SQL("true"), *tests])


def make_shared(cursor: Cursor, candidates: Candidates, unique: Unique) -> bool:
    """Find which records share something, among what the state holds and what was sent; whether any do."""
    task = candidates.task
    obj = task.object
    shared = shared_table(obj, unique)
    names = dict.fromkeys((*obj.key, *unique.columns))
    parts: dict[str, Part] = {
        "shared": shared,
        "keys": found_columns(obj),
        "columns": columns("record", unique.columns),
        "table": state_table(obj),
        "held": columns("held", names),
        "sent": columns("sent", names),
        "complete": complete(unique),
    }
    values = task.values
    if unique_name(unique) in task.clear:
        sent: dict[str, Part] = {"found": is_found(obj, "sent"), "alike": _same(obj, unique)}
        if not _any_taking(cursor, task, unique, sent):
            return False
        query = statement("make_shared_with_sent", **parts, **sent)
    else:
        hashes: dict[str, Part] = {f"{side}_hash": _hash(obj, unique, side) for side in ("held", "sent")}
        with by_set(cursor, task):
            repeated = _repeated(cursor, statement("hashes", **parts, **hashes), task)
        if not repeated:
            return False
        query, values = statement("make_shared", **parts, **hashes), {**values, "repeated": repeated}
    with by_set(cursor, task):
        found = cursor.execute(query, values).rowcount
    if not found:
        return False
    cursor.execute(statement("analyze_shared", shared=shared))
    return True


def _any_taking(cursor: Cursor, task: Task, unique: Unique, sent: Mapping[str, Part]) -> bool:
    """Whether any record takes values that are not its row's already; the others cannot come to share them."""
    obj = task.object
    query = statement(
        "any_taking",
        complete=complete(unique, "sent"),
        table=state_table(obj),
        same_key=equal("sent", "held", obj.key),
        **sent,
    )
    return bool(fetch_row(cursor, query, task.values)[0])


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


def any_shared(cursor: Cursor, candidates: Candidates, unique: Unique) -> bool:
    """Whether any were found."""
    query = statement("any_shared", shared=shared_table(candidates.task.object, unique))
    return bool(fetch_row(cursor, query, {})[0])


def shared_table(obj: SyncObject, unique: Unique) -> sql.Identifier:
    """Where the keys of those are that share this."""
    return sql.Identifier("pg_temp", shared_name(obj.uniques.index(unique)))


def _hash(obj: SyncObject, unique: Unique, alias: str) -> Part:
    """A hash of what must be unique."""
    return expression(key_hash_sql(replace(obj, key=unique.columns), alias))
