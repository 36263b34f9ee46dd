"""The list of rejections: what of it is wanted, and its pages, each as quick at a million rows as at ten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from django.core.exceptions import SuspiciousOperation
from psycopg import sql
from psycopg.rows import dict_row

from upstate.catalog import Catalog
from upstate.hub.models import District
from upstate.hub.postgres import Connection, statement
from upstate.hub.web.keyset import Place
from upstate.hub.web.pages.errors_schools import in_school

Key = tuple[str | None, ...]
Standing = Literal["open", "cleared", "resolved"]

VERDICTS: Final = ("failed", "blocked", "excluded")
_STANDING: Final[Mapping[Standing, sql.SQL]] = {
    "open": sql.SQL("held.resolved_at IS NULL AND held.cleared_at IS NULL"),
    "cleared": sql.SQL("held.resolved_at IS NULL AND held.cleared_at IS NOT NULL"),
    "resolved": sql.SQL("held.resolved_at IS NOT NULL"),
}
_FIRST_PARTS = 4  # how many parts of the list are asked for at once, to begin with
_LAST = 2**63 - 1
_TRUE = sql.SQL("true")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a district's rejections is wanted; None: whatever it is. Moments end before `…_until`."""

    standing: Standing = "open"
    object: str | None = None
    reason: str | None = None
    verdict: str | None = None
    school_year: int | None = None
    record: Key | None = None
    root: Key | None = None
    root_object: str | None = None
    school: Key | None = None
    first_since: datetime | None = None
    first_until: datetime | None = None
    last_since: datetime | None = None
    last_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One stretch of the list: the rejections of one verdict, object, reason and school year (0: none)."""

    verdict: str
    object: str
    reason: str
    year: int

    @property
    def order(self) -> tuple[int, str, str, int]:
        """Where the part stands: what must be mended comes first."""
        return VERDICTS.index(self.verdict), self.object, self.reason, self.year


def place_of_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a page of `rejections_listed` that starts after this row is named by."""
    at = row["first_seen_at"].isoformat()
    return row["verdict"], row["object"], row["reason"], row["school_year"] or 0, at, row["id"], row["root_object"]


def rejections_listed(
    connection: Connection, catalog: Catalog, district: District, wanted: Wanted, place: Place | None, most: int
) -> list[dict[str, Any]]:
    """At most so many rejections beyond a place, or, backwards, before it in reverse.

    The list goes by verdict, object, reason and school year; by root object, where a root is asked for.
    """
    values = _values(district, wanted, most)
    start = None if place is None else _start(place)
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


def _values(district: District, wanted: Wanted, most: int) -> dict[str, Any]:
    year = district.zone.school_year
    return {
        "district": district.id,
        "most": most,
        "years": list(range(year - 10, year + 2)),
        "object": wanted.object,
        "reason": wanted.reason,
        "verdict": wanted.verdict,
        "school_year": wanted.school_year,
        "first_since": wanted.first_since,
        "first_until": wanted.first_until,
        "last_since": wanted.last_since,
        "last_until": wanted.last_until,
        "school": None if wanted.school is None else list(wanted.school),
        "key": None if wanted.record is None else list(wanted.record),
    }


@dataclass(frozen=True, slots=True)
class _Start:
    part: _Part
    at: datetime
    id: int
    root_object: str


def _start(place: Place) -> _Start:
    try:
        verdict, name, reason, year, at, number, root_object = place.beyond
        start = _Start(_Part(verdict, name, reason, year), datetime.fromisoformat(at), number, root_object)
        known = verdict in VERDICTS and all(_is_text(each) for each in (name, reason, root_object))
        if not known or not isinstance(year, int) or not isinstance(number, int) or not 0 <= number <= _LAST:
            raise ValueError(place)
    except (ValueError, TypeError) as error:
        raise SuspiciousOperation("The place in this list cannot be read.") from error
    return start


def _by_parts(
    connection: Connection,
    catalog: Catalog,
    wanted: Wanted,
    values: dict[str, Any],
    start: _Start | None,
    back: bool,
) -> list[dict[str, Any]]:
    parts = sorted(_parts(connection, wanted, values), key=lambda part: part.order, reverse=back)
    if start is not None:
        at = start.part.order
        parts = [part for part in parts if (part.order <= at if back else part.order >= at)]
    end = ("-infinity", -1) if back else ("infinity", _LAST)
    narrowed = _narrowed(catalog, wanted, "first_since", "first_until", "last_since", "last_until", "school")
    text = composed("errors_listed", down=not back, standing=_STANDING[wanted.standing], narrowed=narrowed)
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


def _parts(connection: Connection, wanted: Wanted, values: Mapping[str, Any]) -> Iterator[_Part]:
    if wanted.standing == "open":
        found = _fetch(connection, composed("errors_parts_open"), values)
    else:
        found = _fetch(connection, composed("errors_parts", standing=_STANDING[wanted.standing]), values)
    for row in found:
        part = _Part(row["verdict"], row["object"], row["reason"], row["year"])
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
    start: _Start | None,
    back: bool,
) -> list[dict[str, Any]]:
    if wanted.root is None:
        return []
    values = {
        **values,
        "objects": [wanted.root_object] if wanted.root_object else list(catalog.objects),
        "root_key": list(wanted.root),
    }
    standing = _STANDING[wanted.standing]
    roots = _fetch(connection, composed("errors_root_objects", standing=standing), values)
    names = sorted((root["object"] for root in roots), reverse=back)
    columns = ("object", "reason", "verdict", "school_year", "first_since", "first_until", "last_since", "last_until")
    narrowed = _narrowed(catalog, wanted, *columns, "school")
    text = composed("errors_of_root", down=back, standing=standing, narrowed=narrowed)
    rows: list[dict[str, Any]] = []
    for name in names:
        here = start is not None and start.root_object == name
        if start is not None and not here and (name > start.root_object) == back:
            continue
        object_at, number = (start.part.object, start.id) if start is not None and here else ("", 0)
        if back and not here:
            object_at, number = "\U0010ffff", _LAST
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
    narrowed = sql.SQL(" AND ").join([_STANDING[wanted.standing], _narrowed(catalog, wanted, *columns, "school")])
    objects = [wanted.object] if wanted.object else list(catalog.objects)
    return _fetch(connection, composed("errors_of_record", narrowed=narrowed), {**values, "objects": objects})


_CONDITIONS: Final[Mapping[str, sql.SQL]] = {
    "object": sql.SQL("held.object = %(object)s"),
    "reason": sql.SQL("held.reason = %(reason)s"),
    "verdict": sql.SQL("held.verdict = %(verdict)s"),
    "school_year": sql.SQL("held.school_year = %(school_year)s"),
    "first_since": sql.SQL("held.first_seen_at >= %(first_since)s"),
    "first_until": sql.SQL("held.first_seen_at < %(first_until)s"),
    "last_since": sql.SQL("held.last_seen_at >= %(last_since)s"),
    "last_until": sql.SQL("held.last_seen_at < %(last_until)s"),
}


def _narrowed(catalog: Catalog, wanted: Wanted, *names: str) -> sql.Composable:
    """The conditions of these that are asked for, as one."""
    asked: list[sql.Composable] = [
        _CONDITIONS[name] for name in names if name in _CONDITIONS and getattr(wanted, name) is not None
    ]
    if "school" in names and wanted.school is not None:
        asked.append(in_school(catalog, wanted.object))
    return sql.SQL(" AND ").join(asked) if asked else _TRUE


def composed(name: str, *, down: bool = True, **parts: sql.Composable) -> sql.Composed:
    """The statement of that name with its parts filled in, in its order: downwards, or upwards."""
    ways = {"beyond": sql.SQL("<" if down else ">"), "way": sql.SQL("DESC" if down else "ASC")}
    return sql.SQL(cast(Any, statement(name).decode())).format(**ways, **parts)


def _fetch(connection: Connection, text: sql.Composed, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, values).fetchall()


def key_of(text: str) -> Key | None:
    """The key that someone typed or that a link carries: a JSON list, or its parts with "|" between; None for none.

    SuspiciousOperation (a 400) where it holds what no key can.
    """
    if not text:
        return None
    parts: Sequence[Any] = [part or None for part in text.split("|")]
    if text.startswith("["):
        with suppress(ValueError):
            parts = json.loads(text)
    if not parts or not all(part is None or _is_text(part) for part in parts):
        raise SuspiciousOperation("This is no key.")
    return tuple(parts)


def _is_text(value: object) -> bool:
    """Whether it is a text that the database takes: no NUL, no half of a character."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
