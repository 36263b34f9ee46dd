"""What hangs on leftovers: rows at the state that would go with them, or that stand in the way. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, SyncObject
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.pointing import Pointing, pointing_at
from upstate.loading.statements import Part, equal, fetch_row, literal, statement

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Dependents:
    """Rows of an object (or of a table of the state's own) that point at leftovers: so many are left over themselves,
    so many are not and keep what they point at."""

    object: str
    leftovers: int
    in_the_way: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One leftover: its key as text, since when it is one, why it was not removed if that was asked for, and by what
    object's row; and what hangs on it."""

    id: int
    key: tuple[str | None, ...]
    since: datetime
    kept: str
    kept_by: str
    dependents: tuple[Dependents, ...]


def dependents_of(
    connection: psycopg.Connection[Any], catalog: Catalog, obj: SyncObject, district: int, school_year: int | None
) -> tuple[Dependents, ...]:
    """What hangs on all the leftovers of an object, directly; what nothing hangs on has none."""
    values = {"district": district, "object": obj.name, "school_year": school_year}
    found = []
    with connection.transaction(), connection.cursor() as cursor:
        _prepare(cursor)
        for pointing in pointing_at(cursor, catalog, obj):
            query = statement("count_all_dependents", **_parts(obj, pointing))
            found.append(Dependents(pointing.name, *fetch_row(cursor, query, values)))
    return _summed(found)


def leftovers_listed(
    connection: psycopg.Connection[Any],
    catalog: Catalog,
    obj: SyncObject,
    district: int,
    school_year: int | None,
    *,
    after: int,
    most: int,
) -> tuple[Listed, ...]:
    """The leftovers of an object whose id is past `after`, in the order of their ids, each with what hangs on it."""
    values = {"district": district, "object": obj.name, "school_year": school_year, "after": after, "most": most}
    with connection.transaction(), connection.cursor() as cursor:
        _prepare(cursor)
        rows = cursor.execute(statement("leftover_keys"), values).fetchall()
        hanging: dict[int, list[Dependents]] = {row[0]: [] for row in rows}
        for pointing in pointing_at(cursor, catalog, obj) if rows else ():
            query = statement("count_dependents", **_parts(obj, pointing))
            for number, *counts in cursor.execute(query, {**values, "ids": list(hanging)}).fetchall():
                hanging[number].append(Dependents(pointing.name, *counts))
    return tuple(Listed(id_, tuple(key), since, kept, by, _summed(hanging[id_])) for id_, key, since, kept, by in rows)


def _prepare(cursor: Cursor) -> None:
    for name in ("plan_by_set", "spell_plainly"):
        cursor.execute(statement(name))


def _parts(obj: SyncObject, pointing: Pointing) -> dict[str, Part]:
    child = pointing.object
    left_over: Part = sql.SQL("false")
    if child is not None:
        left_over = sql.SQL("exists (select from ({}) as theirs where {})").format(
            _known(child, sql.SQL("true")),
            equal("theirs", "child", dict(zip(found_keys(child), child.key, strict=True))),
        )
    return {
        "leftovers": _known(obj, sql.SQL("school_year is not distinct from %(school_year)s::integer")),
        "left_over": left_over,
        "table": pointing.table,
        "points": pointing.points,
    }


def _known(obj: SyncObject, of_year: Part) -> Part:
    parts = {"typed_keys": typed_keys(obj), "readable": readable(obj), "object": literal(obj.name)}
    return statement("known_leftovers", of_year=of_year, **parts)


def _summed(found: Sequence[Dependents]) -> tuple[Dependents, ...]:
    """An object that points by several references is told of once; a row that does so twice counts twice."""
    total: dict[str, Dependents] = {}
    for each in found:
        before = total.get(each.object, Dependents(each.object, 0, 0))
        total[each.object] = Dependents(
            each.object, before.leftovers + each.leftovers, before.in_the_way + each.in_the_way
        )
    return tuple(each for each in total.values() if each.leftovers or each.in_the_way)
