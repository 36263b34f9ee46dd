"""Delivering runs ahead of landing, but not too far, and never into a wait without end."""

from __future__ import annotations

from threading import Thread

import pytest
from tests.hub.state import State, parcel

from upstate.hub import backlog as module
from upstate.hub.backlog import Backlog
from upstate.hub.in_process_door import InProcessDoor


def test_there_is_room_until_the_limit_is_reached_and_again_when_something_landed() -> None:
    backlog = Backlog(most_bytes=100)
    backlog.add(1, 99)
    backlog.delivered(1)
    assert backlog.wait_for_room()
    backlog.add(2, 1)
    waiter = Thread(target=backlog.wait_for_room, daemon=True)
    waiter.start()
    waiter.join(0.1)
    assert waiter.is_alive()
    backlog.settled(1)
    waiter.join(5)
    assert not waiter.is_alive()


def test_an_order_larger_than_the_limit_gets_through_as_nothing_else_could_land() -> None:
    backlog = Backlog(most_bytes=100)
    backlog.add(1, 500)
    assert backlog.wait_for_room()


def test_a_wait_that_takes_long_lets_the_caller_renew_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    backlog = Backlog(most_bytes=1)
    backlog.add(1, 5)
    backlog.delivered(1)
    assert not backlog.wait_for_room()


def test_stopping_ends_every_wait_with_the_first_error() -> None:
    backlog = Backlog()
    backlog.stop(KeyError("first"))
    backlog.stop(ValueError("second"))
    for wait in (backlog.wait_for_room, lambda: backlog.wait_for_news(0)):
        with pytest.raises(KeyError, match="first"):
            wait()


def test_a_door_that_is_opened_again_counts_what_is_kept_already(state: State) -> None:
    resync = state.place("School", "Student")
    with InProcessDoor(state.url, resync.id, state.catalog) as door:
        order = door.claim()
        assert order is not None
        door.deliver(order, parcel(0, b"x" * 1000))
        door.finish(order, 1)
    backlog = Backlog(most_bytes=1000)
    with InProcessDoor(state.url, resync.id, state.catalog, backlog):
        assert backlog.news == 1
        assert not backlog._has_room()
        backlog.settled(order.id)
        assert backlog._has_room()
