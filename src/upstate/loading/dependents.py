"""What hangs on leftovers: rows at the state that would go with them, or that stand in the way. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, SyncObject
from upstate.loading.carrying import carry
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.placing import at_district
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
    connection: psycopg.Connection[Any],
    catalog: Catalog,
    district: int,
    objects: Sequence[tuple[SyncObject, int | None]],
) -> tuple[tuple[Dependents, ...], ...]:
    """What hangs on all the leftovers of each of these objects, of its school year or of none, directly; what nothing
    hangs on has none. DatabaseError where the server that holds the district cannot be reached."""
    if not objects:
        return ()
    found = []
    with _leftovers_at_hand(connection, catalog, district, [obj for obj, _ in objects]) as cursor:
        for obj, year in objects:
            values = {"district": district, "object": obj.name, "school_year": year}
            hanging = []
            for pointing in pointing_at(cursor, catalog, obj):
                query = statement("count_all_dependents", **_parts(obj, pointing))
                hanging.append(Dependents(pointing.name, *fetch_row(cursor, query, values)))
            found.append(_summed(hanging))
    return tuple(found)


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
    """The leftovers of an object whose id is past `after`, in the order of their ids, each with what hangs on it.

    DatabaseError as for `dependents_of`.
    """
    values = {"district": district, "object": obj.name, "school_year": school_year, "after": after, "most": most}
    rows = connection.execute(statement("leftover_keys"), values).fetchall()
    if not rows:
        return ()
    hanging: dict[int, list[Dependents]] = {row[0]: [] for row in rows}
    with _leftovers_at_hand(connection, catalog, district, [obj]) as cursor:
        for pointing in pointing_at(cursor, catalog, obj):
            query = statement("count_dependents", **_parts(obj, pointing))
            for number, *counts in cursor.execute(query, {**values, "ids": list(hanging)}).fetchall():
                hanging[number].append(Dependents(pointing.name, *counts))
    return tuple(Listed(id_, tuple(key), since, kept, by, _summed(hanging[id_])) for id_, key, since, kept, by in rows)


@contextmanager
def _leftovers_at_hand(
    connection: psycopg.Connection[Any], catalog: Catalog, district: int, objects: Collection[SyncObject]
) -> Iterator[Cursor]:
    """A transaction in the database that has the district's rows, and all that points at them: of foreign keys that
    the state has added, no other knows. The leftovers of these objects and of their children are read there too."""
    with at_district(connection, district) as holder, holder.transaction(), holder.cursor() as cursor:
        cursor.execute(statement("set_up"))
        if holder is not connection:
            parents = {obj.name for obj in objects}
            children = {each.name for each in catalog if parents & {reference.to for reference in each.references}}
            values = {"district": district, "objects": sorted(parents | children)}
            cursor.execute(statement("carry_leftovers_table"))
            carry(
                connection.cursor(), cursor, statement("carry_known_leftovers"), statement("carry_leftovers_in"), values
            )
            cursor.execute(statement("analyze_leftovers"))
        yield cursor


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
