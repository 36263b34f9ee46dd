"""An object lands whole, in one transaction: fill, judge, merge, settle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from upstate.errors import LandingError
from upstate.loading.ahead import Ahead, OvertakenError
from upstate.loading.aside import set_aside
from upstate.loading.carrying import bring_back, landed_before, leave_note
from upstate.loading.counting import count_held, count_rejected_held, counts_of, has_rows
from upstate.loading.duplicates import find_held, meets_other_years
from upstate.loading.entering import landing, patiently
from upstate.loading.few import by_set, plan_for_few
from upstate.loading.filling import Filled, fill
from upstate.loading.in_place import fill_in_place, judge_in_place, tell_planner
from upstate.loading.isolating import find_refused, number_candidates
from upstate.loading.judging import judge
from upstate.loading.leftovers import fill_gone, find_gone, keep_leftovers
from upstate.loading.merging import merge
from upstate.loading.narrowing import Narrowed, narrow
from upstate.loading.receipts import note_owned, note_replaced, settle_receipt
from upstate.loading.refusing import REFUSALS
from upstate.loading.settling import count_found, settle_order, settle_other_years, settle_rejections
from upstate.loading.statements import columns, state_table, statement
from upstate.loading.task import Candidates, Task
from upstate.loading.temporary import keep_for
from upstate.loading.turning_away import turn_away
from upstate.planning import Counts
from upstate.wire.digests import Total

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


class _HeldByOthersError(Exception):
    """Candidates share what must be unique with rows that stay as they are: merge again without them."""


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
        _settle(cursor, cursor, ahead.task, landed, again=False)
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


def _settle(office: Cursor, cursor: Cursor, task: Task, landed: Landed, *, again: bool) -> None:
    settle_rejections(office, task)
    settle_receipt(office, cursor, landed.task, landed.counts, again=again, held=landed.held)
    keep_leftovers(office, task)
    settle_order(office, task, landed.counts)


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
    return Landed(_merge(cursor, _wait(cursor, narrowed.task, narrowed=narrowed)), narrowed.task, narrowed.held)


def _compare(cursor: Cursor, task: Task) -> Landed:
    """Candidates wait in a temporary table until they are judged and merged."""
    return Landed(_merge(cursor, _wait(cursor, task)), task)


def _compare_apart(cursor: Cursor, task: Task) -> Landed:
    """Find which records the database refuses, turn those away, and merge the rest as one."""
    waiting = _wait(cursor, task, carefully=True)
    number_candidates(cursor)
    while True:
        refused = find_refused(cursor, task)
        turn_away(cursor, waiting.candidates, refused=waiting.filled.refused)
        try:
            with cursor.connection.transaction():
                return Landed(_merge(cursor, waiting), task)
        except REFUSALS:
            # What was turned away keeps its row at the state, and that may stand in the way of others.
            if not refused:
                raise


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Judged candidates in a temporary table; `told_gone`: how many leftovers the comparison told of; `left`: how many
    candidates may land."""

    candidates: Candidates
    filled: Filled
    told_gone: int
    left: int


def _wait(cursor: Cursor, task: Task, *, carefully: bool = False, narrowed: Narrowed | None = None) -> _Waiting:
    candidates = Candidates(task, in_place=False)
    names = columns(None, ("district_id", *(c.name for c in task.object.columns)))
    cursor.execute(statement("make_candidates", table=state_table(task.object), columns=names))
    told_gone = fill_gone(cursor, task)
    batches = None if narrowed is None else narrowed.batches(cursor)
    filled = fill(cursor, task, candidates.table, sort=False, carefully=carefully, batches=batches)
    tell_planner(cursor, candidates, filled)
    if not task.everything:
        cursor.execute(statement("analyze_candidates"))
        if narrowed is not None:
            told_gone = narrowed.find_gone(cursor)
        set_aside(cursor, task)
        plan_for_few(cursor)
    left = judge(cursor, candidates, filled)
    if not task.everything:
        left -= _turn_away_held(cursor, candidates, filled)
    return _Waiting(candidates, filled, told_gone, left)


def _merge(cursor: Cursor, waiting: _Waiting) -> Counts:
    task, filled = waiting.candidates.task, waiting.filled
    if not task.everything:
        created = updated = 0
        if waiting.left:
            note_replaced(cursor, task)
            created, updated = merge(cursor, task)
            note_owned(cursor, task)
        with by_set(cursor, task):
            settle_other_years(cursor, waiting.candidates)
        return counts_of(cursor, task, filled, created=created, updated=updated, leftovers=waiting.told_gone)
    for _ in range(2):
        try:
            with cursor.connection.transaction():
                created, updated = merge(cursor, task)
                landed = filled.candidates - sum(count_found(cursor, task).values())
                after = count_held(cursor, task)
                rejected = count_rejected_held(cursor, task)
                leftovers = after - landed - rejected
                # Rows that stay as they are: the one kind that candidates were not yet held against.
                if leftovers:
                    find_gone(cursor, task)
                if (leftovers or rejected or meets_other_years(task)) and find_held(cursor, waiting.candidates):
                    raise _HeldByOthersError
                note_owned(cursor, task)
                settle_other_years(cursor, waiting.candidates)
                return counts_of(cursor, task, filled, created=created, updated=updated, leftovers=leftovers)
        except _HeldByOthersError:
            find_gone(cursor, task)
            _turn_away_held(cursor, waiting.candidates, filled)
    raise LandingError(f"{task.object.name} could not land: its unique rules keep finding other records. Report this.")


def _turn_away_held(cursor: Cursor, candidates: Candidates, filled: Filled) -> int:
    """What is turned away stays at the state as it was, and that may stand in the way of others: to a fixed point.
    Returns how many records were turned away."""
    turned_away = 0
    while find_held(cursor, candidates):
        turned_away += turn_away(cursor, candidates, refused=filled.refused)
    return turned_away
