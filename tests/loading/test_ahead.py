"""What was filled in before its turn lands as if it had been filled in then, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from tests.loading.desk import Desk, Row
from tests.loading.test_locks import backends_waiting, elsewhere
from tests.waiting import wait_until

from upstate.errors import FencedError, LandingError
from upstate.loading.ahead import Ahead
from upstate.loading.landing import land
from upstate.loading.task import Task
from upstate.planning import Counts
from upstate.wire import arrow_schema, encode_keys

SCHOOLS: list[Row] = [{"id": 1, "name": "Lincoln", "kind": "E"}, {"id": 2, "name": "Grant", "closed": True}]
PUPILS: list[Row] = [
    {"id": 1, "school_id": 1},
    {"id": 2, "school_id": 2},
    {"id": 3, "school_id": 9},
    {"id": 4, "school_id": 1, "mentor_id": 3},
]


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@contextmanager
def filling(desk: Desk, task: Task, thread: ThreadPoolExecutor) -> Iterator[tuple[Ahead, Future[None]]]:
    """An order that is being filled in, or waits for its turn with all of it."""
    with psycopg.connect(desk.url, autocommit=True) as connection:
        ahead = Ahead(desk.connection, connection, task)
        filled = thread.submit(ahead.fill)
        wait_until(lambda: filled.done() or backends_waiting(desk.connection))
        try:
            yield ahead, filled
        finally:
            ahead.give_turn()
            filled.exception(timeout=10)
            ahead.close()


def two(desk: Desk, schools: list[Row], pupils: list[Row], district: int = 1) -> tuple[Task, Task]:
    """Two orders of one resync, both delivered and neither landed."""
    resync = desk.place(["School", "Pupil"], district)
    tasks = desk.task(resync, "School", district), desk.task(resync, "Pupil", district)
    for task, rows in zip(tasks, (schools, pupils), strict=True):
        desk.deliver(task, rows)
    return tasks


def landed_plainly(desk: Desk, pupils: list[Row]) -> tuple[Counts, Counts]:
    """What becomes of the same records in another district, where nothing is filled in before its turn."""
    first, second = (land(desk.connection, task) for task in two(desk, SCHOOLS, pupils, district=2))
    return first, second


def no_keys(task: Task) -> bytes:
    """That the district lacks nothing."""
    return encode_keys(arrow_schema(task.object).empty_table().select(list(task.object.key)))


def no_lock_is_left(desk: Desk) -> bool:
    query = "select not exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())"
    return desk.connection.execute(query.encode()).fetchone() == (True,)


def test_it_is_seen_by_nobody_and_judged_by_nothing_before_its_turn(desk: Desk, thread: ThreadPoolExecutor) -> None:
    school, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread) as (ahead, filled):
        assert desk.rows("pupil") == []
        assert desk.rejections() == {}
        counts = [land(desk.connection, school)]
        assert not filled.done()
        ahead.give_turn()
        filled.result(timeout=10)
        counts.append(land(desk.connection, pupil, ahead))
    assert tuple(counts) == landed_plainly(desk, PUPILS)
    assert desk.rows("pupil") == desk.rows("pupil", 2)
    assert desk.rejections().keys() == desk.rejections(district=2).keys()
    assert no_lock_is_left(desk)
    assert desk.orphans() == 0


def test_what_has_not_landed_is_undone(desk: Desk, thread: ThreadPoolExecutor) -> None:
    _, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread):
        pass
    assert desk.rows("pupil") == []
    assert no_lock_is_left(desk)


def test_its_turn_is_not_before_what_comes_before_it_has_landed(desk: Desk, thread: ThreadPoolExecutor) -> None:
    _, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread) as (ahead, filled):
        ahead.give_turn()
        filled.result(timeout=10)
        with pytest.raises(FencedError, match="not settled"):
            land(desk.connection, pupil, ahead)
    assert desk.rows("pupil") == []


@pytest.mark.parametrize("other", [7, 1], ids=["another row", "a row of the same key"])
def test_a_row_that_came_meanwhile_has_it_land_from_the_beginning(
    desk: Desk, thread: ThreadPoolExecutor, other: int
) -> None:
    desk.resync({"School": SCHOOLS})
    school, pupil = two(desk, SCHOOLS, PUPILS)
    with ThreadPoolExecutor(1) as another, filling(desk, pupil, thread) as (ahead, filled):
        row = f"insert into state.pupil (district_id, id, school_id, number) values (1, {other}, 1, 77)"
        write = another.submit(elsewhere, desk, f"{row} on conflict do nothing")
        if other == 7:
            write.result(timeout=10)
        land(desk.connection, school)
        ahead.give_turn()
        filled.result(timeout=10)
        counts = land(desk.connection, pupil, ahead)
        write.result(timeout=10)
    plainly = landed_plainly(desk, PUPILS)[1]
    if other == 7:
        assert counts.leftovers == 1
        assert desk.rows("pupil")[-1]["number"] == 77
    else:
        assert counts == plainly
    assert counts.created == plainly.created
    assert counts.failed == plainly.failed


def test_what_cannot_be_filled_in_lands_in_its_turn(desk: Desk, thread: ThreadPoolExecutor) -> None:
    pupils = [*PUPILS, {"id": 4, "school_id": 1}]  # a key that comes twice
    school, pupil = two(desk, SCHOOLS, pupils)
    with filling(desk, pupil, thread) as (ahead, filled):
        filled.result(timeout=10)
        land(desk.connection, school)
        ahead.give_turn()
        assert land(desk.connection, pupil, ahead) == landed_plainly(desk, pupils)[1]
    assert no_lock_is_left(desk)


def test_where_the_district_has_rows_already_nothing_is_filled_in(desk: Desk, thread: ThreadPoolExecutor) -> None:
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    school, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread) as (ahead, filled):
        filled.result(timeout=10)
        land(desk.connection, school)
        ahead.give_turn()
        assert land(desk.connection, pupil, ahead).unchanged == 1


def test_what_was_not_sent_whole_is_not_filled_in(desk: Desk, thread: ThreadPoolExecutor) -> None:
    school, pupil = two(desk, SCHOOLS, PUPILS)
    some = replace(pupil, everything=False, district_records=len(PUPILS), gone=no_keys(pupil))
    with filling(desk, some, thread) as (ahead, filled):
        filled.result(timeout=10)
        land(desk.connection, school)
        ahead.give_turn()
        assert land(desk.connection, some, ahead) == landed_plainly(desk, PUPILS)[1]


def test_triggers_that_look_at_rows_would_look_too_early(desk: Desk, thread: ThreadPoolExecutor) -> None:
    with desk.as_role(may_skip_triggers=False) as loader:
        school, pupil = two(loader, SCHOOLS, PUPILS)
        role = loader.connection.info.user
        with psycopg.connect(desk.url, user=role, autocommit=True) as connection:
            ahead = Ahead(loader.connection, connection, pupil)
            thread.submit(ahead.fill).result(timeout=10)
            land(loader.connection, school)
            ahead.give_turn()
            assert land(loader.connection, pupil, ahead) == landed_plainly(desk, PUPILS)[1]


def test_who_waits_for_it_while_what_comes_before_waits_for_them_ends_in_no_standstill(
    desk: Desk, thread: ThreadPoolExecutor
) -> None:
    desk.resync({"School": SCHOOLS})
    school, pupil = two(desk, [{**SCHOOLS[0], "name": "Abraham Lincoln"}, SCHOOLS[1]], PUPILS)
    with filling(desk, pupil, thread) as (ahead, filled), psycopg.connect(desk.url) as other:
        other.execute("update state.school set rating = 'A' where district_id = 1 and id = 1")
        with ThreadPoolExecutor(2) as pool:
            # it has the school that lands next, and waits for a pupil that was filled in
            writing = pool.submit(
                other.execute, "insert into state.pupil (district_id, id, school_id) values (1, 1, 1)"
            )
            wait_until(lambda: len(backends_waiting(desk.connection)) == 2)
            landing = pool.submit(land, desk.connection, school)
            assert writing.exception(timeout=20) is None or isinstance(writing.exception(), psycopg.Error)
            other.rollback()
            assert landing.result(timeout=20).updated == 1
        ahead.give_turn()
        filled.exception(timeout=20)
        counts = land(desk.connection, pupil, ahead)
    assert counts == landed_plainly(desk, PUPILS)[1]
    assert no_lock_is_left(desk)


def test_where_its_session_is_lost_it_lands_from_the_beginning(desk: Desk, thread: ThreadPoolExecutor) -> None:
    school, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread) as (ahead, filled):
        (pid,) = backends_waiting(desk.connection)
        desk.connection.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        filled.result(timeout=10)
        assert desk.rows("pupil") == []
        land(desk.connection, school)
        ahead.give_turn()
        assert land(desk.connection, pupil, ahead) == landed_plainly(desk, PUPILS)[1]
    assert no_lock_is_left(desk)


def test_who_says_stop_is_heard_in_its_turn(desk: Desk, thread: ThreadPoolExecutor) -> None:
    _, pupil = two(desk, SCHOOLS, PUPILS)
    with filling(desk, pupil, thread) as (_, filled):
        (pid,) = backends_waiting(desk.connection)
        desk.connection.execute("select pg_cancel_backend(%s)", (pid,))
        with pytest.raises(LandingError):
            filled.result(timeout=10)
    assert desk.rows("pupil") == []
