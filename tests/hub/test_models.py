"""The control tables: migrations add up to the models, and rules that stand in the database itself."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hub.state import State

from upstate.errors import DatabaseError
from upstate.planning import Counts, status_of


def test_the_migrations_add_up_to_the_models(state: State) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_django_finds_nothing_wrong_with_the_hub(state: State) -> None:
    call_command("check", fail_level="WARNING", verbosity=0)


def test_payloads_are_stored_as_they_came(state: State) -> None:
    query = "SELECT attstorage::text FROM pg_attribute WHERE attrelid = 'hub_batch'::regclass AND attname = 'payload'"
    assert state.rows(query) == [("e",)]


def test_a_zone_and_year_has_one_running_resync_and_any_number_of_ended_ones(state: State) -> None:
    state.place("School")
    with pytest.raises(DatabaseError, match="one_running_resync_per_zone_and_year"):
        state.place("School")
    state.connection.execute("UPDATE hub_resync SET state = 'finished', finished_at = now()")
    state.place("School")
    state.connection.execute("UPDATE hub_resync SET state = 'failed', finished_at = now() WHERE state = 'running'")
    state.place("School")
    assert state.rows("SELECT count(*) FROM hub_resync") == [(3,)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE hub_order SET state = 'somewhere'",
        "UPDATE hub_order SET state = 'landed'",  # without finished_at
        "UPDATE hub_order SET state = 'delivered'",  # without its batches
        "UPDATE hub_resync SET state = 'finished'",  # without finished_at
        "UPDATE hub_resync SET mode = 'half'",
        "UPDATE hub_order SET position = 0",  # two at one place
    ],
)
def test_the_database_refuses_what_cannot_be(state: State, change: str) -> None:
    state.place("School", "Student")
    with pytest.raises(psycopg.errors.IntegrityError):
        state.connection.execute(change.encode())


def test_a_rejection_is_kept_once_even_where_its_year_is_unknown(state: State) -> None:
    resync = state.place("School")
    insert = (
        b"INSERT INTO hub_rejection (district_id, object, key, reason, verdict, message, advice, root_object, root_key,"
        b" root_reason, first_seen_id, last_seen_id, first_seen_at, last_seen_at)"
        b" VALUES (%s, 'School', '{1,NULL}', 'x', 'failed', '', '', 'School', '{1,NULL}', 'x', %s, %s, now(), now())"
    )
    state.connection.execute(insert, (state.district.id, resync.id, resync.id))
    with pytest.raises(psycopg.errors.UniqueViolation):
        state.connection.execute(insert, (state.district.id, resync.id, resync.id))


_AMOUNT = st.integers(min_value=0, max_value=500)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(created=_AMOUNT, unchanged=_AMOUNT, failed=st.integers(0, 6), excluded=st.integers(0, 6))
def test_the_history_view_and_the_planner_agree_on_status(
    state: State, created: int, unchanged: int, failed: int, excluded: int
) -> None:
    if not state.rows("SELECT 1 FROM hub_order"):
        state.place("School")
    counts = Counts(created=created, unchanged=unchanged, failed=failed, excluded=excluded)
    state.connection.execute(
        b"UPDATE hub_order SET state = 'landed', finished_at = now(), created = %s, unchanged = %s, failed = %s,"
        b" excluded = %s",
        (created, unchanged, failed, excluded),
    )
    assert state.rows("SELECT processed, errors, status FROM dis_batch_history") == [
        (counts.processed, counts.errors, status_of(counts).value)
    ]


def test_the_history_view_has_a_row_for_every_object_of_every_resync(state: State) -> None:
    state.place("School", "Student")
    state.connection.execute("UPDATE hub_order SET state = 'failed', finished_at = now() WHERE object = 'Student'")
    query = "SELECT district, school_year, object, status, mode, asked_by FROM dis_batch_history ORDER BY position"
    assert state.rows(query) == [
        ("Lakeside", 2024, "School", "gray", "partial", "Dana"),
        ("Lakeside", 2024, "Student", "red", "partial", "Dana"),
    ]
