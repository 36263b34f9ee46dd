"""One look at the state's rows of an object: their sums and, in passing, what of judging them is settled beforehand.

Rows that a comparison finds equal are judged too: nobody has sent them, and somebody may have changed them by SQL at
both ends. Most of that needs no other row, and so no second look: whether a value or a rule of a row's own is broken,
and whether anything that must be unique may be there twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from upstate.catalog import SyncObject, Unique
from upstate.loading.comparing import Held, held_sums
from upstate.loading.conditions import own_conditions
from upstate.loading.statements import Part, any_of, expression, statement
from upstate.loading.task import OWN_RULES, equal_year, unique_name
from upstate.wire.digests import Sums, ask_sums, key_hash_sql, strung, sums_from_answer, tells_beside

_RECORD = "record"
_PLACE = re.compile("\0([0-9]+)\0")  # no SQL has one


@dataclass(frozen=True, slots=True)
class Look:
    """The sums of the held rows, and what was found clear of them (see `Task.clear`); of anything else nothing is
    known."""

    sums: Sums
    clear: frozenset[str]


@dataclass(frozen=True, slots=True)
class Zone:
    """What rules see of the zone: its school year in force, and its edition."""

    year: int
    edition: str | None


def look(
    connection: psycopg.Connection[Any], held: Held, obj: SyncObject, buckets: int, zone: Zone, *, helped: bool = False
) -> Look:
    """Look at the held rows of `obj` once; `held` has the object as it is digested.

    `helped`, and WireError, as in `held_sums`.
    """
    if not tells_beside(buckets):
        return Look(held_sums(connection, held, buckets, helped=helped), frozenset())
    uniques = [unique for unique in obj.uniques if _told_by_hash(obj, unique)]
    try:
        with connection.transaction(), connection.cursor(binary=True) as cursor:
            cursor.execute(statement("compile_nothing" if helped else "ask_steadily"))
            values = {**held.values, "zone_year": zone.year, "edition": zone.edition}
            rows = cursor.execute(_query(held, obj, uniques, buckets), values).fetchall()
    except psycopg.DataError:  # a rule fails on some value; landing will say so
        return Look(held_sums(connection, held, buckets, helped=helped), frozenset())
    sums = sums_from_answer(held.object, rows, buckets)
    breaks, *hashes = rows[0][3:]
    clear = {unique_name(u) for u, told in zip(uniques, hashes, strict=True) if not _comes_twice(told)}
    return Look(sums, frozenset(clear if breaks else clear | {OWN_RULES}))


def _query(held: Held, obj: SyncObject, uniques: Sequence[Unique], buckets: int) -> sql.Composed:
    """The query for the sums, with conditions and rows in their places once the percent signs around are seen to."""
    all_years = any(_beyond_its_year(held, unique) for unique in uniques)
    rows = replace(held, school_year=None).rows if all_years else held.rows
    same_year = equal_year(obj, _RECORD) if all_years else sql.SQL("true")
    broken = sql.SQL("({} and {})").format(same_year, any_of(c.test for c in own_conditions(obj)))
    parts: list[Part] = [statement("held_looked_at", rows=rows), same_year, broken, *(_hash(obj, u) for u in uniques)]
    each = [f"\0{number}\0" for number, _ in enumerate(parts)]
    beside = list(zip(each[2:], ["bool_or({})", *(strung("int8send", "{}") for _ in uniques)], strict=True))
    among = each[1] if all_years else "true"
    pieces = _PLACE.split(ask_sums(held.object, each[0], _RECORD, buckets, beside=beside, among=among))
    return sql.Composed([parts[int(piece)] if place % 2 else expression(piece) for place, piece in enumerate(pieces)])


def _hash(obj: SyncObject, unique: Unique) -> Part:
    """A hash of what must be unique; null where, with a null in it, it need not be."""
    hashed = expression(key_hash_sql(replace(obj, key=unique.columns), _RECORD))
    if unique.nulls == "equal":
        return hashed
    complete = sql.SQL(" and ").join(
        sql.SQL("{} is not null").format(sql.Identifier(_RECORD, name)) for name in unique.columns
    )
    return sql.SQL("case when {} then {} end").format(complete, hashed)


def _told_by_hash(obj: SyncObject, unique: Unique) -> bool:
    """Whether equal values have equal hashes: of JSON they need not."""
    return all(obj.column(name).type != "json" for name in unique.columns)


def _beyond_its_year(held: Held, unique: Unique) -> bool:
    """Whether rows of other years than those that are held must not share it either."""
    year = held.object.school_year
    return year is not None and held.school_year is not None and year not in unique.columns


def _comes_twice(told: bytes | None) -> bool:
    hashes = np.sort(np.frombuffer(told or b"", ">i8"))
    return bool((hashes[1:] == hashes[:-1]).any())
