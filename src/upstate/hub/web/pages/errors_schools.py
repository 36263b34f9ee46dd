"""Which school a rejection concerns, as far as that can be known: through the rows the state holds, and its root."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from upstate.catalog import Catalog, Reference, SyncObject
from upstate.catalog.ways import SCHOOL, way_to_school
from upstate.hub.models import District
from upstate.hub.postgres import Connection
from upstate.loading.statements import column, equal, key_text, state_table


@dataclass(frozen=True, slots=True)
class School:
    """A school the state holds; its name is one of its values."""

    key: tuple[str, ...]
    name: str


def schools_of(connection: Connection, catalog: Catalog, district: District, *, by_name: bool) -> tuple[School, ...]:
    """The schools of a district that the state holds, by name; without the right to values the name is the key."""
    if SCHOOL not in catalog:
        return ()
    school = catalog[SCHOOL]
    named = by_name and any(c.name == "name" and c.type == "text" and not c.sensitive for c in school.columns)
    key = key_text("school", school.key)
    name = column("school", "name") if named else sql.SQL("array_to_string({}, '|')").format(key)
    query = sql.SQL("SELECT {}, {} AS name FROM {} AS school WHERE district_id = %s ORDER BY name, 1").format(
        key, name, state_table(school)
    )
    rows = connection.execute(query, (district.id,)).fetchall()
    return tuple(School(tuple(each), said or "|".join(each)) for each, said in rows)


def in_school(catalog: Catalog, name: str | None) -> sql.Composable:
    """The condition that a rejection `held` of an object (None: any) concerns the school of the parameter `school`.

    True of the school itself, of what it is the root of, and of a record, or a root, that the state holds a row of
    which leads to that school.
    """
    ways: list[sql.Composable] = [
        sql.SQL("(held.object = {school} AND held.key = %(school)s::text[])"),
        sql.SQL("(held.root_object = {school} AND held.root_key = %(school)s::text[])"),
    ]
    filled = [way.format(school=sql.Literal(SCHOOL)) for way in ways if isinstance(way, sql.SQL)]
    for obj in catalog:
        path = way_to_school(catalog, obj.name)
        if not path:
            continue
        keys = _keys_in_school(catalog, obj, path)
        if name in (None, obj.name):
            filled.append(sql.SQL("(held.object = {} AND held.key IN ({}))").format(sql.Literal(obj.name), keys))
        filled.append(sql.SQL("(held.root_object = {} AND held.root_key IN ({}))").format(sql.Literal(obj.name), keys))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(filled))


def _keys_in_school(catalog: Catalog, obj: SyncObject, path: tuple[Reference, ...]) -> sql.Composed:
    """The keys, as texts, of the district's rows of an object that lead to the school."""
    joins: list[sql.Composable] = []
    for number, reference in enumerate(path[:-1], start=1):
        parent, here, before = catalog[reference.to], f"step{number}", f"step{number - 1}"
        joins.append(
            sql.SQL("JOIN {} AS {} ON {} = {} AND {}").format(
                state_table(parent),
                sql.Identifier(here),
                column(here, "district_id"),
                column(before, "district_id"),
                equal(here, before, dict(zip(parent.key, reference.columns, strict=True))),
            )
        )
    last = f"step{len(path) - 1}"
    return sql.SQL(
        "SELECT {} FROM {} AS step0 {} WHERE step0.district_id = %(district)s AND {} = %(school)s::text[]"
    ).format(key_text("step0", obj.key), state_table(obj), sql.SQL(" ").join(joins), key_text(last, path[-1].columns))
