"""While one order is read the next is claimed; what comes of that when something goes wrong in between."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import pytest
from tests.agent.cases import thing
from tests.agent.memory_door import MemoryDoor
from tests.agent.rounds import (
    CATALOG,
    PUPIL,
    PUPILS,
    SCHOOL,
    Dropping,
    DroppingSnapshot,
    door_of,
    filled,
    landed,
    maker,
    no_thread_stays,
    run_round,
)
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent import round as round_module
from upstate.agent.sources import Snapshot, open_source
from upstate.catalog import SyncObject
from upstate.errors import FencedError, LostSourceError, WireError
from upstate.wire import Batch, Parcel, Receipt, WorkOrder

__all__ = ["filled", "maker", "no_thread_stays"]  # fixtures


class Noting(MemoryDoor):
    """A hub that notes which orders are claimed and which are finished, as it comes."""

    def __init__(self, *orders: WorkOrder) -> None:
        super().__init__(*orders)
        self.heard: list[str] = []

    def claim(self) -> WorkOrder | None:
        order = super().claim()
        self.heard.append("no more" if order is None else f"claim {order.object}")
        return order

    def finish(self, order: WorkOrder, *how: Any) -> None:
        self.heard.append(f"finish {order.object}")
        super().finish(order, *how)


def test_the_next_order_is_claimed_before_one_is_finished(maker: SqliteMaker) -> None:
    door = Noting(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((SCHOOL, PUPIL))))
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert door.heard[:2] == ["claim School", "claim Pupil"]
    assert sorted(door.heard[2:4]) == ["finish School", "no more"], "which of them comes first is chance"
    assert door.heard[4:] == ["finish Pupil", "no more"]
    assert landed(door, PUPIL) == [(n, f"pupil {n}") for n in range(PUPILS)]


class Ending(MemoryDoor):
    """A hub that notes which threads are asked for an end, and what `at_the_end` makes of School's."""

    def __init__(self, at_the_end: Callable[[], object]) -> None:
        super().__init__(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((SCHOOL, PUPIL))))
        self.at_the_end = at_the_end
        self.coming = Event()

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        if order.object == "Pupil":
            self.coming.set()
        return super().deliver(order, parcel)

    def finish(self, order: WorkOrder, *how: Any) -> None:
        if order.object == "School":
            self.at_the_end()
        super().finish(order, *how)


def refuse(error: Exception) -> Callable[[], object]:
    def refusing() -> None:
        raise error

    return refusing


def test_an_order_is_finished_while_the_next_is_delivered(maker: SqliteMaker) -> None:
    door = Ending(lambda: None)
    waited: list[bool] = []
    door.at_the_end = lambda: waited.append(door.coming.wait(20))
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert waited == [True]
    assert [s.state for s in door.standings.values()] == ["delivered", "delivered"]


def test_who_hears_at_the_end_that_it_was_overtaken_carries_out_what_it_had_claimed(maker: SqliteMaker) -> None:
    door = Ending(refuse(FencedError("Order 0 has moved on.")))
    with pytest.raises(FencedError, match="Order 0 has moved on"):
        run_round(door, open_source(maker.url), CATALOG)
    assert [s.state for s in door.standings.values()] == ["reading", "delivered"]
    assert landed(door, PUPIL) == [(n, f"pupil {n}") for n in range(PUPILS)]


def test_what_the_hub_refuses_at_the_end_fails_its_object(maker: SqliteMaker) -> None:
    door = Ending(refuse(WireError("What is gone of School is larger than 32 MiB.")))
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert [(s.state, s.message) for s in door.standings.values()] == [
        ("failed", "What is gone of School is larger than 32 MiB."),
        ("delivered", ""),
    ]


def test_what_was_claimed_ahead_of_a_lost_source_is_read_by_who_comes_next(maker: SqliteMaker) -> None:
    door = door_of(PUPIL, SCHOOL)
    with pytest.raises(LostSourceError):
        run_round(door, Dropping(open_source(maker.url), after=2), CATALOG)
    assert [s.state for s in door.standings.values()] == ["reading", "reading"]
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert sorted(door.sent) == [*(("Pupil", n) for n in range(4)), ("School", 0)]


def test_who_is_overtaken_carries_out_what_it_had_claimed_and_claims_no_more(maker: SqliteMaker) -> None:
    class Overtaken(Noting):
        """Another agent claims the first order while its second batch is on the way."""

        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            if (order.object, parcel.number) == ("Pupil", 1):
                self.standings[order.id].order = replace(order, epoch=order.epoch + 1)
            return super().deliver(order, parcel)

    third = thing(name="Bus")
    door = Overtaken(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((PUPIL, SCHOOL, third))))
    with pytest.raises(FencedError, match="has moved on"):
        run_round(door, open_source(maker.url), CATALOG)
    assert door.heard == ["claim Pupil", "claim School", "finish School"]
    assert [s.state for s in door.standings.values()] == ["reading", "delivered", "waiting"]
    assert landed(door, SCHOOL) == [(n, f"school {n}") for n in range(10)]


def test_what_the_hub_holds_is_asked_of_what_was_claimed_before_or_has_waited(
    maker: SqliteMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Asked(MemoryDoor):
        def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
            asked.append(order.object)
            return super().held(order)

    def orders() -> Asked:
        return Asked(WorkOrder(0, 1, "School", None, 0), WorkOrder(1, 1, "Pupil", None, 1))

    run_round(orders(), open_source(maker.url), CATALOG)
    assert asked == ["Pupil"]
    asked.clear()
    monkeypatch.setattr(round_module, "_A_WHILE", 0.0)
    run_round(orders(), open_source(maker.url), CATALOG)
    assert asked == ["School", "Pupil"]


def test_what_is_cancelled_is_not_read_to_its_end(maker: SqliteMaker) -> None:
    class Cancelled(Noting):
        """The resync is cancelled with its first batch; nothing of it is anybody's any more."""

        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            for standing in self.standings.values():
                standing.order = replace(standing.order, epoch=9)
            return super().deliver(order, parcel)

    read: list[str] = []

    @dataclass(frozen=True)
    class Reading(Dropping):
        """A source that notes every batch that is read."""

        @contextmanager
        def snapshot(self) -> Iterator[Snapshot]:
            with self.source.snapshot() as snapshot:
                yield ReadingSnapshot(snapshot, self.after)

    @dataclass(frozen=True)
    class ReadingSnapshot(DroppingSnapshot):
        def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
            for batch in self.snapshot.read(obj, school_year):
                read.append(obj.name)
                yield batch

    many = [(n, f"pupil {n}") for n in range(PUPILS, 5 * PUPILS)]
    with sqlite3.connect(maker.path) as connection:
        connection.executemany("INSERT INTO pupil VALUES (?, ?)", many)
    door = Cancelled(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((PUPIL, SCHOOL))))
    with pytest.raises(FencedError, match="has moved on"):
        run_round(door, Reading(open_source(maker.url), 0), CATALOG)
    assert door.heard == ["claim Pupil", "claim School"]
    assert 1 <= read.count("Pupil") < 10, "of sixteen"
    assert [s.kept for s in door.standings.values()] == [{}, {}]


def test_an_order_that_is_handed_out_to_us_again_is_read_again(maker: SqliteMaker) -> None:
    class Again(Noting):
        """Whoever claims was stopped for so long that the lease of what it reads has run out."""

        def claim(self) -> WorkOrder | None:
            if len(self.heard) == 1:
                self.let_go()
            return super().claim()

    door = Again(WorkOrder(0, 1, "Pupil", None, 0))
    with pytest.raises(FencedError, match="has moved on"):
        run_round(door, open_source(maker.url), CATALOG)
    assert door.heard == ["claim Pupil", "claim Pupil", "finish Pupil"]
    assert door.standings[0].order.epoch == 2
    assert landed(door, PUPIL) == [(n, f"pupil {n}") for n in range(PUPILS)]


def test_what_was_claimed_a_while_ago_is_never_ours_no_more_because_of_our_own_next_claim(
    maker: SqliteMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Noting):
        """Every lease runs out while the first object is read, and what renews one or ends an order takes its time."""

        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            self.let_go()
            self.leased.add(order.id)
            return super().deliver(order, parcel)

        def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
            time.sleep(0.2)
            return super().held(order)

        def finish(self, order: WorkOrder, *how: Any) -> None:
            self.let_go()
            time.sleep(0.2)
            super().finish(order, *how)

    monkeypatch.setattr(round_module, "_A_WHILE", 0.0)
    door = Slow(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((PUPIL, SCHOOL))))
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert [s.order.epoch for s in door.standings.values()] == [1, 1]
    assert landed(door, SCHOOL) == [(n, f"school {n}") for n in range(10)]
