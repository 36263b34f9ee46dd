"""The round: everything claimed is delivered once, resumed where it stopped, and fails by object, not as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import thing
from tests.agent.memory_door import CutError, MemoryDoor
from tests.agent.rounds import (
    CATALOG,
    PUPIL,
    PUPILS,
    SCHOOL,
    Dropping,
    door_of,
    filled,
    landed,
    maker,
    no_thread_stays,
    run_round,
)
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent.sources import open_source
from upstate.errors import FencedError, LostSourceError, SourceError, WireError
from upstate.wire import Parcel, Receipt, WorkOrder

__all__ = ["filled", "maker", "no_thread_stays"]  # fixtures


def test_every_order_is_read_delivered_and_finished_in_turn(maker: SqliteMaker) -> None:
    door = door_of(SCHOOL, PUPIL)
    heard: list[tuple[str, int]] = []
    done = run_round(
        door, open_source(maker.url), CATALOG, lambda order, records: heard.append((order.object, records))
    )
    assert done == 2
    assert door.sent == [("School", 0), *(("Pupil", n) for n in range(4))]
    assert [s.state for s in door.standings.values()] == ["delivered", "delivered"]
    assert landed(door, PUPIL) == [(n, f"pupil {n}") for n in range(PUPILS)]
    assert heard[0] == ("School", 10)
    assert heard[-1] == ("Pupil", PUPILS)


def test_a_round_without_orders_opens_nothing(tmp_path: Path) -> None:
    assert run_round(MemoryDoor(), open_source(str(tmp_path / "absent")), CATALOG) == 0


def test_an_empty_object_is_finished_with_no_batch(maker: SqliteMaker) -> None:
    maker.change("DELETE FROM school")
    door = door_of(SCHOOL)
    run_round(door, open_source(maker.url), CATALOG)
    assert (door.standings[0].state, door.standings[0].batches) == ("delivered", 0)


@pytest.mark.parametrize("cut_after", [1, 2, 3, 5])
def test_a_round_that_was_cut_goes_on_and_sends_nothing_twice(maker: SqliteMaker, cut_after: int) -> None:
    door = door_of(SCHOOL, PUPIL)
    door.cut_after = cut_after
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), CATALOG)
    run_round(door, open_source(maker.url), CATALOG)
    assert sorted(door.sent) == [*(("Pupil", n) for n in range(4)), ("School", 0)]
    assert door.forgotten == []
    assert landed(door, PUPIL) == [(n, f"pupil {n}") for n in range(PUPILS)]


def test_data_that_changed_between_two_rounds_are_sent_anew_from_the_first_difference(maker: SqliteMaker) -> None:
    door = door_of(PUPIL)
    door.cut_after = 3
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), CATALOG)
    maker.change("UPDATE pupil SET name = 'renamed' WHERE id = 40000")  # in the second batch
    run_round(door, open_source(maker.url), CATALOG)
    assert door.forgotten == [("Pupil", 1)]
    assert door.sent == [("Pupil", n) for n in (0, 1, 2, 1, 2, 3)]
    assert landed(door, PUPIL)[40_000] == (40_000, "renamed")


def test_data_that_became_fewer_leave_no_batch_behind(maker: SqliteMaker) -> None:
    door = door_of(PUPIL)
    door.cut_after = 3
    with pytest.raises(CutError):
        run_round(door, open_source(maker.url), CATALOG)
    maker.change("DELETE FROM pupil WHERE id > 32766")  # exactly the first batch stays
    run_round(door, open_source(maker.url), CATALOG)
    assert door.forgotten == [("Pupil", 1)]
    assert (door.standings[0].batches, len(landed(door, PUPIL))) == (1, 32_767)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.sets(st.integers(0, 6)))
def test_whatever_the_hub_holds_it_ends_with_one_snapshot_whole(maker: SqliteMaker, held: set[int]) -> None:
    """The hub may hold any of the batches, and some that are no longer there."""
    full = door_of(PUPIL)
    run_round(full, open_source(maker.url), CATALOG)
    door = MemoryDoor(WorkOrder(0, 1, "Pupil", None, 1))  # somebody had claimed it before
    kept = full.standings[0].kept
    door.standings[0].kept = {n: replace(kept[n % 4], number=n) for n in held}
    run_round(door, open_source(maker.url), CATALOG)
    assert door.standings[0].kept == kept
    prefix = next(n for n in range(8) if n not in held or n > 3)
    assert [n for _, n in door.sent] == list(range(min(prefix, 4), 4))


def test_an_object_that_cannot_be_read_fails_and_the_others_go_on(maker: SqliteMaker) -> None:
    maker.change("ALTER TABLE school RENAME TO academy")
    door = door_of(SCHOOL, PUPIL)
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert [s.state for s in door.standings.values()] == ["failed", "delivered"]
    assert "School cannot be read" in door.standings[0].message


def test_an_object_the_agents_catalog_does_not_know_fails_by_name(maker: SqliteMaker) -> None:
    door = door_of(SCHOOL, thing(name="Newcomer"))
    run_round(door, open_source(maker.url), CATALOG)
    assert door.standings[1].message == "The agent's catalog has no object Newcomer; give it the hub's catalog."


def test_a_source_that_cannot_be_opened_stops_the_round_and_fails_no_object(tmp_path: Path) -> None:
    door = door_of(SCHOOL)
    with pytest.raises(SourceError, match="there is no such file"):
        run_round(door, open_source(str(tmp_path / "absent.sqlite")), CATALOG)
    assert door.standings[0].state == "reading"


def test_a_lost_source_stops_the_round_and_the_next_one_goes_on_from_there(maker: SqliteMaker) -> None:
    door = door_of(PUPIL)
    source = open_source(maker.url)
    with pytest.raises(LostSourceError) as lost:
        run_round(door, Dropping(source, after=2), CATALOG)
    assert (lost.value.order, lost.value.records) == (
        0,
        sum(parcel.records for parcel in door.standings[0].kept.values()),
    )
    assert (door.standings[0].state, [n for _, n in door.sent]) == ("reading", [0, 1])
    run_round(door, source, CATALOG)
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
        run_round(door, open_source(maker.url), CATALOG)
    assert [n for _, n in door.sent] == [0]
    assert door.standings[0].state == "reading"


def test_what_the_hub_refuses_fails_its_object_and_the_round_goes_on_with_the_next(maker: SqliteMaker) -> None:
    class Choosy(MemoryDoor):
        def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
            if (order.object, parcel.number) == ("Pupil", 0):
                raise WireError("A batch of Pupil is larger than 32 MiB.")
            return super().deliver(order, parcel)

    door = Choosy(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate((PUPIL, SCHOOL))))
    assert run_round(door, open_source(maker.url), CATALOG) == 2
    assert (door.standings[0].state, door.standings[0].message) == ("failed", "A batch of Pupil is larger than 32 MiB.")
    assert door.standings[1].state == "delivered"
    assert landed(door, SCHOOL) == [(n, f"school {n}") for n in range(10)]
