"""Where an order stands, and what is said to whoever still speaks for a claim that is over."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.errors import DatabaseError, FencedError
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import WorkOrder


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """The state of an order, the epoch of its newest claim, and how many batches it was finished with, if it was."""

    state: str
    epoch: int
    batches: int | None


@database_errors()
def order_standing(connection: Connection, order: WorkOrder) -> OrderStanding:
    """Where the order stands now, whoever claimed it; DatabaseError where the hub no longer has it."""
    row = connection.execute(statement("standing"), {"order": order.id}).fetchone()
    if row is None:
        raise DatabaseError(f"The hub knows no order {order.id} any more.")
    return OrderStanding(*row)


def fenced(connection: Connection, order: WorkOrder) -> FencedError:
    """The error, to be raised, for a word about an order that is not what it was when it was claimed."""
    now = order_standing(connection, order)
    why = f"its epoch is {now.epoch}, not {order.epoch}" if now.epoch != order.epoch else f"it is {now.state}"
    return FencedError(f"The order for {order.object} has moved on: {why}. Nothing was changed.")
