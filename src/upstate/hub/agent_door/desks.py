"""The desk at which one agent's request is met: over a lent connection, for one order, of its own district alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from upstate.catalog import Catalog
from upstate.hub.agent_door.bodies import number
from upstate.hub.agent_door.catalog_at_hand import catalog_at_hand
from upstate.hub.agent_door.refusing import RefusedError
from upstate.hub.agent_door.visiting import Visitor
from upstate.hub.backlog import MOST_BYTES, Backlog
from upstate.hub.comparing import Comparing
from upstate.hub.desk import Desk
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.web.state import state_connection
from upstate.wire import WorkOrder
from upstate.wire.digests.definition import MOST_BUCKETS

_BACK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Met:
    """A request about an order: the order as the agent claimed it, the catalog, and the desk."""

    order: WorkOrder
    catalog: Catalog
    desk: Desk
    connection: Connection
    district: int

    @database_errors()
    def need_room(self) -> None:
        """RefusedError, to come again later, where landing is too far behind this district's deliveries."""
        values = {"order": self.order.id, "district": self.district, "most": MOST_BYTES}
        row = self.connection.execute(statement("room_for_district"), values).fetchone()
        if row is not None and not row[0]:
            self.desk.renew(self.order)  # it waits, and is still there
            line = "The hub keeps as much of this district as it may until some of it has landed. Come again later."
            raise RefusedError("busy", line, _BACK_SECONDS)


def desk(connection: Connection, catalog: Catalog, resync: int, visitor: Visitor, ticket: str | None = None) -> Desk:
    """A desk for a resync of the visitor's district; `ticket` is that of a claim."""
    comparing = Comparing(connection, catalog)
    lease = timedelta(seconds=settings.UPSTATE_LEASE_SECONDS)
    return Desk(connection, comparing, resync, catalog, Backlog(), lease=lease, reader=visitor.key, ticket=ticket)


@contextmanager
def met(request: HttpRequest, visitor: Visitor, order: int) -> Iterator[Met]:
    """The desk for this order; RefusedError where the visitor's district has none of that number."""
    epoch = number(request.GET.get("epoch"), "epoch", most=2**31 - 1)
    buckets = number(request.GET.get("buckets", "1"), "buckets", least=1, most=MOST_BUCKETS)
    if buckets & (buckets - 1):
        raise RefusedError("wrong", "buckets must be a power of two.")
    catalog = catalog_at_hand().catalog
    with state_connection() as connection:
        values = {"order": order, "district": visitor.district}
        with database_errors():
            row = connection.execute(statement("order_of_district"), values).fetchone()
        if row is None:
            raise RefusedError("absent", f"There is no order {order} for this district.")
        resync, name, year, everything, selective = row
        if name not in catalog:
            raise RefusedError("wire", f"{name} is no longer in the catalog.")
        mine = WorkOrder(order, resync, name, year, epoch, everything, buckets, selective)
        yield Met(mine, catalog, desk(connection, catalog, resync, visitor), connection, visitor.district)
