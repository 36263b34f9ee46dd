"""A landing among others: late writers, other writers, kills."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.errors import AdminShutdown, ForeignKeyViolation, LockNotAvailable
from tests.loading.desk import Desk, Row
from tests.waiting import wait_until

from upstate.errors import FencedError, LandingError
from upstate.loading.entering import landing
from upstate.loading.landing import land
from upstate.loading.task import Task
from upstate.planning import Counts

LINCOLN: Row = {"id": 1, "name": "Lincoln", "kind": "E"}
# of this database alone: other tests use the same server at the same time
ADVISORY = (
    "select exists (select from pg_locks where locktype = 'advisory' "
    "and database = (select oid from pg_database where datname = current_database())"
)
GRANT: Row = {"id": 2, "name": "Grant", "kind": "H"}


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for other writers."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def ordered(desk: Desk, name: str, rows: list[Row]) -> Task:
    """An order that is delivered and not landed."""
    task = desk.task(desk.place([name], 1), name)
    desk.deliver(task, rows)
    return task


def elsewhere(desk: Desk, query: str) -> None:
    """What another writer does, over a connection of its own."""
    with psycopg.connect(desk.url) as connection:
        connection.execute(query)


def somebody_waits(desk: Desk) -> bool:
    return desk.connection.execute(f"{ADVISORY} and not granted)".encode()).fetchone() == (True,)


def landing_has_begun(desk: Desk) -> bool:
    """Whether a landing has its district's lock."""
    query = f"{ADVISORY} and granted and mode = 'ExclusiveLock')"
    return desk.connection.execute(query.encode()).fetchone() == (True,)


def backends_waiting(connection: psycopg.Connection[Any]) -> list[int]:
    """The processes of its database that wait for a lock."""
    query = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    return [pid for (pid,) in connection.execute(query).fetchall()]


def is_the_one_that_waits(connection: psycopg.Connection[Any], backend: int) -> bool:
    """Whether of its database's processes that one alone waits for a lock."""
    return backends_waiting(connection) == [backend]


def test_another_writer_who_removes_a_parent_waits_and_is_refused(desk: Desk, threads: ThreadPoolExecutor) -> None:
    desk.send("School", [LINCOLN, GRANT])
    task = ordered(desk, "Pupil", [{"id": 1, "school_id": 1}])
    with psycopg.connect(desk.url, autocommit=True) as connection, connection.transaction():
        land(connection, task)  # a savepoint of ours: not committed yet
        removal: Future[None] = threads.submit(elsewhere, desk, "delete from state.school where id = 1")
        wait_until(lambda: somebody_waits(desk), "nobody came to wait")
        assert not removal.done()
    with pytest.raises(ForeignKeyViolation):
        removal.result(timeout=10)
    assert desk.orphans() == 0


def test_another_writer_s_orphan_is_refused_by_the_key_itself(desk: Desk) -> None:
    desk.send("School", [LINCOLN])
    with pytest.raises(ForeignKeyViolation):
        elsewhere(desk, "insert into state.pupil (district_id, id, school_id) values (1, 1, 99)")


def test_another_district_s_writers_do_not_wait(desk: Desk) -> None:
    desk.resync({"School": [LINCOLN]}, district=2)
    task = ordered(desk, "School", [LINCOLN])
    with psycopg.connect(desk.url, autocommit=True) as connection, connection.transaction():
        land(connection, task)
        elsewhere(desk, "set lock_timeout = '2s'; delete from state.school where district_id = 2")
    assert desk.rows("school", 2) == []


def test_a_writer_in_the_way_of_a_landing_does_not_make_it_fail(desk: Desk, threads: ThreadPoolExecutor) -> None:
    desk.send("School", [LINCOLN, GRANT])
    task = ordered(desk, "School", [LINCOLN, {**GRANT, "name": "U. S. Grant"}])
    with landing(desk.connection, task):  # the district's lock is ours
        removal = threads.submit(elsewhere, desk, "update state.school set rating = 'A' where id = 2")
        with psycopg.connect(desk.url, autocommit=True) as watcher:
            watching = replace(desk, connection=watcher)
            wait_until(lambda: somebody_waits(watching), "nobody came to wait")
            # it has its row already and waits for us; now our own write would wait for it
            with pytest.raises(LockNotAvailable), psycopg.connect(desk.url) as other:
                other.execute("select from state.school where id = 2 for update nowait")
    removal.result(timeout=10)
    assert land(desk.connection, task) == Counts(unchanged=1, updated=1)
    assert [r["name"] for r in desk.rows("school")] == ["Lincoln", "U. S. Grant"]


def test_a_deadlock_with_another_writer_is_tried_again(desk: Desk, threads: ThreadPoolExecutor) -> None:
    desk.send("School", [LINCOLN, GRANT])
    desk.connection.execute(  # the landing lingers between its lock and its first write, until the other has come
        # and has looked for a deadlock (after a second) in vain: then it is the landing that finds it
        "create sequence state.lingered; "
        "create function state.linger() returns trigger language plpgsql as $$ begin "
        "if current_setting('session_replication_role') = 'replica' and nextval('state.lingered') = 1 then "
        f"for _ in 1..500 loop exit when ({ADVISORY} and not granted)); perform pg_sleep(0.02); end loop; "
        "perform pg_sleep(1.4); end if; return null; end $$; "
        "create trigger linger before update on state.school for each statement execute function state.linger(); "
        "alter table state.school enable always trigger linger"
    )
    task = ordered(desk, "School", [LINCOLN, {**GRANT, "name": "U. S. Grant"}])
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    with psycopg.connect(desk.url, autocommit=True) as connection:
        landed = threads.submit(land, connection, task)
        wait_until(lambda: landing_has_begun(desk))
        elsewhere(
            desk, "update state.school set rating = 'A' where id = 2"
        )  # takes its row, then waits for the landing
        assert landed.result(timeout=30) == Counts(unchanged=1, updated=1)
    wait_until(lambda: desk.connection.execute(deadlocks).fetchone() == (1,))
    assert [(r["name"], r["rating"]) for r in desk.rows("school")] == [("Lincoln", None), ("U. S. Grant", "A")]


def test_a_late_writer_changes_nothing(desk: Desk) -> None:
    desk.send("School", [LINCOLN])
    task = ordered(desk, "School", [GRANT])
    desk.connection.execute("update hub_order set epoch = epoch + 1 where id = %s", (task.order,))
    before = desk.versions()
    with pytest.raises(FencedError):
        land(desk.connection, task)
    assert desk.versions() == before
    assert land(desk.connection, replace(task, epoch=task.epoch + 1)).created == 1


def test_an_order_lands_once(desk: Desk) -> None:
    task = ordered(desk, "School", [LINCOLN])
    land(desk.connection, task)
    with pytest.raises(FencedError):
        land(desk.connection, task)
    assert desk.connection.execute("select count(*) from hub_batch").fetchone() == (0,)


def test_an_order_waits_for_the_earlier_ones_of_its_resync(desk: Desk) -> None:
    resync = desk.place(["School", "Pupil"], 1)
    school, pupil = desk.task(resync, "School"), desk.task(resync, "Pupil")
    desk.deliver(pupil, [{"id": 1, "school_id": 1}])
    with pytest.raises(FencedError, match="parents are not settled"):
        land(desk.connection, pupil)
    desk.deliver(school, [LINCOLN])
    land(desk.connection, school)
    assert land(desk.connection, pupil).created == 1


def test_an_order_whose_reading_was_taken_up_again_does_not_land(desk: Desk) -> None:
    task = ordered(desk, "School", [LINCOLN])
    desk.connection.execute("update hub_order set state = 'reading' where id = %s", (task.order,))
    with pytest.raises(FencedError):
        land(desk.connection, task)


def test_a_landing_that_is_killed_leaves_nothing_and_lands_again(desk: Desk, threads: ThreadPoolExecutor) -> None:
    desk.send("School", [LINCOLN, GRANT])
    rows: list[Row] = [{"id": n, "school_id": 1 + n % 3} for n in range(3000)]
    desk.send("Pupil", rows[:100])
    before, rejected = desk.versions(), desk.rejections()
    for pause in ("state.school", "state.pupil", "hub_rejection", "hub_batch"):
        task = ordered(desk, "Pupil", rows)
        with psycopg.connect(desk.url) as blocker, psycopg.connect(desk.url, autocommit=True) as victim:
            blocker.execute(f"lock table {pause} in access exclusive mode")
            landed: Future[Any] = threads.submit(land, victim, task)
            with psycopg.connect(desk.url, autocommit=True) as other:
                wait_until(partial(is_the_one_that_waits, other, victim.info.backend_pid))
                other.execute("select pg_terminate_backend(%s)", (victim.info.backend_pid,))
            with pytest.raises(LandingError) as stopped:
                landed.result(timeout=10)
            assert isinstance(stopped.value.__cause__, AdminShutdown)
        assert (desk.versions(), desk.rejections()) == (before, rejected)
    counts = land(desk.connection, task)
    assert (counts.created + counts.unchanged, counts.failed) == (2000, 1000)
    assert len(desk.rejections()) == 1000
