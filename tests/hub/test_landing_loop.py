"""What is delivered lands in the plan's order; what needs a failed object is not judged against half data."""

from __future__ import annotations

from threading import Thread

import pytest
from tests.hub.state import State, batch, deliver_all, parcel, send

from upstate.errors import DatabaseError
from upstate.hub.backlog import Backlog
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.landing_loop import land_all, land_ready
from upstate.hub.postgres import connect
from upstate.hub.running_resyncs import finish_resync

SCHOOLS = [{"id": 1, "name": "North"}, {"id": 2, "name": "South"}]
STUDENTS = [{"id": 10, "name": "Ann", "school_id": 1}, {"id": 11, "name": "Bob", "school_id": 3}]


def test_a_whole_resync_lands_and_ends(state: State) -> None:
    send(state, {"School": SCHOOLS, "Student": STUDENTS}, "School", "Student")
    assert state.rows("SELECT id, name FROM state.school ORDER BY id") == [(1, "North"), (2, "South")]
    assert state.rows("SELECT id FROM state.student") == [(10,)]
    assert state.orders("created") == {"School": 2, "Student": 1}
    assert state.orders("failed") == {"School": 0, "Student": 1}
    assert state.rows("SELECT state FROM hub_resync") == [("finished",)]
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]


def test_a_child_that_is_delivered_first_waits_for_its_parent(state: State) -> None:
    resync = state.place("School", "Student")
    with InProcessDoor(state.url, resync.id, state.catalog) as door, connect(state.url) as connection:
        school, student = door.claim(), door.claim()
        assert school is not None
        assert student is not None
        door.deliver(student, parcel(0, batch(state, "Student", STUDENTS), 2))
        door.finish(student, 1)
        assert land_ready(connection, resync.id, state.catalog) == 0
        assert finish_resync(resync.id) == "running"
        door.deliver(school, parcel(0, batch(state, "School", SCHOOLS), 2))
        door.finish(school, 1)
        assert land_ready(connection, resync.id, state.catalog) == 2
    assert finish_resync(resync.id) == "finished"


def test_landing_follows_while_the_agent_goes_on_delivering(state: State) -> None:
    resync = state.place("School", "Student")
    backlog = Backlog()
    with InProcessDoor(state.url, resync.id, state.catalog, backlog) as door, connect(state.url) as connection:
        lander = Thread(target=land_all, args=(connection, resync.id, state.catalog, backlog), daemon=True)
        lander.start()
        while order := door.claim():
            door.finish(order, 0)
        backlog.reading_ended()
        lander.join(20)
        assert not lander.is_alive()
    assert set(state.orders("state").values()) == {"landed"}


def test_what_needs_a_failed_object_fails_with_it_and_everything_else_lands(state: State) -> None:
    resync = state.place("School", "Student", "Score", "Bus", "Month")
    deliver_all(state, resync, {"School": SCHOOLS, "Bus": [{"id": 7, "name": "Blue"}]})
    state.connection.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'no'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON state.school FOR EACH STATEMENT EXECUTE FUNCTION refuse();"
        "ALTER TABLE state.school ENABLE ALWAYS TRIGGER refuse"
    )
    with connect(state.url) as connection:
        land_ready(connection, resync.id, state.catalog)
    assert state.orders("state") == {
        "School": "failed",
        "Student": "failed",
        "Score": "failed",
        "Month": "failed",
        "Bus": "landed",
    }
    waits = "Waits for School, which failed. Mend that first, then send both."
    messages = state.orders("message")
    assert "School could not land" in messages.pop("School")
    assert messages == {"Student": waits, "Score": waits, "Month": waits, "Bus": ""}
    assert state.rows("SELECT id FROM state.bus") == [(7,)]
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]
    assert finish_resync(resync.id) == "failed"


def test_an_object_whose_parent_failed_while_it_was_read_fails_once_it_is_delivered(state: State) -> None:
    resync = state.place("School", "Student")
    with InProcessDoor(state.url, resync.id, state.catalog) as door, connect(state.url) as connection:
        school, student = door.claim(), door.claim()
        assert school is not None
        assert student is not None
        door.fail(school, "It cannot be read.")
        assert state.orders("state") == {"School": "failed", "Student": "reading"}
        door.finish(student, 0)
        assert land_ready(connection, resync.id, state.catalog) == 1
    assert state.orders("message")["Student"] == "Waits for School, which failed. Mend that first, then send both."


def test_what_needs_a_failed_object_only_through_one_that_is_not_sent_lands(state: State) -> None:
    send(state, {"School": SCHOOLS, "Student": STUDENTS}, "School", "Student")
    resync = state.place("School", "Score")
    with InProcessDoor(state.url, resync.id, state.catalog) as door, connect(state.url) as connection:
        school, score = door.claim(), door.claim()
        assert school is not None
        assert score is not None
        door.fail(school, "It cannot be read.")
        rows = [{"id": 1, "name": "A", "student_id": 10}]
        door.deliver(score, parcel(0, batch(state, "Score", rows), 1))
        door.finish(score, 1)
        land_ready(connection, resync.id, state.catalog)
    assert state.rows("SELECT student_id FROM state.score") == [(10,)]


def test_a_batch_that_cannot_be_read_fails_its_object_and_not_the_resync(state: State) -> None:
    resync = state.place("School", "Bus")
    with InProcessDoor(state.url, resync.id, state.catalog) as door, connect(state.url) as connection:
        while order := door.claim():
            payload = b"not Arrow" if order.object == "School" else batch(state, "Bus", [{"id": 1}])
            door.deliver(order, parcel(0, payload, 1))
            door.finish(order, 1)
        land_ready(connection, resync.id, state.catalog)
    assert state.orders("state") == {"School": "failed", "Bus": "landed"}
    assert "cannot be read as Arrow" in state.orders("message")["School"]


def test_a_lost_connection_fails_no_object_and_the_next_run_goes_on(state: State) -> None:
    resync = state.place("School")
    deliver_all(state, resync, {"School": SCHOOLS})
    with connect(state.url) as connection:
        state.connection.execute(b"SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        with pytest.raises(DatabaseError, match=r"lost\. Run the same command again to go on"):
            land_ready(connection, resync.id, state.catalog)
    assert state.orders("state") == {"School": "delivered"}
    with connect(state.url) as connection:
        assert land_ready(connection, resync.id, state.catalog) == 1
    assert state.orders("created") == {"School": 2}


def test_a_landing_that_someone_stops_fails_no_object(state: State) -> None:
    resync = state.place("School")
    deliver_all(state, resync, {"School": SCHOOLS})
    lock = "LOCK TABLE state.school IN ACCESS EXCLUSIVE MODE"
    raised: list[BaseException] = []
    with connect(state.url) as connection, state.connection.transaction():
        state.connection.execute(lock)

        def land() -> None:
            try:
                land_ready(connection, resync.id, state.catalog)
            except DatabaseError as error:
                raised.append(error)

        lander = Thread(target=land)
        lander.start()
        lander.join(0.5)
        assert lander.is_alive()
        connection.cancel_safe()
        lander.join(10)
    assert len(raised) == 1
    assert state.orders("state") == {"School": "delivered"}
