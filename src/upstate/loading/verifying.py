"""Whether both ends agree on an object: what only one has, what differs and in which columns. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, get_args

import psycopg
from psycopg import sql

from upstate.catalog import Reference, SyncObject
from upstate.loading.carrying import take_along
from upstate.loading.few import plan_for_few
from upstate.loading.filling import fill
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.leftovers import count_gone, fill_gone
from upstate.loading.placing import at_district
from upstate.loading.statements import (
    Part,
    column,
    columns,
    equal,
    fetch_row,
    key_text,
    literal,
    state_table,
    statement,
)
from upstate.loading.task import Task, same_year
from upstate.loading.temporary import DIFFERENCE, REFUSAL, gone_of, keep
from upstate.wire import Batch

Cursor = psycopg.Cursor[Any]
Kind = Literal["district_only", "state_only", "different", "duplicates"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Difference:
    """A record on which the ends do not agree, by its key as text; for one that is `different`, in which columns.
    `expected` says why it is as it should be; None: nobody expects it."""

    kind: Kind
    key: tuple[str | None, ...]
    columns: tuple[str, ...]
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """How an object compares: records at both ends, unexpected differences counted by kind and the first of them by
    key, expected ones counted by why: the verdict of an open rejection (failed, blocked, excluded), `cleared` (policy
    emptied a reference), or `state_owned`; and the first of those by key."""

    object: str
    district_count: int
    state_count: int
    unexpected: Mapping[Kind, int]
    expected: Mapping[str, int]
    first: tuple[Difference, ...]
    first_expected: tuple[Difference, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether both ends hold the same, but for what is expected."""
        return not any(self.unexpected.values())

    @property
    def resync_needed(self) -> bool:
        """Whether a resync would mend something; a leftover alone it would not."""
        return any(count for kind, count in self.unexpected.items() if kind != "state_only")


@dataclass(frozen=True, slots=True)
class Looked:
    """An object of a verification, and how many seconds it took. Without `verified` it was not compared to its end,
    and `message` says why: it is then equal to nothing."""

    object: str
    verified: Verified | None
    seconds: float
    message: str = ""

    @property
    def equal(self) -> bool:
        """Whether it was compared to its end and both ends hold the same, but for what is expected."""
        return self.verified is not None and self.verified.equal


def verify(
    connection: psycopg.Connection[Any],
    task: Task,
    batches: Iterable[Batch],
    *,
    show: int = 1000,
    state_count: int | None = None,
) -> Verified:
    """Hold what a comparison found (or, where task.everything, every record of the district) against the state's rows.

    `task` says as for a landing what was compared; it needs no order. At most `show` differences of either sort are
    named; `state_count` is how many rows the state has, where the comparison told. All is rolled back. Whatever goes
    wrong raises: an answer that is not whole is none.
    """
    if not task.everything:
        sent = iter(batches)
        first_sent = next(sent, None)
        if first_sent is None and state_count == task.district_records and not count_gone(task):
            return Verified(task.object.name, state_count, state_count, dict.fromkeys(KINDS, 0), {}, ())
        batches = sent if first_sent is None else chain((first_sent,), sent)
    with (
        at_district(connection, task.district) as holder,
        connection.cursor() as office,
        _kept(holder, task.object),
        holder.transaction(force_rollback=True),
        office if holder is connection else holder.cursor() as cursor,
    ):
        take_along(office, cursor, task, batches=False)
        cursor.execute(statement("set_up"))
        table = state_table(task.object)
        names = columns(None, ("district_id", *(c.name for c in task.object.columns)))
        cursor.execute(statement("make_candidates", table=table, columns=names))
        fill_gone(cursor, task)
        candidates = sql.Identifier("pg_temp", "candidate")
        filled = fill(cursor, task, candidates, sort=False, carefully=True, batches=batches)
        cursor.execute(statement("analyze_candidates"))
        if not task.everything:
            plan_for_few(cursor)
        _find(cursor, task)
        if state_count is None:
            count = statement("count_held", table=table, same_year=same_year(task))
            state_count = int(fetch_row(cursor, count, task.values)[0])
        records = filled.candidates + filled.refused if task.everything else task.district_records
        counted = cursor.execute(statement("count_differences")).fetchall()
        first, first_expected = (_first(cursor, unexpected, show) for unexpected in (True, False))
    return Verified(
        task.object.name,
        records,
        state_count,
        {kind: sum(n for k, why, n in counted if k == kind and why is None) for kind in KINDS},
        {why: sum(n for _, w, n in counted if w == why) for why in sorted({w for _, w, _ in counted if w})},
        first,
        first_expected,
    )


@contextmanager
def _kept(holder: psycopg.Connection[Any], obj: SyncObject) -> Iterator[None]:
    """Before the transaction that is rolled back, so that they stay."""
    with holder.cursor() as cursor:
        keep(cursor, REFUSAL, DIFFERENCE, gone_of(obj))
    yield


def _first(cursor: Cursor, unexpected: bool, show: int) -> tuple[Difference, ...]:
    rows = cursor.execute(statement("first_differences"), {"unexpected": unexpected, "show": show}).fetchall()
    return tuple(Difference(kind, tuple(key), tuple(names), why) for kind, key, names, why in rows)


def _find(cursor: Cursor, task: Task) -> None:
    obj = task.object
    keys = dict(zip(found_keys(obj), obj.key, strict=True))
    parts: dict[str, Part] = {
        "table": state_table(obj),
        "same_year": same_year(task),
        "sent_key": key_text("record", obj.key),
        "held_key": key_text("held", obj.key),
        "same": equal("held", "record", obj.key),
        "missing": sql.SQL("{} is null").format(column("held", "district_id")),
        "refused_keys": typed_keys(obj),
        "readable": readable(obj),
        "refused": equal("refused", "held", keys),
    }
    steps = ["differ_sent", "differ_refused", "differ_repeated"]
    if task.everything:
        steps.append("differ_gone_from_all")
    for step in steps:
        own = {"pushed": _unequal(obj, "district"), "owned": _unequal(obj, "state")} if step == "differ_sent" else {}
        cursor.execute(statement(step, **parts, **own), task.values)
    cursor.execute(statement("differ_gone", gone_key=key_text("gone", found_keys(obj))), task.values)
    for reference in (r for r in obj.references if r.when_excluded == "clear"):
        cursor.execute(_cleared(obj, reference), task.values)
    cursor.execute(statement("differ_as_expected"), task.values)


def _unequal(obj: SyncObject, owner: str) -> Part:
    """The names of the columns of that owner whose values differ, as an array."""
    ours = [c for c in obj.columns if c.owner == owner and c.name not in obj.key]
    if not ours:
        return sql.SQL("'{}'::text[]")
    cases = [
        sql.SQL("case when {} is distinct from {} then {} end").format(
            _plain("held", c), _plain("record", c), literal(c.name)
        )
        for c in ours
    ]
    return sql.SQL("array_remove(array[{}]::text[], null)").format(sql.SQL(", ").join(cases))


def _plain(alias: str, c: Any) -> Part:
    return sql.SQL("{}::text").format(column(alias, c.name)) if c.type == "json" else column(alias, c.name)


def _cleared(obj: SyncObject, reference: Reference) -> sql.Composed:
    return statement(
        "differ_cleared",
        columns=sql.SQL("array[{}]::text[]").format(sql.SQL(", ").join(literal(c) for c in reference.columns)),
        sent_key=key_text("record", obj.key),
        parent=literal(reference.to),
        parent_key=key_text("record", reference.columns),
    )
