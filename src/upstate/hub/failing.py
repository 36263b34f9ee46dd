"""What fails with an object: everything of the same resync that cannot be judged without it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from upstate.catalog import Catalog
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import WorkOrder


def fail_order(
    connection: Connection,
    catalog: Catalog,
    order: WorkOrder,
    message: str,
    *,
    while_in: Literal["reading", "delivered"],
) -> tuple[int, ...]:
    """Settle an order as failed, and with it what needs its object; returns the ids of all that failed, in one commit.

    Empty, and nothing changed, where the order is no longer in that state under this epoch.
    """
    with connection.transaction():
        mine = connection.execute(
            statement("fail"), {"order": order.id, "epoch": order.epoch, "message": message, "while_in": while_in}
        ).fetchall()
        if not mine:
            return ()
        among = [row[0] for row in connection.execute(statement("objects_of"), {"resync": order.resync})]
        others = connection.execute(
            statement("fail_dependents"),
            {
                "resync": order.resync,
                "objects": sorted(dependents(catalog, order.object, among)),
                "message": waits_for(order.object),
            },
        ).fetchall()
    return tuple(row[0] for row in (*mine, *others))


@database_errors()
def give_up_reading(connection: Connection, catalog: Catalog, order: int, message: str) -> None:
    """Fail an order that its source does not give, and what needs it. Under the zone's lock: nobody reads it."""
    row = connection.execute(statement("order_being_read"), {"order": order}).fetchone()
    if row is not None:
        fail_order(connection, catalog, WorkOrder(*row), message, while_in="reading")


def dependents(catalog: Catalog, name: str, among: Iterable[str]) -> frozenset[str]:
    """The objects among these that cannot be judged without this one, directly or through another of them."""
    objects = [each for each in among if each in catalog and each != name]
    found: set[str] = set()
    left = {name}
    while left:
        left = {each for each in objects if needs(catalog, each) & left} - found
        found |= left
    return frozenset(found)


def needs(catalog: Catalog, name: str) -> frozenset[str]:
    """The objects whose rows at the state this object's records are judged by.

    That is what it refers to, what stands in its scope, and what its rules look up; not what it merely comes after.
    """
    obj = catalog[name]
    named = {*obj.scope, *(r.to for r in obj.references), *(lookup.object for lookup in obj.lookups)}
    return frozenset(named - {name})


def waits_for(name: str) -> str:
    """What to say of an object that fails because this one did."""
    return f"Waits for {name}, which failed. Mend that first, then send both."
