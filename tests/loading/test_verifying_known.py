"""What is known to be rejected is told without a look at the state, and the same is told as with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loading.desk import Desk, Row

from upstate.hub.known_rejections import known_verdicts
from upstate.loading.task import Task
from upstate.loading.verifying import Verified, verify
from upstate.loading.verifying_known import all_known
from upstate.wire import Batch, arrow_schema, encode_keys, no_misfits

GOOD: list[Row] = [{"id": n, "name": "Good", "kind": "E"} for n in range(3)]
BAD: list[Row] = [
    {"id": 10, "name": None, "kind": "E"},  # two reasons in one record
    {"id": 11, "name": "A name of more than 20 letters", "kind": "X"},
    {"id": 12, "name": "Closed", "kind": "H", "closed": True},
    {"id": 13, "name": "Twice", "kind": "H"},
    {"id": 13, "name": "Twice again", "kind": "H"},
    {"id": 14, "name": "Twice and wrong", "kind": "H"},
    {"id": 14, "name": None, "kind": "H"},
    {"id": 15, "name": None, "kind": "H"},
    {"id": 15, "name": None, "kind": "E"},
]
MISFITS: list[Row] = [
    {"record": 1, "key": ["x"], "column": "id", "reason": "not_an_integer", "value": "x"},
    {"record": 2, "key": ["16"], "column": "name", "reason": "not_text", "value": "?"},
    {"record": 2, "key": ["16"], "column": "closed", "reason": "not_a_boolean", "value": "?"},
    {"record": 3, "key": ["13"], "column": "closed", "reason": "not_a_boolean", "value": "?"},
]


def batch_of(task: Task, rows: Sequence[Row], misfits: Sequence[Row]) -> Batch:
    return Batch(
        pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=arrow_schema(task.object)),
        pa.RecordBatch.from_pylist([dict(row) for row in misfits], schema=no_misfits().schema),
    )


def both(desk: Desk, rows: Sequence[Row], misfits: Sequence[Row] = ()) -> tuple[Verified | None, Verified]:
    """What is told of these records without a look, and with one; the state has the good ones alone."""
    task = desk.task(desk.place(["School"], 1), "School", 1)
    none = encode_keys(pa.table({"id": pa.array([], pa.int32())}))
    task = replace(task, everything=False, gone=none, district_records=len(GOOD) + len(rows) + len(misfits))
    batches = [batch_of(task, rows, misfits)]
    verdicts = known_verdicts(desk.connection, task.object, 1, None)
    told = all_known(task, batches, len(GOOD), verdicts)
    looked = verify(desk.connection, task, batches, state_count=len(GOOD))
    desk.connection.execute("update hub_resync set state = 'finished', finished_at = now() where state = 'running'")
    return told, looked


@pytest.fixture
def rejecting(desk: Desk) -> Desk:
    """A desk that has rejected all that is bad."""
    desk.resync({"School": [*GOOD, *BAD]}, misfits=MISFITS)
    assert [row["id"] for row in desk.rows("school")] == [row["id"] for row in GOOD]
    return desk


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.sampled_from(BAD), max_size=8), misfits=st.lists(st.sampled_from(MISFITS), unique_by=id))
def test_the_same_is_told_as_with_a_look(rejecting: Desk, rows: list[Row], misfits: list[Row]) -> None:
    told, looked = both(rejecting, rows, misfits)
    assert told is not None
    assert replace(told, first_expected=()) == replace(looked, first_expected=())
    assert set(told.first_expected) == set(looked.first_expected)
    assert told.equal


def test_of_all_that_was_rejected_the_same_is_told_in_the_same_order(rejecting: Desk) -> None:
    told, looked = both(rejecting, BAD, MISFITS)
    assert told == looked
    assert dict(looked.expected) == {"excluded": 1, "failed": 7}


def test_what_nobody_has_rejected_has_to_be_looked_at(rejecting: Desk) -> None:
    told, looked = both(rejecting, [BAD[0], {"id": 99, "name": "New", "kind": "E"}])
    assert told is None
    assert (looked.equal, looked.unexpected["district_only"]) == (False, 1)


def test_no_more_are_named_than_asked_for(rejecting: Desk) -> None:
    task = rejecting.task(rejecting.place(["School"], 1), "School", 1)
    verdicts = known_verdicts(rejecting.connection, task.object, 1, None)
    told = all_known(task, [batch_of(task, BAD, MISFITS)], 3, verdicts, show=2)
    assert told is not None
    assert (len(told.first_expected), sum(told.expected.values())) == (2, 8)
