"""The district has no row of this object yet: its candidates are written once, into the table they belong in."""

from __future__ import annotations

from typing import Any

import psycopg

from upstate.loading.counting import counts_of
from upstate.loading.filling import Filled, fill
from upstate.loading.judging import judge
from upstate.loading.receipts import note_turned_away
from upstate.loading.settling import settle_other_years
from upstate.loading.statements import columns, statement
from upstate.loading.task import Candidates, Task
from upstate.planning import Counts

Cursor = psycopg.Cursor[Any]

_MANY = 10_000  # records


def fill_in_place(cursor: Cursor, task: Task, *, sparing: bool = False) -> Filled:
    """Copy all that was sent to where it belongs; `sparing` as in `fill`. A refusal of the database's where a key comes
    twice, or is there."""
    return fill(cursor, task, Candidates(task, in_place=True).table, sort=True, sparing=sparing)


def judge_in_place(cursor: Cursor, task: Task, filled: Filled) -> Counts:
    """Of what was copied there, what may stay; what may not is taken out again."""
    candidates = Candidates(task, in_place=True)
    tell_planner(cursor, candidates, filled)
    left = judge(cursor, candidates, filled)
    settle_other_years(cursor, candidates)
    return counts_of(cursor, task, filled, created=left)


def tell_planner(cursor: Cursor, candidates: Candidates, filled: Filled) -> None:
    """Note for the receipt what never became a candidate, and have the planner know of many new rows; for few, being
    told costs more than it saves."""
    note_turned_away(cursor, filled.turned_away)
    if filled.candidates >= _MANY:
        key = columns(None, ("district_id", *candidates.task.object.key))
        cursor.execute(statement("analyze_rows", table=candidates.table, columns=key))
