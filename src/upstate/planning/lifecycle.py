"""The life of a work order: which moves are allowed, and when it may land.

waiting ──▶ reading ──▶ delivered ──▶ landed
   │          │ ▲ └┐        │
   │          │ └──┘ again  │
   └──────────┴─────────────┴────▶ failed
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from upstate.catalog import Graph
from upstate.errors import PlanError


class OrderState(Enum):
    """Where a work order stands; its value is what the order table holds."""

    WAITING = "waiting"
    READING = "reading"
    DELIVERED = "delivered"
    LANDED = "landed"
    FAILED = "failed"

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self in (OrderState.LANDED, OrderState.FAILED)


class OrderEvent(Enum):
    """What may happen to a work order."""

    CLAIM = "claim"  # an agent takes it; again, where the one before did not finish
    FINISH = "finish"  # every batch is delivered; the agent may say so twice
    LAND = "land"  # its records are at the state
    FAIL = "fail"  # it cannot be read, or it cannot land


_MOVES: Mapping[tuple[OrderState, OrderEvent], OrderState] = MappingProxyType(
    {
        (OrderState.WAITING, OrderEvent.CLAIM): OrderState.READING,
        (OrderState.WAITING, OrderEvent.FAIL): OrderState.FAILED,
        (OrderState.READING, OrderEvent.CLAIM): OrderState.READING,
        (OrderState.READING, OrderEvent.FINISH): OrderState.DELIVERED,
        (OrderState.READING, OrderEvent.FAIL): OrderState.FAILED,
        (OrderState.DELIVERED, OrderEvent.FINISH): OrderState.DELIVERED,
        (OrderState.DELIVERED, OrderEvent.LAND): OrderState.LANDED,
        (OrderState.DELIVERED, OrderEvent.FAIL): OrderState.FAILED,
        (OrderState.LANDED, OrderEvent.FINISH): OrderState.LANDED,
    }
)


def next_state(state: OrderState, event: OrderEvent) -> OrderState:
    """Where an order stands after an event; PlanError where that cannot happen to it there."""
    after = _MOVES.get((state, event))
    if after is None:
        allowed = ", ".join(e.value for s, e in _MOVES if s is state) or "nothing"
        raise PlanError(f"An order that is {state.value} cannot {event.value}; allowed there: {allowed}.")
    return after


def may_land(name: str, states: Mapping[str, OrderState], graph: Graph) -> bool:
    """Whether an object of a resync may land: it is delivered, and everything before it in the same resync is settled.

    `states` holds the resync's own objects; what is not part of it is not waited for.
    """
    if states[name] is not OrderState.DELIVERED:
        return False
    return all(states[earlier].settled for earlier in graph.before[name] if earlier in states)
