"""Leftovers are removed: judged as a set, children before parents, and nothing is left pointing nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.errors import LandingError
from upstate.loading.leaving import Large, Leaving, Limits, Removal, judge_removal
from upstate.loading.receipts import take_from_receipt
from upstate.loading.statements import equal, fetch_row, statement

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows went, by object; and what is past the limits and waits for approval."""

    rows: Mapping[str, int]
    large: Mapping[str, Large]


def remove(
    cursor: Cursor, removal: Removal, limits: Limits, *, approved: Collection[str] = (), withheld: Collection[str] = ()
) -> Removed:
    """Remove what may go of a resync's leftovers, in the caller's transaction; the district is locked until its end.

    Only rows that the last complete snapshot of their object lacked, and that still lack. LandingError, and then the
    caller rolls back, where another writer has made a row meanwhile that needs one of them.
    """
    cursor.execute(statement("lock_district"), {"district": removal.district})
    for name in ("plan_by_set", "spell_plainly"):
        cursor.execute(statement(name))
    leaving, large = judge_removal(cursor, removal, limits, approved=approved, withheld=withheld)
    _skip_triggers(cursor, leaving)
    rows = {each.object.name: _remove(cursor, each) for each in leaving}
    for each in leaving:
        if rows[each.object.name]:
            _look_behind(cursor, each)
    for each in leaving:
        for name in ("forget_removed", "say_why_kept"):
            cursor.execute(statement(name, leaving=each.table), each.values)
    cursor.execute(statement("heed_triggers"))  # the caller's transaction goes on
    return Removed({name: count for name, count in rows.items() if count}, large)


def _skip_triggers(cursor: Cursor, leaving: Collection[Leaving]) -> None:
    """The keys were judged as a set; those that the state has added of its own are left to their triggers."""
    own = any(pointing.object is None for each in leaving for pointing in each.pointing)
    if not own and fetch_row(cursor, statement("may_skip_here"), {})[0]:
        cursor.execute(statement("skip_triggers"))


def _remove(cursor: Cursor, leaving: Leaving) -> int:
    same = equal("mine", "held", leaving.keys)
    going = sql.SQL("(select * from {} where stays = '') as mine join").format(leaving.table)
    rows = sql.SQL("{table} as held on held.district_id = %(district)s and {same_year} and {same}").format(
        same=same, **leaving.parts()
    )
    take_from_receipt(cursor, leaving.object, leaving.values, going, rows)
    cursor.execute(statement("remove_leaving", leaving=leaving.table, same=same, **leaving.parts()), leaving.values)
    return cursor.rowcount


def _look_behind(cursor: Cursor, leaving: Leaving) -> None:
    """Whoever adds a child now waits for us and meets the key; who added one just before is found here."""
    for pointing in leaving.pointing:
        parts = {"table": pointing.table, "leaving": leaving.table, "points": pointing.points}
        (left,) = fetch_row(cursor, statement("count_left_behind", **parts), leaving.values)
        if left:
            raise LandingError(
                f"Nothing was removed: meanwhile another program made rows of {pointing.name} that need a leftover of "
                f"{leaving.object.name}. Run the resync again."
            )
