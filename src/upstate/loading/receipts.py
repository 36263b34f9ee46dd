"""The receipt of a landing: the digests of both ends, and of what of them must be the same after it.

A record of the district's that was turned away is at the state as it was or not at all; a leftover is at the state
alone. Both are taken from the sums, and what remains must be equal: that is the proof. What is turned away is noted
where it happens, in the temporary table `apart`, so that an attempt that is undone takes its notes along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.comparing import Held, can_digest_within
from upstate.loading.few import plan_for_few
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.statements import Part, columns, equal, expression, fetch_row, state_table, statement
from upstate.loading.task import Task, same_year
from upstate.planning import Counts
from upstate.wire.digests import Total, definition, digest_sql, for_shipping

Cursor = psycopg.Cursor[Any]


def digest_of(obj: SyncObject, alias: str) -> Part:
    """The digest of a row under this alias."""
    return expression(digest_sql(for_shipping(obj), alias))


def note_turned_away(cursor: Cursor, total: Total) -> None:
    """Records were turned away by themselves and never became candidates."""
    if total != Total():
        cursor.execute(
            statement("note_apart"), {"records": total.records, "uppers": total.uppers, "lowers": total.lowers}
        )


def note_replaced(cursor: Cursor, task: Task) -> None:
    """Of a comparison, before the merge: what the state holds of the records that land. Any other stays as it is."""
    if not task.compared:
        return
    obj = task.object
    cursor.execute(
        statement(
            "note_replaced",
            digest=digest_of(obj, "held"),
            table=state_table(obj),
            same_year=same_year(task),
            same=equal("record", "held", obj.key),
        ),
        task.values,
    )


def note_owned(cursor: Cursor, task: Task) -> None:
    """After the merge: the state keeps values of its own, and of some columns the digest sees them."""
    obj = task.object
    if for_shipping(obj) != obj:
        cursor.execute(
            statement(
                "note_owned",
                sent=digest_of(obj, "record"),
                kept=digest_of(obj, "held"),
                table=state_table(obj),
                same=equal("held", "record", obj.key),
            ),
            task.values,
        )


def settle_receipt(
    office: Cursor, cursor: Cursor, task: Task, counts: Counts, *, again: bool, held: Total | None = None
) -> bool:
    """Write the receipt of an object that has landed, within its transaction; its rows are read only where no
    comparison has said what they come to (`held`: this landing's own), or where they landed before (`again`) and only
    the word of it was lost. `counts` is what became of the district's records.

    `office` is asked of the control tables, `cursor` of the rows: see `landing`. None where the agent told no digest,
    or the database computes others. Returns whether the state is proven to hold just those that landed."""
    if task.chosen:
        return False
    told = office.execute(statement("told_receipt"), task.values).fetchone()
    if told is None or bytes(told[0]) != definition(for_shipping(task.object)):
        return False
    compared = held if told[2] is None else Total(*told[2])
    if (again or compared is None) and not can_digest_within(cursor):
        return False
    cursor.execute(statement("compile_nothing"))
    plan_for_few(cursor)
    district = Total(*told[1])
    if again or compared is None:
        state = _held(cursor, task)
    else:
        state = compared + _replacing(cursor, task) if counts.created or counts.updated else compared
    landed = district - _noted(cursor, "turned away")
    # Where the state holds just those of the district's that landed, it holds nothing of what was turned away.
    proven = state == landed and landed.records == counts.landed
    turned, alike = (Total(), Total()) if proven else _turned(cursor, task)
    office.execute(
        statement("settle_receipt"),
        {
            **task.values,
            "state": state.numbers(),
            "district_landed": (landed - alike).numbers(),
            "state_landed": (state - turned).numbers(),
        },
    )
    return proven


def total_of_leaving(
    office: Cursor, cursor: Cursor, obj: SyncObject, values: Mapping[str, Any], *, among: Part, rows: Part
) -> Total | None:
    """Before leftovers are removed: what they come to; None where no receipt says what the state holds of their object.

    `office` is asked of the receipt, `cursor` of the rows; `values`: district, resync, object.
    """
    told = office.execute(statement("landed_receipt"), values).fetchone()
    if told is None or bytes(told[0]) != definition(for_shipping(obj)) or not can_digest_within(cursor):
        return None
    cursor.execute(statement("compile_nothing"))
    return _total(cursor, obj, values, rows=rows, among=among)


def take_from_receipt(office: Cursor, values: Mapping[str, Any], leaving: Total) -> None:
    """Leftovers that come to this have gone: take it from what the receipt says the state holds.

    What of both ends must be the same stays as it is: leftovers are no part of it. `values`: resync, object.
    """
    _, state = fetch_row(office, statement("landed_receipt"), values)
    office.execute(statement("lower_receipt"), {**values, "state": (Total(*state) - leaving).numbers()})


def held_total(cursor: Cursor, held: Held) -> Total:
    """The digest of what the state holds of an object."""
    return _total(cursor, held.object, held.values, rows=held.rows, among=sql.SQL(""))


def _held(cursor: Cursor, task: Task) -> Total:
    return held_total(cursor, Held(task.object, task.district, task.school_year))


def _replacing(cursor: Cursor, task: Task) -> Total:
    """What the merge has added to, and taken from, what was compared."""
    same = equal("record", "held", task.object.key)
    return _joined(cursor, task, sql.SQL("pg_temp.candidate as record join"), same) - _noted(cursor, "replaced")


def _turned(cursor: Cursor, task: Task) -> tuple[Total, Total]:
    """What the state holds of records that were turned away and of leftovers; and how much of that is, being equal at
    both ends, in the district's digest as well."""
    obj = task.object
    keys = columns(None, found_keys(obj))
    made = statement("make_turned", keys=keys, refused_keys=typed_keys(obj), readable=readable(obj))
    cursor.execute(made, task.values)
    if not cursor.rowcount:
        return Total(), Total()
    cursor.execute(statement("analyze_turned"))
    same = equal("turned", "held", dict(zip(found_keys(obj), obj.key, strict=True)))
    turned = _joined(cursor, task, sql.SQL("pg_temp.turned join"), same)
    if not task.compared:
        return turned, Total()
    beside = equal("aside", "turned", found_keys(obj))
    alike = sql.SQL(
        "(select * from pg_temp.turned where found and not exists (select from pg_temp.aside where {})) as turned join"
    ).format(beside)
    return turned, _joined(cursor, task, alike, same)


def _joined(cursor: Cursor, task: Task, among: Part, same: Part) -> Total:
    obj = task.object
    rows = sql.SQL("{} as held on held.district_id = %(district)s and {} and {}").format(
        state_table(obj), same_year(task), same
    )
    return _total(cursor, obj, task.values, rows=rows, among=among)


def _total(cursor: Cursor, obj: SyncObject, values: Mapping[str, Any], *, rows: Part, among: Part) -> Total:
    query = statement("held_total", digest=digest_of(obj, "held"), rows=rows, among=among)
    return Total(*(int(number) for number in fetch_row(cursor, query, values)))


def _noted(cursor: Cursor, side: str) -> Total:
    return Total(*fetch_row(cursor, statement("sum_apart"), {"side": side}))
