"""What an agent may rely on at the hub's door, whichever way it is reached: one suite for every implementation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.hub.serving import agent_of, served
from tests.hub.state import State, schools, send

from upstate.agent import Door
from upstate.agent.https_door import HttpsDoor, fetch_catalog
from upstate.errors import FencedError, WireError
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.running_resyncs import start_resync
from upstate.wire import Compared, Receipt, WorkOrder, decode_selection, digest, encode_lacking


@pytest.fixture
def resync(state: State) -> PlacedResync:
    """A resync of three objects, not begun."""
    return state.place("School", "Student", "Month")


@pytest.fixture(params=["in-process", "https"])
def door(
    request: pytest.FixtureRequest, state: State, resync: PlacedResync, authority: tuple[Path, Path]
) -> Iterator[Door]:
    """The door of that resync, by each way there is."""
    if request.param == "in-process":
        with InProcessDoor(state.url, resync.id, state.catalog) as way:
            yield way
    else:
        with served(state.url, authority) as address, agent_of(state, address, authority) as client:
            yield HttpsDoor(client, fetch_catalog(client), resync=resync.id)


def claim(door: Door) -> WorkOrder:
    order = door.claim()
    assert order is not None
    return order


def test_orders_come_in_the_plans_order_each_with_its_year_and_then_none(door: Door, resync: PlacedResync) -> None:
    orders = [claim(door) for _ in resync.objects]
    assert [(o.object, o.school_year, o.epoch, o.resync) for o in orders] == [
        ("School", None, 1, resync.id),
        ("Month", 2024, 1, resync.id),
        ("Student", None, 1, resync.id),
    ]
    assert door.claim() is None


def test_a_selective_order_says_which_records_it_is_about(door: Door, state: State, resync: PlacedResync) -> None:
    state.connection.execute("UPDATE hub_order SET selective = true, everything = false")
    state.connection.execute(
        "INSERT INTO hub_selection (resync_id, object, asked, parents) VALUES (%s, 'Student', '{{7},{x|y}}', true)",
        (resync.id,),
    )
    order = claim(door)
    assert (order.object, order.selective, order.everything) == ("School", True, False)
    told = decode_selection(door.selection(order))
    assert (told.object, told.school_year, told.objects) == ("Student", 2024, resync.objects)
    assert (told.by_id, told.parents, told.dependents) == (False, True, False)
    assert told.wanted.to_pydict() == {"id": ["7", "x|y"]}
    lacking = encode_lacking(pa.table({"id": ["7"]}))
    door.finish(order, 0, Compared(0, lacking))
    with pytest.raises(FencedError):
        door.selection(order)
    assert state.rows("SELECT state, everything, gone FROM hub_order WHERE object = 'School'") == [
        ("delivered", False, lacking)
    ]


@pytest.mark.parametrize("way", ["in-process", "https"])
def test_an_order_that_compares_is_told_what_is_rejected_by_key(
    way: str, state: State, authority: tuple[Path, Path]
) -> None:
    homeless = [{"id": number, "name": "Ana", "school_id": 9} for number in (1, 2)]
    data: dict[str, list[dict[str, Any]]] = {"School": [{"id": 1, "name": "East"}]}
    data["Student"] = [*homeless, {"id": 3, "name": "Bo", "school_id": 1}]
    send(state, data, "School", "Student")
    resync = state.place("School", "Student")
    start_resync(resync.id)
    with ExitStack() as stack:
        if way == "in-process":
            door: Door = stack.enter_context(InProcessDoor(state.url, resync.id, state.catalog))
        else:
            address = stack.enter_context(served(state.url, authority))
            client = stack.enter_context(agent_of(state, address, authority))
            door = HttpsDoor(client, fetch_catalog(client), resync=resync.id)
        school, student = claim(door), claim(door)
        assert [(o.object, o.everything, o.rejected) for o in (school, student)] == [
            ("School", False, False),
            ("Student", False, True),
        ]
        assert sorted(door.rejected(student).to_pydict()["id"]) == ["1", "2"]
        assert door.rejected(school).to_pydict() == {"id": []}
        state.connection.execute("UPDATE hub_rejection SET resolved_at = now(), resolved_by_id = last_seen_id")
        assert door.rejected(student).num_rows == 0
        door.fail(student, "no more")
        with pytest.raises(FencedError):
            door.rejected(student)


def test_a_delivered_batch_is_kept_as_it_came(door: Door, state: State) -> None:
    order = claim(door)
    first = schools(0, "first", 5)
    assert door.deliver(order, first) == Receipt(0, first.digest, 5)
    assert door.held(order) == (Receipt(0, first.digest, 5),)
    assert state.rows("SELECT number, payload, records FROM hub_batch") == [(0, first.payload, 5)]
    assert state.orders("records")["School"] == 5


def test_a_repeated_delivery_changes_nothing_and_gets_the_old_receipt(door: Door, state: State) -> None:
    order = claim(door)
    first = door.deliver(order, schools(0))
    before = state.rows("SELECT id, received_at FROM hub_batch")
    assert door.deliver(order, schools(0)) == first
    assert state.rows("SELECT id, received_at FROM hub_batch") == before
    assert state.orders("records")["School"] == 3


def test_the_last_delivery_may_be_repeated_after_the_order_was_finished(door: Door) -> None:
    order = claim(door)
    first = door.deliver(order, schools(0))
    door.finish(order, 1)
    assert door.deliver(order, schools(0)) == first


def test_batches_may_come_out_of_order(door: Door) -> None:
    order = claim(door)
    for number in (2, 0, 1):
        door.deliver(order, schools(number, f"batch {number}"))
    assert [r.number for r in door.held(order)] == [0, 1, 2]
    door.finish(order, 3)


def test_a_number_is_never_kept_with_two_contents(door: Door, state: State) -> None:
    order = claim(door)
    door.deliver(order, schools(0, "one"))
    with pytest.raises(WireError, match="kept with other contents"):
        door.deliver(order, schools(0, "two"))
    assert state.rows("SELECT payload FROM hub_batch") == [(schools(0, "one").payload,)]


def test_a_payload_that_is_not_what_its_digest_says_is_refused(door: Door) -> None:
    order = claim(door)
    with pytest.raises(WireError, match="damaged"):
        door.deliver(order, replace(schools(0), digest=digest(b"another")))
    assert door.held(order) == ()


def test_an_order_is_finished_only_with_every_batch_from_the_first(door: Door) -> None:
    order = claim(door)
    door.deliver(order, schools(1))
    for batches in (0, 1, 2, 3):
        with pytest.raises(FencedError, match="cannot be finished"):
            door.finish(order, batches)
    again = claim(door)  # whoever reads it sees what is missing
    assert (again.id, [r.number for r in door.held(again)]) == (order.id, [1])
    door.deliver(again, schools(0))
    door.finish(again, 2)


def test_an_object_without_records_is_finished_with_no_batch(door: Door, state: State) -> None:
    door.finish(claim(door), 0)
    assert state.orders("state")["School"] == "delivered"


def test_finishing_twice_is_the_same_as_once(door: Door, state: State) -> None:
    order = claim(door)
    door.finish(order, 0)
    before = state.orders("delivered_at")
    door.finish(order, 0)
    assert state.orders("delivered_at") == before


def test_a_finished_order_is_not_handed_out_again(door: Door, state: State, resync: PlacedResync) -> None:
    door.finish(claim(door), 0)
    start_resync(resync.id)
    assert claim(door).object == "Month"


def test_forgetting_drops_the_batches_from_a_number_on(door: Door, state: State) -> None:
    order = claim(door)
    for number in range(4):
        door.deliver(order, schools(number, f"batch {number}", records=10))
    door.forget(order, 2)
    assert [r.number for r in door.held(order)] == [0, 1]
    assert state.orders("records")["School"] == 20
    door.deliver(order, schools(2, "another"))
    door.finish(order, 3)


def test_a_new_claim_fences_the_one_before_and_what_was_kept_stays(
    door: Door, state: State, resync: PlacedResync
) -> None:
    old = claim(door)
    door.deliver(old, schools(0))
    start_resync(resync.id)  # the command that held it is gone
    new = claim(door)
    assert (new.id, new.epoch) == (old.id, old.epoch + 1)
    assert [r.number for r in door.held(new)] == [0]
    refused = (
        lambda: door.deliver(old, schools(0)),
        lambda: door.deliver(old, schools(1)),
        lambda: door.forget(old, 0),
        lambda: door.finish(old, 1),
        lambda: door.fail(old, "late"),
    )
    for late in refused:
        with pytest.raises(FencedError, match="moved on: its epoch is 2, not 1"):
            late()
    assert [r.number for r in door.held(new)] == [0]
    assert state.orders("state")["School"] == "reading"
    door.finish(new, 1)


def test_an_order_under_lease_is_not_handed_out_twice_until_the_lease_runs_out(door: Door, state: State) -> None:
    assert claim(door).object == "School"
    assert claim(door).object == "Month"
    state.connection.execute("UPDATE hub_order SET lease_until = now() - interval '1 second' WHERE object = 'School'")
    again = claim(door)
    assert (again.object, again.epoch) == ("School", 2)


def test_a_delivery_renews_the_lease(door: Door, state: State) -> None:
    order = claim(door)
    state.connection.execute("UPDATE hub_order SET lease_until = now() WHERE object = 'School'")
    door.deliver(order, schools(0))
    assert state.rows("SELECT lease_until > now() + interval '1 minute' FROM hub_order WHERE object = 'School'") == [
        (True,)
    ]


def test_who_comes_back_to_what_it_claimed_renews_the_lease(door: Door, state: State) -> None:
    order = claim(door)
    state.connection.execute("UPDATE hub_order SET lease_until = now() - interval '1 second' WHERE object = 'School'")
    assert door.held(order) == ()
    assert claim(door).object == "Month"
    state.connection.execute("UPDATE hub_order SET lease_until = NULL WHERE object = 'School'")
    assert claim(door).object == "School"  # to somebody else
    with pytest.raises(FencedError, match="moved on: its epoch is 2, not 1"):
        door.held(order)


def test_a_failed_order_takes_with_it_what_needs_it_and_keeps_nothing(door: Door, state: State) -> None:
    order = claim(door)
    door.deliver(order, schools(0))
    door.fail(order, "The table school is gone.")
    door.fail(order, "The table school is gone.")
    assert state.orders("message") == {
        "School": "The table school is gone.",
        "Month": "Waits for School, which failed. Mend that first, then send both.",
        "Student": "Waits for School, which failed. Mend that first, then send both.",
    }
    assert set(state.orders("state").values()) == {"failed"}
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]
    assert door.claim() is None


def test_no_word_about_a_failed_order_is_taken_any_more(door: Door) -> None:
    order = claim(door)
    door.fail(order, "gone")
    for late in (lambda: door.deliver(order, schools(0)), lambda: door.forget(order, 0), lambda: door.finish(order, 0)):
        with pytest.raises(FencedError, match="it is failed"):
            late()


def test_the_orders_of_another_district_are_never_handed_out(door: Door, state: State) -> None:
    from upstate.hub.districts import add_district
    from upstate.hub.placing_resyncs import place_resync
    from upstate.planning import make_plan

    other, _ = add_district(state.catalog, "Hillside", source_url="x", mapping="", school_year=2024, edition=None)
    theirs = place_resync(make_plan(state.catalog, None, other.zone), other.zone_id, asked_by="Olive")
    while order := door.claim():
        assert order.resync != theirs.id
