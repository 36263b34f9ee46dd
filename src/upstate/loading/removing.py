"""Leftovers are removed: judged as a set, children before parents, and nothing is left pointing nowhere.

Where the district's rows are on another server, all of that happens there; see removal_note.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.errors import LandingError
from upstate.loading.leaving import Large, Leaving, Limits, Removal, judge_removal
from upstate.loading.receipts import take_from_receipt, total_of_leaving
from upstate.loading.removal_note import (
    Note,
    bring_leaving_back,
    leave_removal_note,
    removed_before,
    take_leftovers_along,
)
from upstate.loading.statements import Part, equal, fetch_row, statement
from upstate.wire.digests import Total

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows went, by object; and what is past the limits and waits for approval."""

    rows: Mapping[str, int]
    large: Mapping[str, Large]


def remove(
    office: Cursor,
    holder: Connection,
    removal: Removal,
    limits: Limits,
    *,
    decision: int = 0,
) -> Removed:
    """Remove what may go of a resync's leftovers, in the office's transaction; the district is locked until its end.

    Only rows that the last complete snapshot of their object lacked, and that still lack. LandingError, and then the
    caller rolls back, where another writer has made a row meanwhile that needs one of them.

    `holder` has the district's rows (`at_district`). Where that is another server, they go in a transaction there,
    which ends here and before the office's, with a note: the same removal again (one of the same resync with the same
    `decision`, the number of what was approved) only tells the office. Whoever gets an error from its own commit then
    must not say that nothing was removed.
    """
    values = {"district": removal.district, "resync": removal.resync, "decision": decision}
    office.execute(statement("lock_district"), values)
    with _beside(office, holder) as cursor:
        if cursor is office:
            note, leaving = _take_away(office, cursor, removal, limits)
            tables = [each.table for each in leaving]
        else:
            cursor.execute(statement("lock_district"), values)
            note = removed_before(cursor, values) or _take_away_there(office, cursor, removal, limits, values)
            tables = [bring_leaving_back(cursor, office, values)]
        for name, total in note.totals.items():
            take_from_receipt(office, {**values, "object": name}, total)
        for table in tables:
            for each in ("forget_removed", "say_why_kept"):
                office.execute(statement(each, leaving=table), values)
    return Removed(note.rows, note.large)


def removal_was_done(office: Connection, holder: Connection, district: int, resync: int, decision: int) -> bool:
    """Whether the rows of a removal have gone on another server, which the office may not have heard of."""
    values = {"district": district, "resync": resync, "decision": decision}
    if holder is office:
        return False
    with holder.cursor() as cursor:
        return removed_before(cursor, values) is not None


@contextmanager
def _beside(office: Cursor, holder: Connection) -> Iterator[Cursor]:
    if holder is office.connection:
        yield office
        return
    with holder.transaction(), holder.cursor() as cursor:
        yield cursor


def _take_away_there(
    office: Cursor, cursor: Cursor, removal: Removal, limits: Limits, values: Mapping[str, Any]
) -> Note:
    take_leftovers_along(office, cursor, values)
    note, leaving = _take_away(office, cursor, removal, limits)
    leave_removal_note(cursor, note, leaving, values)
    return note


def _take_away(office: Cursor, cursor: Cursor, removal: Removal, limits: Limits) -> tuple[Note, tuple[Leaving, ...]]:
    """Judge, and remove what goes, children first; the leftovers of each object, with what was said of them."""
    cursor.execute(statement("set_up"))
    leaving, large = judge_removal(cursor, removal, limits)
    _skip_triggers(cursor, leaving)
    rows: dict[str, int] = {}
    totals: dict[str, Total] = {}
    for each in leaving:
        total = total_of_leaving(office, cursor, each.object, each.values, **_going(each))
        rows[each.object.name] = _remove(cursor, each)
        if total is not None:
            totals[each.object.name] = total
    for each in leaving:
        if rows[each.object.name]:
            _look_behind(cursor, each)
    cursor.execute(statement("heed_triggers"))  # the caller's transaction goes on
    return Note({name: count for name, count in rows.items() if count}, large, totals), leaving


def _skip_triggers(cursor: Cursor, leaving: Collection[Leaving]) -> None:
    """The keys were judged as a set; those that the state has added of its own are left to their triggers."""
    own = any(pointing.object is None for each in leaving for pointing in each.pointing)
    if not own and fetch_row(cursor, statement("may_skip_here"), {})[0]:
        cursor.execute(statement("skip_triggers"))


def _going(leaving: Leaving) -> dict[str, Part]:
    """The rows that go: what stands after FROM, and what is joined to it."""
    return {
        "among": sql.SQL("(select * from {} where stays = '') as mine join").format(leaving.table),
        "rows": sql.SQL("{table} as held on held.district_id = %(district)s and {same_year} and {same}").format(
            same=equal("mine", "held", leaving.keys), **leaving.parts()
        ),
    }


def _remove(cursor: Cursor, leaving: Leaving) -> int:
    same = equal("mine", "held", leaving.keys)
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
