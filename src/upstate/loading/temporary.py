"""Temporary tables that a session keeps from one landing to the next.

To make one costs the server more than most of what is then asked of it, and the more the longer others have been making
theirs: what is dropped stays in the server's catalogs until they are vacuumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.keys import found_keys
from upstate.loading.statements import Part, key_type, statement

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One of them: its name and its columns.

    One with `texts` has a table beside it for what overflows, with an index, and each commit would take as long to
    empty those as for all else that it does: it is emptied by whoever uses it next, and any other by the commit.
    """

    name: str
    columns: Part
    texts: bool = False

    @property
    def table(self) -> sql.Identifier:
        """What statements call it."""
        return sql.Identifier("pg_temp", self.name)


_CAUSE = "verdict text, root_object text, root_key text[], root_reason text"

# Records that were turned away by themselves; they have no typed key, so it is text.
REFUSAL = Kept("refusal", sql.SQL('key text[], reason text, "column" text, message text, advice text'), texts=True)
# What is known of digests while an object lands, for its receipt: `turned away` is taken from the district's,
# `replaced` from what the state held when it was compared.
APART = Kept("apart", sql.SQL("side varchar(16), records bigint, uppers bigint, lowers bigint"))
# Records on which the two ends do not agree.
DIFFERENCE = Kept("difference", sql.SQL("kind text, key text[], columns text[], expected text"), texts=True)


def finding_of(obj: SyncObject) -> Kept:
    """What is found against candidates.

    `class` orders the verdicts, lowest first: -1 failed by itself, as its key came twice; 0 excluded by a rule of its
    own; 1 failed; 2 blocked by a parent that failed; 3 excluded with its parent. `records` is more than 1 for a key
    that came twice.
    """
    found = sql.SQL(
        'class smallint, verdict text, reason text, "column" text, message text, advice text, root_object text, '
        "root_key text[], root_reason text, records integer"
    )
    return Kept("finding", sql.SQL("{}, {}").format(_keys(obj), found), texts=True)


def gone_of(obj: SyncObject) -> Kept:
    """Leftovers: the keys of rows at the state that the district no longer has."""
    return Kept("gone", _keys(obj))


def aside_of(obj: SyncObject) -> Kept:
    """Of a comparison: the keys of which the state does not hold what the district has."""
    return Kept("aside", _keys(obj))


def shared_of(obj: SyncObject) -> tuple[Kept, ...]:
    """Of a comparison: the keys of records that share what must be unique, a table for each such rule."""
    return tuple(Kept(shared_name(number), _keys(obj)) for number, _ in enumerate(obj.uniques))


def shared_name(number: int) -> str:
    """What the table is called for the object's unique rule of that number."""
    return f"shared {number}"


def turned_of(obj: SyncObject) -> Kept:
    """The keys of what is no common record of both ends: turned away, or a leftover."""
    return Kept("turned", sql.SQL("{}, found boolean").format(_keys(obj)))


def rejected_of(name: str, parent: SyncObject) -> Kept:
    """The open rejections of a parent, one for each key."""
    return Kept(name, sql.SQL("{}, {}").format(_keys(parent), sql.SQL(_CAUSE)), texts=True)


def keep(cursor: Cursor, *wanted: Kept) -> None:
    """Have these temporary tables, with nothing in them.

    Made outside a transaction, or in one that commits, they stay until the session ends.
    """
    shapes = {each.name: each.columns.as_string(cursor) for each in wanted}
    values = {"names": list(shapes), "shapes": list(shapes.values())}
    found = dict(cursor.execute(statement("not_kept"), values).fetchall())
    for each in wanted:
        match found.get(each.name):
            case "missing":
                _make(cursor, each, shapes[each.name])
            case "other":
                cursor.execute(statement("drop_kept", table=each.table))
                _make(cursor, each, shapes[each.name])
            case "large":
                cursor.execute(statement("empty_large", kept=each.table))
    used = [each for each in wanted if each.texts and each.name not in found]
    if used:
        emptied = [statement("empty_one", name=sql.Identifier(each.name), kept=each.table) for each in used]
        cursor.execute(statement("empty_kept", each=sql.SQL(", ").join(emptied)))


def keep_for(cursor: Cursor, obj: SyncObject) -> None:
    """Have those that every landing of this object uses."""
    keep(cursor, REFUSAL, APART, finding_of(obj), gone_of(obj), turned_of(obj), aside_of(obj), *shared_of(obj))


def _make(cursor: Cursor, wanted: Kept, shape: str) -> None:
    emptied = sql.SQL("" if wanted.texts else "on commit delete rows")
    parts = {"table": wanted.table, "columns": wanted.columns, "emptied": emptied, "shape": sql.Literal(shape)}
    cursor.execute(statement("make_kept", **parts))


def _keys(obj: SyncObject) -> Part:
    pairs = zip(found_keys(obj), obj.key_columns, strict=True)
    return sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), key_type(column)) for name, column in pairs)
