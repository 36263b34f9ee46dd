"""Temporary tables that a session keeps, empty, from one landing to the next.

To make one costs the server more than most of what is then asked of it, and the more the longer others have been making
theirs: what is dropped stays in the server's catalogs until they are vacuumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.keys import found_keys
from upstate.loading.statements import Part, key_type, statement

Cursor = psycopg.Cursor[Any]

_CAUSE = "verdict text, root_object text, root_key text[], root_reason text"

# Records that were turned away by themselves; they have no typed key, so it is text.
REFUSAL: Mapping[str, Part] = {"refusal": sql.SQL('key text[], reason text, "column" text, message text, advice text')}
# What is known of digests while an object lands, for its receipt: `turned away` is taken from the district's,
# `replaced` from what the state held when it was compared.
APART: Mapping[str, Part] = {"apart": sql.SQL("side varchar(16), records bigint, uppers bigint, lowers bigint")}
# Records on which the two ends do not agree.
DIFFERENCE: Mapping[str, Part] = {"difference": sql.SQL("kind text, key text[], columns text[], expected text")}


def finding_of(obj: SyncObject) -> Mapping[str, Part]:
    """What is found against candidates.

    `class` orders the verdicts, lowest first: -1 failed by itself, as its key came twice; 0 excluded by a rule of its
    own; 1 failed; 2 blocked by a parent that failed; 3 excluded with its parent. `records` is more than 1 for a key
    that came twice.
    """
    found = sql.SQL(
        'class smallint, verdict text, reason text, "column" text, message text, advice text, root_object text, '
        "root_key text[], root_reason text, records integer"
    )
    return {"finding": sql.SQL("{}, {}").format(_keys(obj), found)}


def gone_of(obj: SyncObject) -> Mapping[str, Part]:
    """Leftovers: the keys of rows at the state that the district no longer has."""
    return {"gone": _keys(obj)}


def aside_of(obj: SyncObject) -> Mapping[str, Part]:
    """Of a comparison: the keys of which the state does not hold what the district has."""
    return {"aside": _keys(obj)}


def shared_of(obj: SyncObject) -> Mapping[str, Part]:
    """Of a comparison: the keys of records that share what must be unique, a table for each such rule."""
    return {shared_name(number): _keys(obj) for number, _ in enumerate(obj.uniques)}


def shared_name(number: int) -> str:
    """What the table is called for the object's unique rule of that number."""
    return f"shared {number}"


def turned_of(obj: SyncObject) -> Mapping[str, Part]:
    """The keys of what is no common record of both ends: turned away, or a leftover."""
    return {"turned": sql.SQL("{}, found boolean").format(_keys(obj))}


def rejected_of(name: str, parent: SyncObject) -> Mapping[str, Part]:
    """The open rejections of a parent, one for each key."""
    return {name: sql.SQL("{}, {}").format(_keys(parent), sql.SQL(_CAUSE))}


def keep(cursor: Cursor, *wanted: Mapping[str, Part]) -> None:
    """Have these temporary tables, by name with their columns; they are empty when a transaction begins.

    Made outside a transaction, or in one that commits, they stay until the session ends.
    """
    definitions = {name: columns for some in wanted for name, columns in some.items()}
    shapes = {name: columns.as_string(cursor) for name, columns in definitions.items()}
    values = {"names": list(shapes), "shapes": list(shapes.values())}
    for (name,) in cursor.execute(statement("not_kept"), values).fetchall():
        table = sql.Identifier("pg_temp", name)
        cursor.execute(statement("make_kept", table=table, columns=definitions[name], shape=sql.Literal(shapes[name])))


def keep_for(cursor: Cursor, obj: SyncObject) -> None:
    """Have those that every landing of this object uses."""
    found = (REFUSAL, APART, finding_of(obj), gone_of(obj), turned_of(obj))
    keep(cursor, *found, aside_of(obj), shared_of(obj))


def _keys(obj: SyncObject) -> Part:
    pairs = zip(found_keys(obj), obj.key_columns, strict=True)
    return sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), key_type(column)) for name, column in pairs)
