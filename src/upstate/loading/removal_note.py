"""Of a removal on another server: the leftovers it is about go along, and what it came to is noted there with the rows.

Two servers do not commit as one: the rows go first. By the note, a removal whose second commit was lost is told in the
office as it was, and takes nothing more away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from upstate.loading.carrying import carry
from upstate.loading.leaving import Large, Leaving
from upstate.loading.statements import statement
from upstate.wire.digests import Total

Cursor = psycopg.Cursor[Any]
_BACK = "leaving elsewhere"


@dataclass(frozen=True, slots=True)
class Note:
    """How many rows went, by object; what is past the limits; and what receipts are to lose."""

    rows: Mapping[str, int]
    large: Mapping[str, Large]
    totals: Mapping[str, Total]


def take_leftovers_along(office: Cursor, cursor: Cursor, values: Mapping[str, Any]) -> None:
    """Have the leftovers of a resync at hand on `cursor`, under the control table's name."""
    cursor.execute(statement("carry_leftovers_table"))
    carry(office, cursor, statement("carry_leftovers"), statement("carry_leftovers_in"), values)


def removed_before(cursor: Cursor, values: Mapping[str, Any]) -> Note | None:
    """What this very removal came to, where it was done on this server and the word of it never reached the office."""
    row = cursor.execute(statement("removed_before"), values).fetchone()
    if row is None:
        return None
    large = {
        name: Large(**{**each, "school": None if each["school"] is None else tuple(each["school"])})
        for name, each in row[0]["large"].items()
    }
    return Note(row[0]["rows"], large, {name: Total(*numbers) for name, numbers in row[0]["totals"].items()})


def leave_removal_note(cursor: Cursor, note: Note, leaving: Iterable[Leaving], values: Mapping[str, Any]) -> None:
    """Note what a removal came to, and what was said of each leftover, in the transaction that takes the rows away."""
    found = {
        "rows": note.rows,
        "large": {name: asdict(each) for name, each in note.large.items()},
        "totals": {name: total.numbers() for name, total in note.totals.items()},
    }
    cursor.execute(statement("removed_long_ago"), values)
    cursor.execute(statement("removed_note"), {**values, "found": Jsonb(found)})
    for each in leaving:
        cursor.execute(statement("removed_note_leftovers", leaving=each.table), values)


def bring_leaving_back(cursor: Cursor, office: Cursor, values: Mapping[str, Any]) -> sql.Identifier:
    """Have at hand in the office what the note says of each leftover; the table it is in."""
    office.execute(statement("back_leaving_table", leaving=sql.Identifier(_BACK)))
    table = sql.Identifier("pg_temp", _BACK)
    carry(cursor, office, statement("back_leaving"), statement("back_in", table=table), values)
    return table
