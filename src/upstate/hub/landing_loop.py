"""Lands what is delivered, one object after the other, in the plan's order."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from upstate.catalog import Catalog
from upstate.errors import DatabaseError, FencedError, LandingError, WireError
from upstate.hub.backlog import Backlog
from upstate.hub.failing import fail_order, needs, waits_for
from upstate.hub.next_orders import NextOrder, next_to_land
from upstate.hub.postgres import LOST, Connection, database_errors, lost, statement
from upstate.loading.landing import land
from upstate.loading.task import Task
from upstate.wire import WorkOrder

Lander = Callable[[Connection, Task], object]


def land_all(connection: Connection, resync: int, catalog: Catalog, backlog: Backlog, lander: Lander = land) -> None:
    """Land the orders of a resync as they are delivered, until reading has ended and nothing waits any more.

    Raises what stopped the backlog, or DatabaseError where the database is gone: whatever had landed stays, and the
    next run goes on from there. `lander` as in `land_ready`.
    """
    ended = False
    while not ended:
        seen, ended = backlog.news, not backlog.reading
        settled = land_ready(connection, resync, catalog, backlog, lander)
        if not ended:
            backlog.wait_for_news(seen + settled)  # what has just been settled here is no news


def land_ready(
    connection: Connection,
    resync: int,
    catalog: Catalog,
    backlog: Backlog | None = None,
    lander: Lander = land,
) -> int:
    """Land whatever of a resync is ready now, parents first; returns how many orders were settled by it.

    `lander` settles one order as landed, or raises what `land` raises.
    """
    settled = 0
    while (backlog is None or backlog.error is None) and (following := next_to_land(connection, resync)) is not None:
        done = _land(connection, catalog, following, lander)
        settled += len(done)
        if backlog is not None:
            for order in done:
                backlog.settled(order)
    return settled


@database_errors()
def _land(connection: Connection, catalog: Catalog, following: NextOrder, lander: Lander) -> tuple[int, ...]:
    """Land one order, or fail it with what needs it; the ids of the orders that this settled."""
    order = following.order
    message = _why_not(connection, catalog, order)
    if message is None:
        try:
            lander(connection, following.task(catalog))
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
