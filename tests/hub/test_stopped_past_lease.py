"""A process that is stopped past its lease and goes on: another has taken its work, and its late writes are refused."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from tests.hub.serving import connect_agent, served
from tests.hub.state import State, deliver_all
from tests.waiting import wait_until

from upstate.agent.configuration import AgentConfiguration
from upstate.agent.hub_client import HubAddress
from upstate.agent.running import run_agent
from upstate.hub.running_resyncs import start_resync

LEASE = 2
STUDENTS = 100_000  # four batches
Authority = tuple[Path, Path]


@contextmanager
def process(log: Path, *words: str, **around: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Upstate as a process, ended after the block however it stands."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    with log.open("wb") as out:
        line = [sys.executable, "-m", "upstate", *words]
        started = subprocess.Popen(line, env={**clean, **around}, stdout=out, stderr=out)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def district(tmp_path: Path) -> Path:
    path = tmp_path / "lakeside.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE school (id INTEGER, name TEXT)")
        made.executemany("INSERT INTO school VALUES (?, 'school')", ((n,) for n in range(STUDENTS)))
    made.close()
    return path


@pytest.mark.slow
def test_an_agent_stopped_past_its_lease_has_its_late_writes_refused(
    state: State, authority: Authority, district: Path, tmp_path: Path
) -> None:
    first, second = connect_agent(state), connect_agent(state)
    resync = state.place("School")
    start_resync(resync.id)
    state.connection.execute("UPDATE hub_order SET everything = true")
    with served(state.url, authority) as hub:
        settings.UPSTATE_LEASE_SECONDS = LEASE
        file = tmp_path / "upstate-agent.toml"
        file.write_text(f'[hub]\nurl = "{hub}"\nca = "{authority[0]}"\n[source]\nurl = "{district}"\n')
        log = tmp_path / "agent.log"
        with psycopg.connect(state.url) as holding:
            holding.execute("LOCK TABLE hub_batch IN SHARE ROW EXCLUSIVE MODE")  # no delivery gets through
            with process(log, "agent", "run", "--config", str(file), UPSTATE_AGENT_KEY=first) as stopped:
                wait_until(lambda: waits_for_batches(state), "the agent does not deliver")
                stopped.send_signal(signal.SIGSTOP)
                holding.rollback()
                wait_until(lambda: held(state) == 1, "what had come is not kept")
                told = AgentConfiguration(HubAddress(hub, ca=authority[0]), second, None, str(district), None)
                wait_until(lambda: delivered_by_another(state, told), "nobody takes over")
                before = kept(state)
                assert [number for number, _ in before] == [0, 1, 2, 3]
                assert state.orders("epoch") == {"School": 2}
                stopped.send_signal(signal.SIGCONT)
                refused = "The order for School has moved on: its epoch is 2, not 1. Nothing was changed."
                wait_until(lambda: refused in log.read_text(), "the late write was not refused")
                assert kept(state) == before
                assert stopped.poll() is None  # it goes on asking for work


@pytest.mark.slow
def test_a_worker_stopped_in_the_middle_of_a_landing_holds_its_district_up_for_its_lease_and_no_longer(
    state: State, tmp_path: Path
) -> None:
    connect_agent(state)
    resync = state.place("School", "Student")
    rows = [{"id": n, "name": "school"} for n in range(3)]
    deliver_all(state, resync, {"School": rows})
    state.connection.execute("CREATE TABLE landed (id bigint)")
    state.connection.execute(
        """CREATE FUNCTION landed() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO landed VALUES (new.id); RETURN null; END'"""
    )
    state.connection.execute(
        """CREATE TRIGGER landed AFTER UPDATE ON hub_order FOR EACH ROW WHEN (new.state = 'landed')
        EXECUTE FUNCTION landed()"""
    )
    state.connection.execute("ALTER TABLE hub_order ENABLE ALWAYS TRIGGER landed")
    around = {"UPSTATE_HOME": str(tmp_path), "UPSTATE_DATABASE_URL": state.url, "UPSTATE_LEASE_SECONDS": str(LEASE)}
    with psycopg.connect(state.url) as holding:
        holding.execute("LOCK TABLE state.school IN ACCESS EXCLUSIVE MODE")
        with process(tmp_path / "first.log", "hub", "work", **around) as stopped:
            wait_until(lambda: lands(state), "it does not land")
            stopped.send_signal(signal.SIGSTOP)
            holding.rollback()
            with process(tmp_path / "second.log", "hub", "work", **around):
                wait_until(lambda: ended(state, resync.id), "the district is held up")
                stopped.send_signal(signal.SIGCONT)
                lost = "The connection to the state's PostgreSQL was lost"
                wait_until(lambda: lost in (tmp_path / "first.log").read_text(), "its late writes were not refused")
    assert state.orders("created") == {"School": 3, "Student": 0}
    assert state.rows("SELECT id FROM state.school ORDER BY id") == [(0,), (1,), (2,)]
    assert state.rows("SELECT count(*), count(DISTINCT id) FROM landed") == [(2, 2)]


def delivered_by_another(state: State, told: AgentConfiguration) -> bool:
    """Whether the order is delivered, after another agent's look for work."""
    run_agent(told, stop=threading.Event(), say=lambda _: None, once=True)
    return bool(state.orders("state")["School"] == "delivered")


def waits_for_batches(state: State) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE relation = 'hub_batch'::regclass AND NOT granted"
    return bool(state.rows(query)[0][0] > 0)


def lands(state: State) -> bool:
    """Whether someone who lands waits for the table."""
    query = "SELECT count(*) FROM pg_locks WHERE relation = 'state.school'::regclass AND NOT granted"
    return bool(state.rows(query)[0][0] > 0)


def ended(state: State, resync: int) -> bool:
    return state.rows("SELECT state FROM hub_resync WHERE id = %s", resync) == [("finished",)]


def held(state: State) -> int:
    return int(state.rows("SELECT count(*) FROM hub_batch")[0][0])


def kept(state: State) -> list[tuple[int, bytes]]:
    return [(number, bytes(digest)) for number, digest in state.rows("SELECT number, digest FROM hub_batch ORDER BY 1")]
