"""An agent tells of every order that it has in hand that it is still there, and of none that it has not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from tests.agent.cases import thing
from tests.waiting import wait_until

from upstate.agent.heartbeat import Heartbeat
from upstate.agent.https_door import HttpsDoor, HubCatalog
from upstate.agent.hub_client import HubClient
from upstate.catalog import Catalog
from upstate.errors import FencedError
from upstate.wire import WorkOrder
from upstate.wire.protocol import order_to_json

_CATALOG = HubCatalog(Catalog({"Thing": thing()}), "stamp")


class Hub:
    """A hub that hands out three orders, and notes the heartbeats that reach it; `fenced` are refused."""

    def __init__(self) -> None:
        self.orders: Iterator[int] = iter((1, 2, 3))
        self.beats: list[int] = []
        self.fenced: set[int] = set()

    def ask(self, _method: str, path: str, **_how: Any) -> dict[str, Any]:
        if path != "/claim":
            return {}
        number = next(self.orders, None)
        return {"order": None if number is None else order_to_json(WorkOrder(number, 7, "Thing", None, 1))}

    def send(self, _method: str, path: str, **_how: Any) -> None:
        number = int(path.split("/")[2])
        self.beats.append(number)
        if number in self.fenced:
            raise FencedError("It has moved on.")


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def door(hub: Hub) -> HttpsDoor:
    return HttpsDoor(cast("HubClient", hub), _CATALOG)


def claim(door: HttpsDoor) -> WorkOrder:
    order = door.claim()
    assert order is not None
    return order


def beaten(hub: Hub, door: HttpsDoor) -> set[int]:
    """Of which orders the hub hears within some beats."""
    hub.beats.clear()
    with Heartbeat(door, 0.01):
        wait_until(lambda: len(hub.beats) >= 6)
    return set(hub.beats)


def test_the_hub_hears_of_what_was_claimed_and_is_neither_finished_nor_failed(hub: Hub, door: HttpsDoor) -> None:
    first, second, third = claim(door), claim(door), claim(door)
    assert door.claim() is None
    assert beaten(hub, door) == {1, 2, 3}
    door.finish(first, 0)
    assert door.claimed == (second, third)
    assert beaten(hub, door) == {2, 3}
    door.fail(second, "The table is gone.")
    assert beaten(hub, door) == {3}


def test_an_order_that_has_moved_on_keeps_nobody_from_telling_of_the_next(hub: Hub, door: HttpsDoor) -> None:
    claim(door), claim(door)
    hub.fenced = {1}
    assert beaten(hub, door) == {1, 2}
