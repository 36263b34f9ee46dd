"""Verification moves nothing, and never says equal of what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import psycopg
import pyarrow as pa
import pytest
from tests.loading.desk import Desk, Row

from upstate.errors import WireError
from upstate.loading.verifying import Verified, verify
from upstate.wire import Batch, arrow_schema, encode_keys, no_misfits

LINCOLN = {"id": 1, "name": "Lincoln", "kind": "E"}
GRANT = {"id": 2, "name": "Grant", "kind": "H"}
ROWS: Mapping[str, list[Row]] = {
    "School": [LINCOLN, GRANT, {"id": 3, "name": "Lee", "closed": True}, {"id": 4, "name": None}],
    "Pupil": [{"id": n, "school_id": 1 + n % 3} for n in range(9)],
}
NONE = {"district_only": 0, "state_only": 0, "different": 0, "duplicates": 0}


def hold(desk: Desk, name: str, rows: list[Row], district: int = 1) -> Verified:
    """Everything of an object held against the state's rows."""
    task = desk.task(desk.place([name], district), name, district)
    records = pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=arrow_schema(task.object))
    found = verify(desk.connection, replace(task, everything=True), [Batch(records, no_misfits())])
    desk.connection.execute("update hub_resync set state = 'finished', finished_at = now() where state = 'running'")
    return found


def test_after_a_resync_both_ends_agree_but_for_what_is_expected(desk: Desk) -> None:
    desk.resync(ROWS)
    schools, pupils = (hold(desk, name, ROWS[name]) for name in ("School", "Pupil"))
    assert (schools.equal, schools.resync_needed, dict(schools.unexpected)) == (True, False, NONE)
    assert (schools.district_count, schools.state_count) == (4, 2)
    assert dict(schools.expected) == {"excluded": 1, "failed": 1}
    assert (pupils.equal, dict(pupils.expected)) == (True, {"excluded": 3})


def test_a_row_changed_by_sql_is_found_with_its_column(desk: Desk) -> None:
    desk.resync(ROWS)
    desk.connection.execute("update state.school set name = 'Washington' where id = 1")
    found = hold(desk, "School", ROWS["School"])
    assert (found.equal, found.resync_needed, found.unexpected["different"]) == (False, True, 1)
    assert [(d.kind, d.key, d.columns) for d in found.first] == [("different", ("1",), ("name",))]


def test_a_row_lost_at_the_state_and_one_too_much_are_told_apart(desk: Desk) -> None:
    desk.resync(ROWS)
    desk.connection.execute("delete from state.pupil where id = 0")
    desk.connection.execute("insert into state.pupil (district_id, id, school_id) values (1, 77, 1)")
    found = hold(desk, "Pupil", ROWS["Pupil"])
    assert dict(found.unexpected) == {**NONE, "district_only": 1, "state_only": 1}
    assert {(d.kind, d.key) for d in found.first} == {("district_only", ("0",)), ("state_only", ("77",))}


def test_a_leftover_alone_needs_no_resync_but_is_not_equal(desk: Desk) -> None:
    desk.resync(ROWS)
    found = hold(desk, "Pupil", ROWS["Pupil"][:3] + ROWS["Pupil"][4:])
    assert (found.equal, found.resync_needed, found.unexpected["state_only"]) == (False, False, 1)


def test_a_key_that_comes_twice_is_a_duplicate_and_nothing_else(desk: Desk) -> None:
    desk.resync(ROWS)
    found = hold(desk, "Pupil", [*ROWS["Pupil"], {"id": 0, "school_id": 2}])
    assert dict(found.unexpected) == {**NONE, "duplicates": 1}


def test_a_value_that_the_state_owns_may_differ(desk: Desk) -> None:
    desk.resync(ROWS)
    desk.connection.execute("update state.school set rating = 'A' where id = 1")
    found = hold(desk, "School", ROWS["School"])
    assert (found.equal, found.expected["state_owned"]) == (True, 1)


def test_an_empty_text_is_not_a_null(desk: Desk) -> None:
    desk.resync({**ROWS, "Note": [{"pupil_id": 0, "line": 1, "text": ""}]})
    found = hold(desk, "Note", [{"pupil_id": 0, "line": 1, "text": None}])
    assert [(d.key, d.columns) for d in found.first] == [(("0", "1"), ("text",))]


def test_what_a_comparison_found_equal_is_told_without_looking_again(desk: Desk) -> None:
    desk.resync({"School": [LINCOLN, GRANT]})
    looked = hold(desk, "School", [LINCOLN, GRANT])
    task = desk.task(desk.place(["School"], 1), "School", 1)
    none, lost = (encode_keys(pa.table({"id": pa.array(keys, pa.int32())})) for keys in ([], [7]))
    compared = replace(task, everything=False, district_records=2, gone=none)
    with psycopg.connect(desk.url) as connection:
        pass
    assert verify(connection, compared, iter(()), state_count=2) == looked
    for differs, state_count in (
        (replace(compared, gone=lost), 2),
        (compared, 3),
    ):  # what does not go together is looked at, and this connection is closed
        with pytest.raises(psycopg.OperationalError, match="closed"):
            verify(connection, differs, iter(()), state_count=state_count)


def test_verifying_changes_nothing_and_sees_no_other_district(desk: Desk) -> None:
    desk.resync(ROWS)
    desk.resync({"School": [LINCOLN]}, district=2)
    query = "select ctid, xmin, * from state.school order by 1"
    before = desk.connection.execute(query).fetchall()
    found = hold(desk, "School", ROWS["School"])
    assert (found.equal, found.state_count) == (True, 2)
    assert desk.connection.execute(query).fetchall() == before


def test_an_answer_that_cannot_be_read_is_no_answer(desk: Desk) -> None:
    desk.resync(ROWS)
    task = desk.task(desk.place(["School"], 1), "School", 1)
    with pytest.raises(WireError):
        verify(desk.connection, replace(task, everything=False, district_records=4, gone=b"cut"), [])
