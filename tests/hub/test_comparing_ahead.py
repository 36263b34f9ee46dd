"""What comes after an order is looked at while that is read; whatever goes wrong with it, the agent has its answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread
from typing import Any

import pytest
from tests.hub.state import State, send

from upstate.errors import DatabaseError, WireError
from upstate.hub import comparing_ahead
from upstate.hub.comparing import Comparing
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.postgres import connect
from upstate.wire import WorkOrder

# Of the plan's School, Bus, Month, Student and Score the state has everything but buses.
DATA: dict[str, list[dict[str, Any]]] = {
    "School": [{"id": n, "name": f"School {n}"} for n in range(5)],
    "Month": [{"id": n, "name": "May", "year": 2024, "school_id": n} for n in range(4)],
    "Student": [{"id": n, "name": "Ann", "school_id": n % 5} for n in range(7)],
    "Score": [{"id": n, "name": "A", "student_id": n} for n in range(3)],
}
AHEAD = "upstate-asking-ahead"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Which objects were looked at, and whether ahead."""
    seen: list[tuple[str, bool]] = []
    sums = Comparing.sums

    def noted(comparing: Comparing, order: WorkOrder, *more: Any) -> Any:
        seen.append((order.object, current_thread().name.startswith(AHEAD)))
        return sums(comparing, order, *more)

    monkeypatch.setattr(Comparing, "sums", noted)
    return seen


@contextmanager
def opened(state: State) -> Iterator[InProcessDoor]:
    """The door of a resync of a district that has sent everything before."""
    send(state, DATA)
    with InProcessDoor(state.url, state.place().id, state.catalog) as door:
        yield door


def compare_all(door: InProcessDoor) -> dict[str, int]:
    """Claim every order and ask for its sums; how many rows each has. After the first, what is beside is opened."""
    counted = {}
    while order := door.claim():
        if not order.everything:
            counted[order.object] = door.sums(order).total
        time.sleep(0.1)
    return counted


def compare_each_when_the_next_is_claimed(door: InProcessDoor) -> dict[str, int]:
    """As `compare_all`, the way a round does it that claims ahead."""
    counted = {}
    order = door.claim()
    while order is not None:
        coming = door.claim()
        if not order.everything:
            counted[order.object] = door.sums(order).total
        time.sleep(0.1)
        order = coming
    return counted


SENT = {name: len(rows) for name, rows in DATA.items()}


@pytest.mark.parametrize("compare", [compare_all, compare_each_when_the_next_is_claimed])
def test_each_object_is_looked_at_once_and_all_but_the_first_ahead(
    state: State, looked: list[tuple[str, bool]], compare: Callable[[InProcessDoor], dict[str, int]]
) -> None:
    with opened(state) as door:
        assert compare(door) == SENT
    first, *others = sorted(looked, key=lambda each: each[1])
    assert first == ("School", False)
    assert sum(ahead for _, ahead in others) >= 2
    assert {name for name, _ in looked} == SENT.keys()
    assert len(looked) == len(SENT)


def test_a_first_load_looks_at_nothing_and_opens_nothing(
    state: State, looked: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    by: list[str] = []

    def noted(url: str) -> Any:
        by.append(current_thread().name)
        return connect(url)

    monkeypatch.setattr(comparing_ahead, "connect", noted)
    with InProcessDoor(state.url, state.place().id, state.catalog) as door:
        assert compare_all(door) == {}
    assert looked == []
    assert by == [current_thread().name]


def test_where_there_is_no_session_to_spare_each_is_asked_for_in_its_turn(
    state: State, looked: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(url: str) -> Any:
        if current_thread().name.startswith(AHEAD):
            raise DatabaseError("too many clients already")
        return connect(url)

    monkeypatch.setattr(comparing_ahead, "connect", refused)
    with opened(state) as door:
        assert compare_all(door) == SENT
    assert not any(ahead for _, ahead in looked)


@pytest.mark.parametrize("error", [WireError("It does not hold together."), DatabaseError("The server went away.")])
def test_what_goes_wrong_ahead_is_asked_for_anew(
    state: State, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    sums = Comparing.sums

    def failing(comparing: Comparing, *asked: Any) -> Any:
        if current_thread().name.startswith(AHEAD):
            raise error
        return sums(comparing, *asked)

    monkeypatch.setattr(Comparing, "sums", failing)
    with opened(state) as door:
        assert compare_all(door) == SENT


def test_what_is_claimed_out_of_turn_is_answered_too(state: State) -> None:
    with opened(state) as door:
        first, _bus, second = door.claim(), door.claim(), door.claim()
        assert first is not None
        assert second is not None
        state.connection.execute("UPDATE hub_order SET state = 'failed', finished_at = now() WHERE object = 'Student'")
        assert door.sums(second).total == SENT[second.object]
        assert door.sums(first).total == SENT[first.object]
        assert compare_all(door) == {"Score": 3}


def test_leaving_does_not_wait_for_what_waits(state: State) -> None:
    with opened(state) as door, connect(state.url) as other, other.transaction():
        other.execute(b"LOCK TABLE state.score")
        assert door.claim() is not None
        time.sleep(0.2)  # until there is a session beside
        assert door.claim() is not None
        waiting = "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%score%%'"
        while state.rows(waiting) != [(1,)]:
            time.sleep(0.02)
        began = time.monotonic()
        door.close()
        assert time.monotonic() - began < 4
