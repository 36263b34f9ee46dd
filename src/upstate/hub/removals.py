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
from upstate.loading.placing import alone_at_district
from upstate.loading.removing import Removed, remove

Cursor = psycopg.Cursor[Any]


@database_errors()
def remove_asked(connection: Connection, resync: int, catalog: Catalog) -> None:
    """Remove the leftovers of a resync that asked for it, when all its orders are settled. Safe to repeat.

    One transaction: whoever is killed in it has done nothing, and the next run does it. Where the district's rows are
    on another server, one there and one here: the next run finds out whether the first was done. Where an object did
    not land, or the database refuses, nothing is removed and the resync says why. DatabaseError where the database is
    gone.
    """
    gone = False
    try:
        with connection.transaction(), connection.cursor() as cursor:
            row = cursor.execute(statement("take_removal"), {"resync": resync}).fetchone()
            if row is not None:
                district, objects, years, failed = row
                removal = removal_of(catalog, district, resync, objects, years)
                if not failed:
                    with alone_at_district(connection, district) as holder:
                        removed = remove(cursor, holder, removal, limits(cursor))
                        gone = holder is not connection
                    settle_removed(cursor, removal, removed)
                _settle(cursor, resync, _incomplete(failed) if failed else "")
    except (psycopg.Error, LandingError) as error:
        if connection.broken or (isinstance(error, psycopg.Error) and _not_its_fault(error)):
            raise DatabaseError(LOST) from error
        if gone:
            raise DatabaseError(_gone_untold(error)) from error
        with connection.transaction(), connection.cursor() as cursor:
            _settle(cursor, resync, why_not(error))


@database_errors()
def rehearse_removal(
    rehearsing: Connection, holder: Connection, control: Connection, removal: Removal, *, failed: int
) -> None:
    """Say in a rehearsal what would be removed and what would be held; `rehearsing` and `holder`, which has the
    district's rows, are rolled back, `control` is not. `failed`: how many objects did not land.
    """
    with control.transaction(), control.cursor() as cursor:
        if failed:
            _settle(cursor, removal.resync, _incomplete(failed))
            return
        try:
            with rehearsing.transaction(), rehearsing.cursor() as trying:
                removed = remove(trying, holder, removal, limits(cursor))
        except (psycopg.Error, LandingError) as error:
            if rehearsing.broken or (isinstance(error, psycopg.Error) and _not_its_fault(error)):
                raise DatabaseError(LOST) from error
            _settle(cursor, removal.resync, why_not(error))
            return
        settle_removed(cursor, removal, removed)
        _settle(cursor, removal.resync, "")


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
    return f"Nothing was removed: the state's database refuses it ({_first_line(error)})."


def _gone_untold(error: psycopg.Error | LandingError) -> str:
    return (
        "Leftovers were removed on the server that holds the district, and the hub's database did not take note of it "
        f"({_first_line(error)}). Run the same command again to go on."
    )


def _first_line(error: psycopg.Error | LandingError) -> str:
    if isinstance(error, LandingError):
        return error.message
    return error.diag.message_primary or str(error).strip().splitlines()[0]


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
