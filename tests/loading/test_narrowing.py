"""Of everything that is sent again, only what may differ is landed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, rule

from upstate.loading.landing import land
from upstate.loading.narrowing import Narrowed, narrow
from upstate.loading.task import Task
from upstate.planning import Counts

_RECORDS = 1_000
_TEXTS = {
    "Mark.toml": describe("Mark", "id integer!,points integer,note text(5)", rule("below_zero", "record.points < 0"))
}
_MARKS: list[Row] = [{"id": number, "points": number % 7, "note": None} for number in range(_RECORDS)]


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(_TEXTS)


def delivered(desk: Desk, rows: Sequence[Row], misfits: Sequence[Row] = (), *, judged_alike: bool = True) -> Task:
    resync = desk.place(["Mark"], desk.district)
    task = replace(desk.task(resync, "Mark"), judged_alike=judged_alike)
    desk.deliver(task, list(rows), list(misfits), batch=300)
    return task


def narrowed(desk: Desk, rows: Sequence[Row], misfits: Sequence[Row] = (), **how: Any) -> Narrowed | None:
    task = delivered(desk, rows, misfits, **how)
    with desk.connection.transaction(force_rollback=True), desk.connection.cursor() as cursor:
        return narrow(cursor, task)


def chosen(found: Narrowed | None) -> int:
    assert found is not None
    return sum(int(mask.sum()) for mask in found.chosen if mask is not None)


def test_where_nothing_changed_nothing_is_landed_anew_and_no_batch_is_read_twice(desk: Desk) -> None:
    desk.send("Mark", _MARKS)
    found = narrowed(desk, _MARKS)
    assert found is not None
    assert found.chosen == (None,) * 4
    assert found.task.district_records == _RECORDS


def test_what_is_turned_away_each_time_is_landed_alone_and_a_change_with_its_bucket(desk: Desk) -> None:
    bad = {"id": 5_000, "points": -1, "note": None}
    desk.send("Mark", [*_MARKS, bad])
    assert chosen(narrowed(desk, [*_MARKS, bad])) == 1
    edited = [*_MARKS[:-1], {**_MARKS[-1], "points": 99}]
    assert 1 < chosen(narrowed(desk, edited)) < 100


def test_where_the_catalog_or_the_zone_says_otherwise_everything_is_judged_anew(desk: Desk) -> None:
    desk.send("Mark", _MARKS)
    assert narrowed(desk, _MARKS, judged_alike=False) is None


def test_a_record_that_shares_its_key_with_a_misfit_is_landed_with_it_though_it_is_equal(desk: Desk) -> None:
    desk.send("Mark", _MARKS)
    misfit = {"record": 0, "key": ["7"], "column": "points", "reason": "not_an_integer"}
    task = delivered(desk, _MARKS, [misfit])
    counts = land(desk.connection, task)
    assert counts == Counts(unchanged=_RECORDS - 1, failed=2)
    reasons = {reason for _, key, reason in desk.rejections() if key == "7"}
    assert reasons == {"not_an_integer", "duplicate_key"}


def test_what_the_district_lost_is_left_over_and_what_it_sent_twice_is_not(desk: Desk) -> None:
    desk.send("Mark", _MARKS)
    counts = land(desk.connection, delivered(desk, [*_MARKS[3:], _MARKS[9]]))
    assert counts == Counts(unchanged=_RECORDS - 4, failed=2, leftovers=3)
    assert [row["id"] for row in desk.rows("mark")] == list(range(_RECORDS))


def test_a_row_that_was_spoilt_by_sql_at_both_ends_is_found_though_it_is_equal(desk: Desk) -> None:
    desk.send("Mark", _MARKS)
    desk.write(f"update state.mark set points = -3 where district_id = {desk.district} and id = 8")
    counts = land(
        desk.connection, delivered(desk, [{**row, "points": -3} if row["id"] == 8 else row for row in _MARKS])
    )
    assert counts == Counts(unchanged=_RECORDS - 1, failed=1)
    assert desk.verdicts("Mark") == {"8": "failed"}


def test_a_database_that_computes_other_digests_or_none_has_everything_landed_as_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send("Mark", _MARKS)
    monkeypatch.setattr("upstate.loading.comparing.self_test_sql", lambda: "select no_such_digest()")
    counts = land(desk.connection, delivered(desk, [*_MARKS[1:], {"id": 7_000, "points": 1, "note": None}]))
    assert counts == Counts(created=1, unchanged=_RECORDS - 1, leftovers=1)
