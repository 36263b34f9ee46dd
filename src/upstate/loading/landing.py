"""An object lands whole, in one transaction: fill, judge, merge, settle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from upstate.loading.ahead import Ahead, OvertakenError
from upstate.loading.carrying import bring_back, landed_before, leave_note
from upstate.loading.counting import has_rows
from upstate.loading.entering import landing, patiently
from upstate.loading.in_place import fill_in_place, judge_in_place
from upstate.loading.isolating import find_refused, number_candidates
from upstate.loading.leftovers import fill_gone, keep_leftovers
from upstate.loading.narrowing import narrow
from upstate.loading.receipts import settle_receipt
from upstate.loading.refusing import REFUSALS
from upstate.loading.settling import settle_order, settle_rejections
from upstate.loading.task import Task
from upstate.loading.temporary import keep_for
from upstate.loading.turning_away import turn_away
from upstate.loading.waiting import merge_waiting, wait_judged
from upstate.planning import Counts
from upstate.wire.digests import Total

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


def land(connection: Connection, task: Task, ahead: Ahead | None = None) -> Counts:
    """Land a delivered order: its object's records are at the state afterwards, or each is a rejection with its root.

    One transaction; nothing of it is seen before it ends. Where the district's rows are on another server, one there
    and one here: the rows are committed first, with a note, by which a landing whose second commit was lost is taken
    up again. `ahead`: the same task, filled in before its turn, which has come. FencedError where the order has moved
    on to another claim, WireError where a kept batch cannot be read, LandingError where the database stops for a reason
    that is no record's.
    """
    if ahead is not None:
        with suppress(OvertakenError):
            return _land_filled(ahead)
    return patiently(lambda: _land(connection, task))


def _land_filled(ahead: Ahead) -> Counts:
    with ahead.landing() as (cursor, filled):
        fill_gone(cursor, ahead.task)
        landed = Landed(judge_in_place(cursor, ahead.task, filled), ahead.task)
        proven = _settle(cursor, cursor, ahead.task, landed, again=False)
        ahead.alone(cursor, landed.counts, proven=proven)
    return landed.counts


def _land(connection: Connection, task: Task) -> Counts:
    with landing(connection, task) as (office, cursor):
        landed = land_records(cursor, task)
        before = None if office is cursor else landed_before(cursor, task)
        if office is not cursor:
            landed = replace(landed, counts=before or landed.counts)
            leave_note(cursor, task, landed.counts)
        bring_back(cursor, office, task)
        _settle(office, cursor, task, landed, again=before is not None)
    return landed.counts


def _settle(office: Cursor, cursor: Cursor, task: Task, landed: Landed, *, again: bool) -> bool:
    settle_rejections(office, task)
    proven = settle_receipt(office, cursor, landed.task, landed.counts, again=again, held=landed.held)
    keep_leftovers(office, task)
    settle_order(office, task, landed.counts)
    return proven


@dataclass(frozen=True, slots=True)
class Landed:
    """What a landing came to; the task as it was landed and, where that was told, the digest of what the state held."""

    counts: Counts
    task: Task
    held: Total | None = None


def land_records(cursor: Cursor, task: Task) -> Landed:
    """The quick way first, and step by step the more careful ones: as fast as the data is good."""
    keep_for(cursor, task.object)
    ways: tuple[Callable[[Cursor, Task], Landed | None], ...] = (_compare,)
    if task.everything:
        ways = (_narrowed if has_rows(cursor, task) else _straight_in, _compare)
    for way in ways:
        try:
            with cursor.connection.transaction():
                landed = way(cursor, task)
            if landed is not None:
                return landed
        except REFUSALS:
            # What that way takes for granted (no key comes twice, the database minds nothing) does not hold here.
            continue
    with cursor.connection.transaction():
        return _compare_apart(cursor, task)


def _straight_in(cursor: Cursor, task: Task) -> Landed:
    fill_gone(cursor, task)
    return Landed(judge_in_place(cursor, task, fill_in_place(cursor, task)), task)


def _narrowed(cursor: Cursor, task: Task) -> Landed | None:
    """Most of what was sent again is at the state just so: what may differ is landed as if that alone had been sent.
    None where that cannot be told."""
    narrowed = narrow(cursor, task)
    if narrowed is None:
        return None
    return Landed(
        merge_waiting(cursor, wait_judged(cursor, narrowed.task, narrowed=narrowed)), narrowed.task, narrowed.held
    )


def _compare(cursor: Cursor, task: Task) -> Landed:
    """Candidates wait in a temporary table until they are judged and merged."""
    return Landed(merge_waiting(cursor, wait_judged(cursor, task)), task)


def _compare_apart(cursor: Cursor, task: Task) -> Landed:
    """Find which records the database refuses, turn those away, and merge the rest as one."""
    waiting = wait_judged(cursor, task, carefully=True)
    number_candidates(cursor)
    while True:
        refused = find_refused(cursor, task)
        turn_away(cursor, waiting.candidates, refused=waiting.filled.refused)
        try:
            with cursor.connection.transaction():
                return Landed(merge_waiting(cursor, waiting), task)
        except REFUSALS:
            # What was turned away keeps its row at the state, and that may stand in the way of others.
            if not refused:
                raise
