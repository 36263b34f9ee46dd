"""The round: everything claimed is delivered once, resumed where it stopped, and fails by object, not as a whole."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import thing
from tests.agent.memory_door import CutError, MemoryDoor
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent import round as round_module
from upstate.agent.round import Progress
from upstate.agent.sources import (
    Comparison,
    Description,
    Snapshot,
    Source,
    StateSide,
    open_source,
)
from upstate.agent.sources.comparison import compare_by_reading
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import Catalog, Column, SyncObject
from upstate.errors import FencedError, LostSourceError, SourceError, WireError
from upstate.wire import Batch, Parcel, Receipt, WorkOrder, decode

_SCHOOL = thing(Column("name", "text"), name="School")
_PUPIL = thing(Column("name", "text"), name="Pupil")
_CATALOG = Catalog({obj.name: obj for obj in (_SCHOOL, _PUPIL)})
_PUPILS = 100_000  # four batches


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = SqliteMaker(tmp_path_factory.mktemp("round") / "district.sqlite")
    maker.natives(_SCHOOL, [(n, f"school {n}") for n in range(10)])
    maker.natives(_PUPIL, [(n, f"pupil {n}") for n in range(_PUPILS)])
    return maker.path


@pytest.fixture
def maker(filled: Path, tmp_path: Path) -> SqliteMaker:
    return SqliteMaker(Path(shutil.copy(filled, tmp_path)))


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert [t.name for t in threading.enumerate() if t.name == "upstate-reader"] == []


def run_round(door: MemoryDoor, source: Source, catalog: Catalog, *progress: Progress) -> int:
    """A round of who comes when the leases of all before have ended."""
    door.let_go()
    return round_module.run_round(door, source, catalog, *progress)


def door_of(*objects: SyncObject) -> MemoryDoor:
    return MemoryDoor(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate(objects)))


def landed(door: MemoryDoor, obj: SyncObject) -> list[tuple[int, str]]:
    """What the hub holds of an object, as it would be read there."""
    (standing,) = (s for s in door.standings.values() if s.order.object == obj.name)
    batches = [decode(obj, standing.kept[n].payload) for n in sorted(standing.kept)]
    return [(r["id"], r["name"]) for batch in batches for r in batch.records.to_pylist()]


def test_every_order_is_read_delivered_and_finished_in_turn(maker: SqliteMaker) -> None:
    door = door_of(_SCHOOL, _PUPIL)
    heard: list[tuple[str, int]] = []
    done = run_round(
        door, open_source(maker.url), _CATALOG, lambda order, records: heard.append((order.object, records))
    )
    assert done == 2
    assert door.sent == [("School", 0), *(("Pupil", n) for n in range(4))]
    assert [s.state for s in door.standings.values()] == ["delivered", "delivered"]
    assert landed(door, _PUPIL) == [(n, f"pupil {n}") for n in range(_PUPILS)]
    assert heard[0] == ("School", 10)
    assert heard[-1] == ("Pupil", _PUPILS)


def test_a_round_without_orders_opens_nothing(tmp_path: Path) -> None:
    assert run_round(MemoryDoor(), open_source(str(tmp_path / "absent")), _CATALOG) == 0


def test_an_empty_object_is_finished_with_no_batch(maker: SqliteMaker) -> None:
    maker.change("DELETE FROM school")
    door = door_of(_SCHOOL)
    run_round(door, open_source(maker.url), _CATALOG)
    assert (door.standings[0].state, door.standings[0].batches) == ("delivered", 0)


@pytest.mark.parametrize("cut_after", [1, 2, 3, 5])
def test_a_round_that_was_cut_goes_on_and_sends_nothing_twice(maker: SqliteMaker, cut_after: int) -> None:
    door = door_of(_SCHOOL, _PUPIL)
    door.cut_after = cut_after
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), _CATALOG)
    run_round(door, open_source(maker.url), _CATALOG)
    assert sorted(door.sent) == [*(("Pupil", n) for n in range(4)), ("School", 0)]
    assert door.forgotten == []
    assert landed(door, _PUPIL) == [(n, f"pupil {n}") for n in range(_PUPILS)]


def test_data_that_changed_between_two_rounds_are_sent_anew_from_the_first_difference(maker: SqliteMaker) -> None:
    door = door_of(_PUPIL)
    door.cut_after = 3
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), _CATALOG)
    maker.change("UPDATE pupil SET name = 'renamed' WHERE id = 40000")  # in the second batch
    run_round(door, open_source(maker.url), _CATALOG)
    assert door.forgotten == [("Pupil", 1)]
    assert door.sent == [("Pupil", n) for n in (0, 1, 2, 1, 2, 3)]
    assert landed(door, _PUPIL)[40_000] == (40_000, "renamed")


def test_data_that_became_fewer_leave_no_batch_behind(maker: SqliteMaker) -> None:
    door = door_of(_PUPIL)
    door.cut_after = 3
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), _CATALOG)
    maker.change("DELETE FROM pupil WHERE id > 32766")  # exactly the first batch stays
    run_round(door, open_source(maker.url), _CATALOG)
    assert door.forgotten == [("Pupil", 1)]
    assert (door.standings[0].batches, len(landed(door, _PUPIL))) == (1, 32_767)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.sets(st.integers(0, 6)))
def test_whatever_the_hub_holds_it_ends_with_one_snapshot_whole(maker: SqliteMaker, held: set[int]) -> None:
    """The hub may hold any of the batches, and some that are no longer there."""
    full = door_of(_PUPIL)
    run_round(full, open_source(maker.url), _CATALOG)
    door = MemoryDoor(WorkOrder(0, 1, "Pupil", None, 1))  # somebody had claimed it before
    kept = full.standings[0].kept
    door.standings[0].kept = {n: replace(kept[n % 4], number=n) for n in held}
    run_round(door, open_source(maker.url), _CATALOG)
    assert door.standings[0].kept == kept
    prefix = next(n for n in range(8) if n not in held or n > 3)
    assert [n for _, n in door.sent] == list(range(min(prefix, 4), 4))


def test_an_object_that_cannot_be_read_fails_and_the_others_go_on(maker: SqliteMaker) -> None:
    maker.change("ALTER TABLE school RENAME TO academy")
    door = door_of(_SCHOOL, _PUPIL)
    assert run_round(door, open_source(maker.url), _CATALOG) == 2
    assert [s.state for s in door.standings.values()] == ["failed", "delivered"]
    assert "School cannot be read" in door.standings[0].message


def test_an_object_the_agents_catalog_does_not_know_fails_by_name(maker: SqliteMaker) -> None:
    door = door_of(_SCHOOL, thing(name="Newcomer"))
    run_round(door, open_source(maker.url), _CATALOG)
    assert door.standings[1].message == "The agent's catalog has no object Newcomer; give it the hub's catalog."


def test_a_source_that_cannot_be_opened_stops_the_round_and_fails_no_object(tmp_path: Path) -> None:
    door = door_of(_SCHOOL)
    with pytest.raises(SourceError, match="there is no such file"):
        run_round(door, open_source(str(tmp_path / "absent.sqlite")), _CATALOG)
    assert door.standings[0].state == "reading"


@dataclass(frozen=True)
class Dropping:
    """A source whose connection is lost after so many batches, like one that ends connections after ten minutes."""

    source: Source
    after: int

    def check(self, objects: object) -> None:
        raise AssertionError("the round does not check")

    def describe(self) -> Description:
        raise AssertionError("the round does not describe")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self.source.snapshot() as snapshot:
            yield DroppingSnapshot(snapshot, self.after)


@dataclass(frozen=True)
class DroppingSnapshot:
    snapshot: Snapshot
    after: int

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        for number, batch in enumerate(self.snapshot.read(obj, school_year)):
            if number == self.after:
                raise LostSourceError("The connection was lost.")
            yield batch

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        return chosen(self.read(obj, school_year), wanted)

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        return compare_by_reading(obj, self.read(obj, school_year), state)


def test_a_lost_source_stops_the_round_and_the_next_one_goes_on_from_there(maker: SqliteMaker) -> None:
    door = door_of(_PUPIL)
    source = open_source(maker.url)
    with pytest.raises(LostSourceError) as lost:
        run_round(door, Dropping(source, after=2), _CATALOG)
    assert (lost.value.order, lost.value.records) == (
        0,
        sum(parcel.records for parcel in door.standings[0].kept.values()),
    )
    assert (door.standings[0].state, [n for _, n in door.sent]) == ("reading", [0, 1])
    run_round(door, source, _CATALOG)
    assert [n for _, n in door.sent] == [0, 1, 2, 3]


class Stolen(MemoryDoor):
    """A hub whose order another agent claims while this one is delivering."""

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        if parcel.number == 1:
            self.let_go()
            self.claim()
        return super().deliver(order, parcel)


def test_an_agent_that_was_overtaken_stops_and_changes_nothing_more(maker: SqliteMaker) -> None:
    door = Stolen(WorkOrder(0, 1, "Pupil", None, 0))
    with pytest.raises(FencedError):
        run_round(door, open_source(maker.url), _CATALOG)
    assert [n for _, n in door.sent] == [0]
    assert door.standings[0].state == "reading"


def test_what_the_hub_refuses_fails_its_object_and_the_round_goes_on_with_the_next(maker: SqliteMaker) -> None:
    class Choosy(MemoryDoor):
        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            if (order.object, parcel.number) == ("Pupil", 0):
                raise WireError("A batch of Pupil is larger than 32 MiB.")
            return super().deliver(order, parcel)

    door = Choosy(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((_PUPIL, _SCHOOL))))
    assert run_round(door, open_source(maker.url), _CATALOG) == 2
    assert (door.standings[0].state, door.standings[0].message) == ("failed", "A batch of Pupil is larger than 32 MiB.")
    assert door.standings[1].state == "delivered"
    assert landed(door, _SCHOOL) == [(n, f"school {n}") for n in range(10)]


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
    door = Noting(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((_SCHOOL, _PUPIL))))
    assert run_round(door, open_source(maker.url), _CATALOG) == 2
    assert door.heard == [
        *("claim School", "claim Pupil", "finish School"),
        *("no more", "finish Pupil", "no more"),
    ]
    assert landed(door, _PUPIL) == [(n, f"pupil {n}") for n in range(_PUPILS)]


def test_what_was_claimed_ahead_of_a_lost_source_is_read_by_who_comes_next(maker: SqliteMaker) -> None:
    door = door_of(_PUPIL, _SCHOOL)
    with pytest.raises(LostSourceError):
        run_round(door, Dropping(open_source(maker.url), after=2), _CATALOG)
    assert [s.state for s in door.standings.values()] == ["reading", "reading"]
    assert run_round(door, open_source(maker.url), _CATALOG) == 2
    assert sorted(door.sent) == [*(("Pupil", n) for n in range(4)), ("School", 0)]


def test_who_is_overtaken_carries_out_what_it_had_claimed_and_claims_no_more(maker: SqliteMaker) -> None:
    class Overtaken(Noting):
        """Another agent claims the first order while its second batch is on the way."""

        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            if (order.object, parcel.number) == ("Pupil", 1):
                self.standings[order.id].order = replace(order, epoch=order.epoch + 1)
            return super().deliver(order, parcel)

    third = thing(Column("name", "text"), name="Bus")
    door = Overtaken(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((_PUPIL, _SCHOOL, third))))
    with pytest.raises(FencedError, match="has moved on"):
        run_round(door, open_source(maker.url), _CATALOG)
    assert door.heard == ["claim Pupil", "claim School", "finish School"]
    assert [s.state for s in door.standings.values()] == ["reading", "delivered", "waiting"]
    assert landed(door, _SCHOOL) == [(n, f"school {n}") for n in range(10)]


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

    run_round(orders(), open_source(maker.url), _CATALOG)
    assert asked == ["Pupil"]
    asked.clear()
    monkeypatch.setattr(round_module, "_A_WHILE", 0.0)
    run_round(orders(), open_source(maker.url), _CATALOG)
    assert asked == ["School", "Pupil"]
