"""Lands what is delivered, one object after the other, in the plan's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from upstate.catalog import Catalog
from upstate.errors import DatabaseError, FencedError, LandingError, WireError
from upstate.hub.backlog import Backlog
from upstate.hub.failing import fail_order, needs, waits_for
from upstate.hub.postgres import LOST, Connection, database_errors, lost, statement
from upstate.loading.landing import land
from upstate.loading.task import Task
from upstate.wire import WorkOrder


@dataclass(frozen=True, slots=True)
class _Next:
    """An order that is next to land, and what its resync and zone say about it."""

    order: WorkOrder
    year: int
    district: int
    edition: str | None
    everything: bool
    district_records: int
    gone: bytes | None
    selective: bool
    clear: list[str]
    judged_alike: bool


def land_all(connection: Connection, resync: int, catalog: Catalog, backlog: Backlog) -> None:
    """Land the orders of a resync as they are delivered, until reading has ended and nothing waits any more.

    Raises what stopped the backlog, or DatabaseError where the database is gone: whatever had landed stays, and the
    next run goes on from there.
    """
    ended = False
    while not ended:
        seen, ended = backlog.news, not backlog.reading
        land_ready(connection, resync, catalog, backlog)
        if not ended:
            backlog.wait_for_news(seen)


def land_ready(
    connection: Connection,
    resync: int,
    catalog: Catalog,
    backlog: Backlog | None = None,
    lander: Callable[[Connection, Task], object] = land,
) -> int:
    """Land whatever of a resync is ready now, parents first; returns how many orders were settled by it.

    `lander` settles one order as landed, or raises what `land` raises.
    """
    settled = 0
    while (backlog is None or backlog.error is None) and (following := _next(connection, resync)) is not None:
        done = _land(connection, catalog, following, lander)
        settled += len(done)
        if backlog is not None:
            for order in done:
                backlog.settled(order)
    return settled


@database_errors()
def _next(connection: Connection, resync: int) -> _Next | None:
    row = connection.execute(statement("next_to_land"), {"resync": resync}).fetchone()
    return None if row is None else _Next(WorkOrder(*row[:5]), *row[5:])


@database_errors()
def _land(
    connection: Connection, catalog: Catalog, following: _Next, lander: Callable[[Connection, Task], object]
) -> tuple[int, ...]:
    """Land one order, or fail it with what needs it; the ids of the orders that this settled."""
    order = following.order
    message = _why_not(connection, catalog, order)
    if message is None:
        try:
            lander(connection, _task(catalog, following))
            return (order.id,)
        except FencedError:
            raise
        except (LandingError, WireError) as error:
            if connection.broken or _not_its_fault(error.__cause__):
                raise DatabaseError(LOST) from error
            message = error.message
    return fail_order(connection, catalog, order, message, while_in="delivered")


def _why_not(connection: Connection, catalog: Catalog, order: WorkOrder) -> str | None:
    if order.object not in catalog:
        return f"{order.object} is no longer in the catalog."
    failed = {row[0] for row in connection.execute(statement("failed_objects"), {"resync": order.resync})}
    held_up = sorted(failed & needs(catalog, order.object))
    return waits_for(" and ".join(held_up)) if held_up else None


def _not_its_fault(cause: BaseException | None) -> bool:
    """Whether the server went away or someone stopped the statement: then the order lands at the next attempt."""
    return isinstance(cause, psycopg.Error) and (lost(cause) or isinstance(cause, psycopg.errors.QueryCanceled))


def _task(catalog: Catalog, following: _Next) -> Task:
    return Task(
        order=following.order.id,
        epoch=following.order.epoch,
        resync=following.order.resync,
        district=following.district,
        school_year=following.order.school_year,
        zone_year=following.year,
        edition=following.edition,
        object=catalog[following.order.object],
        catalog=catalog,
        everything=following.everything and not following.selective,
        chosen=following.selective,
        district_records=following.district_records,
        gone=following.gone,
        clear=frozenset(following.clear),
        judged_alike=following.judged_alike,
    )
