"""Large orders are filled in before their turn, whatever becomes of what comes before them."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event, Thread
from uuid import uuid4

import pytest
from psycopg.conninfo import make_conninfo
from tests.hub.state import State, batch, deliver_all, parcel
from tests.waiting import wait_until

from upstate.errors import DatabaseError
from upstate.hub.backlog import Backlog
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.landing_ahead import LandingAhead
from upstate.hub.landing_loop import land_all, land_ready
from upstate.hub.postgres import Connection
from upstate.hub.running_resyncs import finish_resync
from upstate.hub.sessions import Sessions
from upstate.loading import ahead as ahead_module
from upstate.loading.ahead import Ahead
from upstate.loading.filling import Filled
from upstate.loading.in_place import fill_in_place
from upstate.loading.task import Task

SCHOOLS = [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}]
STUDENTS = [{"id": 10, "name": "Ann", "school_id": 1}, {"id": 11, "name": "Bob", "school_id": 3}]
SCORES = [{"id": n, "name": "A", "student_id": 10 + n % 2} for n in range(4)]
DATA = {"School": SCHOOLS, "Student": STUDENTS, "Score": SCORES, "Bus": [{"id": 7, "name": "Blue"}]}
LANDING = (
    "SELECT count(*)::int FROM pg_stat_activity "
    "WHERE application_name LIKE 'upstate landing%%' AND datname = current_database()"
)
LOCKS = (
    "SELECT count(*)::int FROM pg_locks "
    "WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects that landed as they had been filled in."""
    names: list[str] = []
    landing = Ahead.landing

    def noted(ahead: Ahead) -> object:
        names.append(ahead.task.object.name)
        return landing(ahead)

    monkeypatch.setattr(Ahead, "landing", noted)
    return names


def land_one(state: State, resync: int, sessions: Sessions) -> None:
    """Land an order, and be stopped while the next may be filled in."""
    with sessions.landing(resync) as landing, LandingAhead(sessions, resync, state.catalog, 1) as lander:

        def once(connection: Connection, task: Task) -> None:
            lander(connection, task)
            raise KeyboardInterrupt

        land_ready(landing, resync, state.catalog, lander=once)


def test_everything_lands_as_it_would_and_two_more_sessions_are_enough(state: State, filled: list[str]) -> None:
    resync = state.place()
    deliver_all(state, resync, DATA)
    with Sessions(state.url) as sessions:
        with sessions.landing(resync.id) as landing, LandingAhead(sessions, resync.id, state.catalog, 1) as lander:
            land_ready(landing, resync.id, state.catalog, lander=lander)
            assert state.rows(LANDING) == [(3,)]
        assert state.rows(LOCKS) == [(0,)]
    assert finish_resync(resync.id) == "finished"
    assert filled == ["Bus", "Student", "Score"]
    assert state.orders("created") == {"School": 2, "Student": 1, "Score": 2, "Bus": 1, "Month": 0}
    assert state.orders("failed")["Student"] == 1
    assert state.orders("blocked")["Score"] == 2


@pytest.mark.parametrize("school", [1, 9], ids=["one that may stay", "one that may not"])
def test_a_row_that_came_meanwhile_is_no_record_of_the_districts(state: State, filled: list[str], school: int) -> None:
    resync = state.place("School", "Student")
    deliver_all(state, resync, DATA)
    waiting = "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    def land_and_add(connection: Connection, task: Task) -> None:
        lander(connection, task)
        if task.object.name == "School":
            wait_until(lambda: state.rows(waiting) == [(1,)])
            state.connection.execute("SET session_replication_role = replica")  # nobody looks for its school
            state.connection.execute(f"INSERT INTO state.student VALUES (1, 12, 'Zoe', {school})".encode())

    with (
        Sessions(state.url) as sessions,
        sessions.landing(resync.id) as landing,
        LandingAhead(sessions, resync.id, state.catalog, 1) as lander,
    ):
        land_ready(landing, resync.id, state.catalog, lander=land_and_add)
    assert filled == ["Student"]
    told = [state.orders(column)["Student"] for column in ("created", "failed", "leftovers")]
    assert told == [1, 1, 1]
    assert state.rows("SELECT id FROM state.student ORDER BY id") == [(10,), (12,)]


def test_what_needs_a_failed_object_is_undone_and_the_rest_lands_as_it_was_filled_in(
    state: State, filled: list[str]
) -> None:
    resync = state.place("School", "Student", "Bus")
    with InProcessDoor(state.url, resync.id, state.catalog) as door:
        while order := door.claim():
            payload = b"not Arrow" if order.object == "School" else batch(state, order.object, DATA[order.object])
            door.deliver(order, parcel(0, payload, len(DATA[order.object])))
            door.finish(order, 1)
    with (
        Sessions(state.url) as sessions,
        sessions.landing(resync.id) as landing,
        LandingAhead(sessions, resync.id, state.catalog, 1) as lander,
    ):
        land_ready(landing, resync.id, state.catalog, lander=lander)
    assert state.orders("state") == {"School": "failed", "Student": "failed", "Bus": "landed"}
    assert state.rows("SELECT count(*)::int FROM state.student") == [(0,)]
    assert "Student" not in filled


def test_where_no_session_is_to_be_had_it_lands_without(state: State, filled: list[str]) -> None:
    resync = state.place()
    deliver_all(state, resync, DATA)
    role = f"lander_{uuid4().hex}"
    run = state.connection.execute
    run(
        f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1 IN ROLE pg_read_all_data, pg_write_all_data, pg_maintain;"
        f"GRANT SET ON PARAMETER session_replication_role TO {role};"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}".encode()
    )
    try:
        with (
            Sessions(make_conninfo(state.url, user=role)) as sessions,
            sessions.landing(resync.id) as landing,
            LandingAhead(sessions, resync.id, state.catalog, 1) as lander,
        ):
            land_ready(landing, resync.id, state.catalog, lander=lander)
    finally:
        run(f"REVOKE SET ON PARAMETER session_replication_role FROM {role};".encode())
        run(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
    assert filled == []
    assert state.orders("created") == {"School": 2, "Student": 1, "Score": 2, "Bus": 1, "Month": 0}


def test_leaving_in_the_middle_undoes_what_was_filled_in_and_the_next_run_lands_it(state: State) -> None:
    resync = state.place("School", "Student")
    deliver_all(state, resync, DATA)
    with Sessions(state.url) as sessions:
        with pytest.raises(KeyboardInterrupt):
            land_one(state, resync.id, sessions)
        assert state.orders("state") == {"School": "landed", "Student": "delivered"}
        assert state.rows("SELECT count(*)::int FROM state.student") == [(0,)]
        assert state.rows(LOCKS) == [(0,)]
        with sessions.landing(resync.id) as landing, LandingAhead(sessions, resync.id, state.catalog, 1) as lander:
            land_ready(landing, resync.id, state.catalog, lander=lander)
    assert state.orders("created") == {"School": 2, "Student": 1}


def test_leaving_while_nothing_is_asked_of_the_database_does_not_wait_for_a_turn(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    resync = state.place("School", "Student")
    deliver_all(state, resync, DATA)
    under_way = Event()

    def slowly(cursor: object, task: Task, **how: bool) -> Filled:
        under_way.set()
        time.sleep(1)  # as where batches are decoded: there is no statement that could be cancelled
        return fill_in_place(cursor, task, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(ahead_module, "fill_in_place", slowly)

    def leave() -> None:
        with Sessions(state.url) as sessions, suppress(KeyboardInterrupt):
            land_one(state, resync.id, sessions)

    thread = Thread(target=leave, daemon=True)
    thread.start()
    assert under_way.wait(20)
    thread.join(20)
    assert not thread.is_alive()
    assert state.rows("SELECT count(*)::int FROM state.student") == [(0,)]
    assert state.rows(LOCKS) == [(0,)]


def test_cancelling_ends_a_landing_in_whatever_session_it_is(state: State) -> None:
    resync = state.place("School", "Student")
    deliver_all(state, resync, DATA)
    failure: list[BaseException] = []
    with state.connection.transaction(), Sessions(state.url) as sessions:
        state.connection.execute("LOCK TABLE state.student")  # what is filled in waits for this
        with sessions.landing(resync.id) as landing, LandingAhead(sessions, resync.id, state.catalog, 1) as lander:

            def land() -> None:
                backlog = Backlog()
                backlog.reading_ended()
                try:
                    land_all(landing, resync.id, state.catalog, backlog, lander)
                except BaseException as error:  # noqa: BLE001 - it is looked at below
                    failure.append(error)

            thread = Thread(target=land)
            thread.start()
            wait_until(lambda: state.orders("state")["School"] == "landed")
            assert thread.is_alive()
            landing.cancel_safe(timeout=5)
            lander.cancel()
            thread.join(20)
            assert not thread.is_alive()
    assert isinstance(failure[0], DatabaseError)
    assert state.orders("state")["Student"] == "delivered"
