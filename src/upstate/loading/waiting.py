"""The district has rows of this object already: its candidates wait in a temporary table until they are judged, and are
merged then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from upstate.errors import LandingError
from upstate.loading.aside import set_aside
from upstate.loading.counting import count_held, count_rejected_held, counts_of
from upstate.loading.duplicates import find_held, meets_other_years
from upstate.loading.few import by_set, plan_for_few
from upstate.loading.filling import Filled, fill
from upstate.loading.in_place import tell_planner
from upstate.loading.judging import judge
from upstate.loading.leftovers import fill_gone, find_gone
from upstate.loading.merging import merge
from upstate.loading.narrowing import Narrowed
from upstate.loading.receipts import note_owned, note_replaced
from upstate.loading.settling import count_found, settle_other_years
from upstate.loading.statements import columns, state_table, statement
from upstate.loading.task import Candidates, Task
from upstate.loading.turning_away import turn_away
from upstate.planning import Counts

Cursor = psycopg.Cursor[Any]


class _HeldByOthersError(Exception):
    """Candidates share what must be unique with rows that stay as they are: merge again without them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Judged candidates in a temporary table; `told_gone`: how many leftovers the comparison told of; `left`: how many
    candidates may land."""

    candidates: Candidates
    filled: Filled
    told_gone: int
    left: int


def wait_judged(cursor: Cursor, task: Task, *, carefully: bool = False, narrowed: Narrowed | None = None) -> Waiting:
    """Have what was sent wait in a temporary table, judged; of a task that was `narrowed`, what may differ.

    `carefully` as in `fill`.
    """
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
    return Waiting(candidates, filled, told_gone, left)


def merge_waiting(cursor: Cursor, waiting: Waiting) -> Counts:
    """Make the state's rows equal to what waits; what became of every record the district has."""
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
