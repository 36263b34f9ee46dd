"""The receipt of a resync: both ends' digests, what landed the same at both, and no word where nothing was proven."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.hub.state import State, batch, parcel, send

from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.landing_loop import land_ready
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.postgres import connect
from upstate.hub.receipt import Receipt, ReceiptObject
from upstate.hub.receipts import receipt_of
from upstate.hub.running_resyncs import finish_resync, start_resync
from upstate.wire import arrow_schema
from upstate.wire.digests import Total, Totalling

SCHOOLS = [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}]
STUDENTS = [{"id": 10, "name": "Ann", "school_id": 1}, {"id": 11, "name": "Bob", "school_id": 3}]


def receipt(state: State, resync: PlacedResync) -> Receipt:
    found = receipt_of(resync.id, state.district.zone_id)
    assert found is not None
    return found


def total(state: State, rows: list[dict[str, Any]]) -> Total:
    obj = state.catalog["School"]
    totalling = Totalling(obj)
    totalling.add(pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj)))
    return totalling.total


def send_schools(state: State, sent: list[dict[str, Any]], told: Total | None) -> PlacedResync:
    """An agent that says of what it read that its digest is this, whatever it sends."""
    resync = state.place("School")
    start_resync(resync.id)
    with InProcessDoor(state.url, resync.id, state.catalog) as door, connect(state.url) as connection:
        order = door.claim()
        assert order is not None
        door.deliver(order, parcel(0, batch(state, "School", sent), len(sent)))
        door.finish(order, 1, total=told)
        land_ready(connection, resync.id, state.catalog)
    finish_resync(resync.id)
    return resync


def test_both_ends_are_the_same_to_the_last_record(state: State) -> None:
    (line,) = receipt(state, send(state, {"School": SCHOOLS}, "School")).objects
    assert (line.agrees, line.equal, line.word) == (True, True, "equal")
    assert line.district == line.state == total(state, SCHOOLS)
    assert len({*line.digests, *line.landed_digests}) == 1


def test_what_did_not_land_is_taken_from_the_digest_and_counted_apart(state: State) -> None:
    school, student = receipt(state, send(state, {"School": SCHOOLS, "Student": STUDENTS}, "School", "Student")).objects
    assert school.equal
    assert (student.agrees, student.equal, student.word) == (True, False, "equal in what landed")
    assert (student.district.records, student.state.records, student.turned_away) == (2, 1, 1)
    assert student.digests[0] != student.digests[1]
    assert student.landed_digests[0] == student.landed_digests[1]


def test_a_leftover_is_taken_from_the_states_digest_and_counted_apart(state: State) -> None:
    send(state, {"School": SCHOOLS}, "School")
    (line,) = receipt(state, send(state, {"School": SCHOOLS[:1]}, "School")).objects
    assert (line.agrees, line.equal, line.leftovers) == (True, False, 1)
    assert (line.district.records, line.state.records) == (1, 2)


@pytest.mark.parametrize(
    "lost",
    [SCHOOLS[:1], [SCHOOLS[0], {"id": 2, "name": "Southe"}], [SCHOOLS[0], {"id": 3, "name": "South"}]],
    ids=["a record is lost", "a letter more", "another key"],
)
def test_what_arrived_otherwise_than_it_was_read_is_not_equal(state: State, lost: list[dict[str, Any]]) -> None:
    found = receipt(state, send_schools(state, lost, total(state, SCHOOLS)))
    assert (found.agrees, found.unequal, found.objects[0].word) == (False, ("School",), "not equal")


def test_of_an_agent_that_tells_no_digest_nothing_is_said(state: State) -> None:
    assert receipt_of(send_schools(state, SCHOOLS, None).id) is None


def test_a_receipt_with_an_object_that_was_not_told_does_not_agree() -> None:
    line = ReceiptObject("School", None, b"", Total(), Total(), Total(), Total(), 0, 0)
    assert Receipt(1, "Lakeside", 2024, None, (line,)).agrees
    assert not Receipt(1, "Lakeside", 2024, None, (line,), untold=("Student",)).agrees
    assert not Receipt(1, "Lakeside", 2024, None, ()).agrees


def test_the_receipt_of_another_zone_is_as_if_it_were_not_there(state: State) -> None:
    resync = send(state, {"School": SCHOOLS}, "School")
    assert receipt_of(resync.id, state.district.zone_id + 1) is None
    assert receipt_of(resync.id + 1) is None
