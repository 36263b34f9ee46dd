"""The hub's disk is full when an agent delivers: it says so, waits, and goes on once there is room."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
from tests.hub.serving import connect_agent
from tests.hub.state import State
from tests.hub.test_agent_program import Authority, configured, district, ended, hub, queued, running
from tests.waiting import wait_until

from upstate.hub.postgres import DISK_FULL

__all__ = ["district", "hub"]  # fixtures


def goes_on_once_there_is_room(
    state: State, hub: str, authority: Authority, district: Path, folder: Path, make_room: Callable[[], object]
) -> None:
    """An agent that may claim and not deliver until there is room; nothing is half done before or after."""
    file = configured(folder, hub, authority, connect_agent(state), district)
    with running(file) as said:
        resync = queued(state, "School", "Student")
        wait_until(lambda: DISK_FULL in said, "the agent does not say that the disk is full")
        time.sleep(1.0)
        assert said.count(DISK_FULL) == 1, "once is enough"
        assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]
        assert state.orders("state") == {"School": "reading", "Student": "reading"}
        assert state.orders("records") == {"School": 0, "Student": 0}
        make_room()
        wait_until(lambda: ended(state, resync))
    assert state.orders("created") == {"School": 3, "Student": 4}
    assert state.orders("failed") == {"School": 0, "Student": 1}
    assert state.rows("SELECT state FROM hub_resync") == [("finished",)]
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]


def test_what_a_full_disk_has_no_room_for_is_sent_again_once_it_has(
    small_disk: Path, state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    run = state.connection.execute
    run("ALTER TABLE hub_batch SET TABLESPACE small")
    run("CREATE TABLE filler (text text) TABLESPACE small")
    with suppress(psycopg.errors.DiskFull):
        while True:
            run("INSERT INTO filler SELECT repeat(md5(random()::text), 30) FROM generate_series(1, 100)")
    assert any(small_disk.iterdir())
    goes_on_once_there_is_room(state, hub, authority, district, tmp_path, lambda: run("DROP TABLE filler"))


def test_whatever_the_server_says_53100_of_is_a_full_disk(
    state: State, hub: str, authority: Authority, district: Path, tmp_path: Path
) -> None:
    state.connection.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
    )
    state.connection.execute(
        "CREATE TRIGGER full_disk BEFORE INSERT ON hub_batch FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )

    def make_room() -> None:
        state.connection.execute("DROP TRIGGER full_disk ON hub_batch")

    goes_on_once_there_is_room(state, hub, authority, district, tmp_path, make_room)
