"""Removing a resync's leftovers, where that was asked for: at its end, once, and past the state's limits not yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from upstate.catalog import Catalog
from upstate.errors import DatabaseError, LandingError
from upstate.hub.postgres import LOST, Connection, database_errors, lost, statement
from upstate.hub.state_settings import OF_OBJECT, OF_SCHOOL
from upstate.loading.leaving import Large, Limits, Removal, Swept
from upstate.loading.removing import Removed, remove

Cursor = psycopg.Cursor[Any]


@database_errors()
def remove_asked(connection: Connection, resync: int, catalog: Catalog) -> None:
    """Remove the leftovers of a resync that asked for it, when all its orders are settled. Safe to repeat.

    One transaction: whoever is killed in it has done nothing, and the next run does it. Where an object did not land,
    or the database refuses, nothing is removed and the resync says why. DatabaseError where the database is gone.
    """
    try:
        with connection.transaction(), connection.cursor() as cursor:
            row = cursor.execute(statement("take_removal"), {"resync": resync}).fetchone()
            if row is not None:
                district, objects, years, failed = row
                removal = removal_of(catalog, district, resync, objects, years)
                if not failed:
                    settle_removed(cursor, removal, remove(cursor, removal, limits(cursor)))
                _settle(cursor, resync, _incomplete(failed) if failed else "")
    except (psycopg.Error, LandingError) as error:
        if connection.broken or (isinstance(error, psycopg.Error) and _not_its_fault(error)):
            raise DatabaseError(LOST) from error
        with connection.transaction(), connection.cursor() as cursor:
            _settle(cursor, resync, why_not(error))


@database_errors()
def rehearse_removal(
    rehearsing: Connection, control: Connection, district: int, resync: int, catalog: Catalog, orders: Sequence[Any]
) -> None:
    """Say in a rehearsal what would be removed and what would be held; `rehearsing` is rolled back, `control` is not.

    `orders` are its objects as (object, school year, state), in the order they landed.
    """
    failed = sum(state != "landed" for _, _, state in orders)
    with control.transaction(), control.cursor() as cursor:
        if failed:
            _settle(cursor, resync, _incomplete(failed))
            return
        removal = removal_of(catalog, district, resync, [each[0] for each in orders], [each[1] for each in orders])
        try:
            with rehearsing.transaction(), rehearsing.cursor() as trying:
                removed = remove(trying, removal, limits(cursor))
        except (psycopg.Error, LandingError) as error:
            if rehearsing.broken or (isinstance(error, psycopg.Error) and _not_its_fault(error)):
                raise DatabaseError(LOST) from error
            _settle(cursor, resync, why_not(error))
            return
        settle_removed(cursor, removal, removed)
        _settle(cursor, resync, "")


def removal_of(
    catalog: Catalog, district: int, resync: int, objects: Sequence[str], years: Sequence[int | None]
) -> Removal:
    """The removal of these objects, in the order in which they landed; one that the catalog has no more is left out."""
    pairs = zip(objects, years, strict=True)
    return Removal(district, resync, catalog, tuple(Swept(catalog[name], y) for name, y in pairs if name in catalog))


def limits(cursor: Cursor) -> Limits:
    """What the state lets go without approval."""
    names = [OF_OBJECT.name, OF_SCHOOL.name]
    kept: Mapping[str, int] = dict(cursor.execute(statement("removal_limits"), {"names": names}).fetchall())
    return Limits(kept.get(OF_OBJECT.name, OF_OBJECT.default), kept.get(OF_SCHOOL.name, OF_SCHOOL.default))


def settle_removed(cursor: Cursor, removal: Removal, removed: Removed) -> None:
    """Count what was removed, and keep what waits for approval."""
    for name, rows in removed.rows.items():
        cursor.execute(statement("settle_removed"), {"resync": removal.resync, "object": name, "rows": rows})
    for name, large in removed.large.items():
        cursor.execute(statement("keep_held_removal"), _held(removal.resync, name, large))


def why_not(error: psycopg.Error | LandingError) -> str:
    """One line for people: why the database would not remove them."""
    if isinstance(error, LandingError):
        return error.message
    said = error.diag.message_primary or str(error).strip().splitlines()[0]
    return f"Nothing was removed: the state's database refuses it ({said})."


def _incomplete(failed: int) -> str:
    objects = "1 object" if failed == 1 else f"{failed} objects"
    return f"Nothing was removed: {objects} did not land, so what is left over is not known for certain."


def _held(resync: int, name: str, large: Large) -> dict[str, Any]:
    return {
        "resync": resync,
        "object": name,
        "rows": large.rows,
        "rows_before": large.rows_before,
        "school": None if large.school is None else list(large.school),
        "school_rows": large.school_rows,
        "school_rows_before": large.school_rows_before,
    }


def _settle(cursor: Cursor, resync: int, message: str) -> None:
    cursor.execute(statement("settle_leftovers"), {"resync": resync, "message": message})


def _not_its_fault(error: psycopg.Error) -> bool:
    return lost(error) or isinstance(error, psycopg.errors.QueryCanceled)
