"""The list of rejections in pages, each as quick at a million rows as at ten: by parts, of a root, or of a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from upstate.catalog import Catalog
from upstate.hub.models import District
from upstate.hub.postgres import Connection
from upstate.hub.web.keyset import Place
from upstate.hub.web.pages.errors_place import LAST, Part, Start, place_of_row, start_of
from upstate.hub.web.pages.errors_statements import composed, narrowing, of_standing, values_of
from upstate.hub.web.pages.errors_wanted import Wanted

_FIRST_PARTS = 4  # how many parts of the list are asked for at once, to begin with


def rejections_listed(
    connection: Connection, catalog: Catalog, district: District, wanted: Wanted, place: Place | None, most: int
) -> list[dict[str, Any]]:
    """At most so many rejections beyond a place, or, backwards, before it in reverse.

    The list goes by verdict, object, reason and school year; by root object, where a root is asked for.
    """
    values = values_of(district, wanted, most)
    start = None if place is None else start_of(place)
    back = place is not None and place.back
    if wanted.record is not None:
        return [] if place is not None else _of_record(connection, catalog, wanted, values)
    if wanted.root is not None:
        return _of_root(connection, catalog, wanted, values, start, back)
    return _by_parts(connection, catalog, wanted, values, start, back)


def every_rejection(
    connection: Connection, catalog: Catalog, district: District, wanted: Wanted, at_once: int = 2_000
) -> Iterator[dict[str, Any]]:
    """Every rejection of the list, fetched some thousands at a time."""
    place: Place | None = None
    while rows := rejections_listed(connection, catalog, district, wanted, place, at_once):
        yield from rows
        if len(rows) < at_once:
            return
        place = Place(place_of_row(rows[-1]))


def _by_parts(
    connection: Connection,
    catalog: Catalog,
    wanted: Wanted,
    values: dict[str, Any],
    start: Start | None,
    back: bool,
) -> list[dict[str, Any]]:
    parts = sorted(_parts(connection, wanted, values), key=lambda part: part.order, reverse=back)
    if start is not None:
        at = start.part.order
        parts = [part for part in parts if (part.order <= at if back else part.order >= at)]
    end = ("-infinity", -1) if back else ("infinity", LAST)
    narrowed = narrowing(catalog, wanted, "first_since", "first_until", "last_since", "last_until", "school")
    text = composed("errors_listed", down=not back, standing=of_standing(wanted), narrowed=narrowed)
    rows: list[dict[str, Any]] = []
    asked = 0
    while asked < len(parts) and len(rows) < values["most"]:
        these = parts[asked : asked + max(_FIRST_PARTS, asked)]
        asked += len(these)
        ends = [(start.at, start.id) if start is not None and part == start.part else end for part in these]
        rows += _fetch(
            connection,
            text,
            {
                **values,
                "most": values["most"] - len(rows),
                "verdicts": [part.verdict for part in these],
                "objects": [part.object for part in these],
                "reasons": [part.reason for part in these],
                "years": [part.year for part in these],
                "at": [str(at) for at, _ in ends],
                "ids": [number for _, number in ends],
            },
        )
    return rows


def _parts(connection: Connection, wanted: Wanted, values: Mapping[str, Any]) -> Iterator[Part]:
    if wanted.standing == "open":
        found = _fetch(connection, composed("errors_parts_open"), values)
    else:
        found = _fetch(connection, composed("errors_parts", standing=of_standing(wanted)), values)
    for row in found:
        part = Part(row["verdict"], row["object"], row["reason"], row["year"])
        asked = (
            (wanted.verdict, part.verdict),
            (wanted.object, part.object),
            (wanted.reason, part.reason),
            (wanted.school_year, part.year or None),
        )
        if all(want is None or want == has for want, has in asked):
            yield part


def _of_root(
    connection: Connection,
    catalog: Catalog,
    wanted: Wanted,
    values: dict[str, Any],
    start: Start | None,
    back: bool,
) -> list[dict[str, Any]]:
    if wanted.root is None:
        return []
    values = {
        **values,
        "objects": [wanted.root_object] if wanted.root_object else list(catalog.objects),
        "root_key": list(wanted.root),
    }
    standing = of_standing(wanted)
    roots = _fetch(connection, composed("errors_root_objects", standing=standing), values)
    names = sorted((root["object"] for root in roots), reverse=back)
    columns = ("object", "reason", "verdict", "school_year", "first_since", "first_until", "last_since", "last_until")
    narrowed = narrowing(catalog, wanted, *columns, "school")
    text = composed("errors_of_root", down=back, standing=standing, narrowed=narrowed)
    rows: list[dict[str, Any]] = []
    for name in names:
        here = start is not None and start.root_object == name
        if start is not None and not here and (name > start.root_object) == back:
            continue
        object_at, number = (start.part.object, start.id) if start is not None and here else ("", 0)
        if back and not here:
            object_at, number = "\U0010ffff", LAST
        rows += _fetch(
            connection,
            text,
            {
                **values,
                "most": values["most"] - len(rows),
                "root_object": name,
                "object_at": object_at,
                "id": number,
            },
        )
    return rows


def _of_record(
    connection: Connection, catalog: Catalog, wanted: Wanted, values: dict[str, Any]
) -> list[dict[str, Any]]:
    columns = ("reason", "verdict", "school_year", "first_since", "first_until", "last_since", "last_until")
    narrowed = sql.SQL(" AND ").join([of_standing(wanted), narrowing(catalog, wanted, *columns, "school")])
    objects = [wanted.object] if wanted.object else list(catalog.objects)
    return _fetch(connection, composed("errors_of_record", narrowed=narrowed), {**values, "objects": objects})


def _fetch(connection: Connection, text: sql.Composed, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, values).fetchall()
