"""The statements behind the Error Log's lists, filled in: their order, and the conditions for what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from psycopg import sql

from upstate.catalog import Catalog
from upstate.hub.models import District
from upstate.hub.postgres import statement
from upstate.hub.web.pages.errors_schools import in_school
from upstate.hub.web.pages.errors_wanted import Standing, Wanted

_STANDING: Final[Mapping[Standing, sql.SQL]] = {
    "open": sql.SQL("held.resolved_at IS NULL AND held.cleared_at IS NULL"),
    "cleared": sql.SQL("held.resolved_at IS NULL AND held.cleared_at IS NOT NULL"),
    "resolved": sql.SQL("held.resolved_at IS NOT NULL"),
}
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
_TRUE = sql.SQL("true")


def composed(name: str, *, down: bool = True, **parts: sql.Composable) -> sql.Composed:
    """The statement of that name with its parts filled in, in its order: downwards, or upwards."""
    ways = {"beyond": sql.SQL("<" if down else ">"), "way": sql.SQL("DESC" if down else "ASC")}
    return sql.SQL(cast(Any, statement(name).decode())).format(**ways, **parts)


def of_standing(wanted: Wanted) -> sql.SQL:
    """The condition that a rejection `held` is of the standing that is wanted."""
    return _STANDING[wanted.standing]


def narrowing(catalog: Catalog, wanted: Wanted, *names: str) -> sql.Composable:
    """The conditions of these that are asked for, as one."""
    asked: list[sql.Composable] = [
        _CONDITIONS[name] for name in names if name in _CONDITIONS and getattr(wanted, name) is not None
    ]
    if "school" in names and wanted.school is not None:
        asked.append(in_school(catalog, wanted.object))
    return sql.SQL(" AND ").join(asked) if asked else _TRUE


def values_of(district: District, wanted: Wanted, most: int) -> dict[str, Any]:
    """What the statements of the list take, wherever a page of it starts."""
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
