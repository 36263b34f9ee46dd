"""Resyncs are placed whole, found again, and run one at a time for each zone and year."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import transaction
from tests.hub.state import State

from upstate.errors import DatabaseError, PlanError
from upstate.hub.placing_resyncs import place_resync
from upstate.hub.resync_queue import unfinished_resync
from upstate.hub.running_resyncs import finish_resync, start_resync
from upstate.hub.zone_lock import zone_lock
from upstate.planning import Plan, make_plan

# The server holds other tests' databases too, and what works in them is to live on.
_END_OUR_HOLDERS = """
SELECT pg_terminate_backend(pid)
FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_a_resync_is_placed_with_an_order_for_each_object_in_the_plans_order(state: State) -> None:
    placed = state.place("Student", "Month", check_dependencies=True)
    assert placed.objects == ("School", "Month", "Student")
    assert state.rows("SELECT object, position, school_year, state FROM hub_order ORDER BY position") == [
        ("School", 0, None, "waiting"),
        ("Month", 1, 2024, "waiting"),
        ("Student", 2, None, "waiting"),
    ]
    assert state.rows("SELECT mode, chosen, objects, check_dependencies, asked_by, state FROM hub_resync") == [
        ("partial", ["Month", "Student"], ["School", "Month", "Student"], True, "Dana", "running")
    ]


def test_a_resync_that_cannot_be_placed_whole_is_not_placed_at_all(state: State) -> None:
    state.connection.execute("ALTER TABLE hub_order ADD CHECK (object <> 'Student')")
    with pytest.raises(DatabaseError):
        state.place("School", "Student")
    assert state.rows("SELECT count(*) FROM hub_resync") == [(0,)]


def test_a_plan_without_steps_is_not_placed(state: State) -> None:
    with pytest.raises(PlanError):
        place_resync(Plan("Lakeside", 2024, "partial", (), ()), state.district.zone_id, asked_by="Dana")


def test_an_unfinished_resync_is_found_again_and_knows_its_plan(state: State) -> None:
    assert unfinished_resync(state.district.zone_id, 2024) is None
    placed = state.place("School", "Student")
    found = unfinished_resync(state.district.zone_id, 2024)
    assert found == placed
    assert found.is_for(make_plan(state.catalog, ["student", "school"], state.district.zone))
    assert not found.is_for(make_plan(state.catalog, ["school"], state.district.zone))
    assert unfinished_resync(state.district.zone_id, 2023) is None


def test_the_start_of_a_resync_that_goes_on_stays(state: State) -> None:
    placed = state.place("School")
    start_resync(placed.id)
    before = state.rows("SELECT started_at FROM hub_resync")
    start_resync(placed.id)
    assert state.rows("SELECT started_at FROM hub_resync") == before
    assert before != [(None,)]


def test_a_resync_ends_once_and_keeps_its_end(state: State) -> None:
    placed = state.place("School")
    assert finish_resync(placed.id) == "running"
    state.connection.execute("UPDATE hub_order SET state = 'landed', finished_at = now()")
    assert finish_resync(placed.id) == "finished"
    ended = state.rows("SELECT finished_at FROM hub_resync")
    assert finish_resync(placed.id) == "finished"
    assert state.rows("SELECT finished_at FROM hub_resync") == ended
    assert transaction.get_autocommit()


def test_a_zone_and_year_is_held_by_one_command_at_a_time(state: State) -> None:
    waits, entered = Event(), Event()

    def second() -> None:
        with zone_lock(state.url, state.district.zone_id, 2024, waits.set):
            entered.set()

    with zone_lock(state.url, state.district.zone_id, 2024, lambda: None):
        thread = Thread(target=second)
        thread.start()
        assert waits.wait(5)
        assert not entered.is_set()
    assert entered.wait(5)
    thread.join()


def test_another_year_or_zone_does_not_wait(state: State) -> None:
    def refuse() -> None:
        raise AssertionError("it waited")

    zone = state.district.zone_id
    with (
        zone_lock(state.url, zone, 2024, refuse),
        zone_lock(state.url, zone, 2023, refuse),
        zone_lock(state.url, zone + 1, 2024, refuse),
    ):
        pass


def test_the_lock_of_a_command_that_died_is_free(state: State) -> None:
    taken = Event()
    with zone_lock(state.url, state.district.zone_id, 2024, lambda: None):
        state.connection.execute(_END_OUR_HOLDERS)
        with zone_lock(state.url, state.district.zone_id, 2024, lambda: None):
            taken.set()
    assert taken.is_set()
