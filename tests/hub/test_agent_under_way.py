"""A real agent, over HTTPS, at a real hub that slows it down: held up, sent away, quiet, paused, resumed, cancelled."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.hub.hub_process import program, serving
from tests.hub.serving import connect_agent
from tests.hub.state import State, batch
from tests.waiting import wait_until

from upstate.hub.backlog import MOST_BYTES
from upstate.hub.models import Person
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.placing_resyncs import queue_resync
from upstate.planning import make_plan

pytestmark = pytest.mark.slow
A_WHILE = 3.0  # in which an agent and a worker would have done it, had they been let
ALL = {"School": 3, "Student": 2, "Score": 1}


@dataclass
class House:
    """A hub and a worker, each a process of its own; the district's agent is one too, once it is called."""

    state: State
    log: Path
    call_agent: Callable[[], None]

    def hold(self, wish: str, resync: PlacedResync) -> str:
        """Pause, resume or cancel it, as its page and its command do."""
        from upstate.hub.holding import WISHES, hold_resync
        from upstate.hub.models import District

        (wanted,) = (each for each in WISHES if each == wish)
        lakeside = District.objects.select_related("zone").get(pk=self.state.district.id)
        return hold_resync(lakeside, resync.id, wanted, by="Dana", person=None)

    def queue(self, *objects: str) -> PlacedResync:
        """Ask for a resync that begins when those before it have ended."""
        plan = make_plan(self.state.catalog, objects, self.state.district.zone)
        return queue_resync(plan, self.state.district.zone_id, person=Person.objects.get(name="Olga"))

    @contextmanager
    def delivering(self) -> Iterator[PlacedResync]:
        """A resync whose first batch has come to the hub, and waits there until the end of the block."""
        resync = self.state.place(*ALL)
        begun = "SELECT 1 FROM hub_resync WHERE id = %s AND state = 'running' AND started_at IS NOT NULL"
        self.wait_until(lambda: bool(self.state.rows(begun, resync.id)), "it does not begin")
        with psycopg.connect(self.state.url) as holding:
            holding.execute("LOCK TABLE hub_batch IN SHARE ROW EXCLUSIVE MODE")
            self.call_agent()
            query = (
                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'hub_batch'::regclass "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            self.wait_until(lambda: bool(self.state.rows(query)), "nothing is delivered")
            yield resync

    @contextmanager
    def no_landing(self) -> Iterator[None]:
        """Nothing of Lakeside lands before the end of the block."""
        with psycopg.connect(self.state.url) as holding:
            lock = "SELECT pg_advisory_xact_lock(hashtext('upstate.landing'), %s)"
            holding.execute(lock, (self.state.district.id,))
            yield

    def wait_until(self, so: Callable[[], bool], what: str) -> None:
        """Wait for it."""
        try:
            wait_until(so)
        except AssertionError as error:
            raise AssertionError(f"{what}; the agent said:\n{self.said()}") from error

    def said(self) -> str:
        """What the agent has said so far."""
        return self.log.read_text()

    def hears(self, line: str) -> None:
        """Wait until the agent says it."""
        self.wait_until(lambda: line in self.said(), f"it does not say {line!r}")

    def orders(self, resync: PlacedResync, column: str = "state") -> dict[str, Any]:
        """A column of a resync's orders, by object."""
        query = f"SELECT object, {column} FROM hub_order WHERE resync_id = %s"
        return dict(self.state.rows(query, resync.id))

    def ended(self, resync: PlacedResync) -> str:
        """How a resync ended, once it has."""

        def how() -> str:
            return str(self.state.rows("SELECT state FROM hub_resync WHERE id = %s", resync.id)[0][0])

        self.wait_until(lambda: how() in ("finished", "failed"), f"it does not end: {self.orders(resync)}")
        return how()

    def whole(self, resync: PlacedResync) -> None:
        """It ended with every record at the state once, and nothing is kept of it."""
        assert self.ended(resync) == "finished"
        assert self.orders(resync, "created") == {name: ALL[name] for name in self.orders(resync)}
        assert self.state.rows("SELECT (SELECT count(*) FROM state.school), (SELECT count(*) FROM state.student)") == [
            (3, 2)
        ]
        kept = "SELECT 1 FROM hub_batch JOIN hub_order ON hub_order.id = order_id WHERE resync_id = %s"
        assert self.state.rows(kept, resync.id) == []


@pytest.fixture
def house(state: State, authority: tuple[Path, Path], tmp_path: Path) -> Iterator[House]:
    source = tmp_path / "lakeside.sqlite"
    with closing(sqlite3.connect(source)) as made:
        made.executescript(
            """
            CREATE TABLE school (id INTEGER, name TEXT);
            INSERT INTO school VALUES (1, 'North'), (2, 'South'), (3, 'West');
            CREATE TABLE student (id INTEGER, name TEXT, school_id INTEGER);
            INSERT INTO student VALUES (10, 'Ann', 1), (11, 'Ben', 2);
            CREATE TABLE score (id INTEGER, name TEXT, student_id INTEGER);
            INSERT INTO score VALUES (100, 'A', 10);
            """
        )
    key, file, log = connect_agent(state), tmp_path / "upstate-agent.toml", tmp_path / "agent.log"
    around = {"UPSTATE_HOME": str(tmp_path), "UPSTATE_DATABASE_URL": state.url}
    with ExitStack() as stack:
        stack.enter_context(program(tmp_path / "worker.log", "hub", "work", **around))
        _, port = stack.enter_context(serving(state.url, tmp_path, authority))
        file.write_text(f'[hub]\nurl = "https://localhost:{port}"\nca = "{authority[0]}"\n[source]\nurl = "{source}"\n')
        agents = []

        def call_agent() -> None:
            run = program(log, "agent", "run", "--config", str(file), UPSTATE_AGENT_KEY=key)
            agents.append(stack.enter_context(run))

        yield House(state, log, call_agent)
        (agent,) = agents
        assert agent.poll() is None, f"the agent has ended:\n{log.read_text()}"
        agent.terminate()  # it may be waiting at the hub for work; told to stop, it takes its claim back
        assert agent.wait(10.0) == 0
    assert "Traceback" not in log.read_text() + (tmp_path / "worker.log").read_text()


def test_a_resync_that_is_paused_in_the_middle_goes_no_further_until_it_is_resumed(house: House) -> None:
    with house.delivering() as resync:
        assert house.hold("pause", resync) == (
            f"Resync {resync.id} is paused. "
            "What an agent has in hand, two objects at most, is read to its end; then nothing until it is resumed."
        )
    house.wait_until(lambda: house.orders(resync)["Student"] == "delivered", "what was handed out does not arrive")
    time.sleep(A_WHILE)
    assert house.orders(resync) == {"School": "delivered", "Student": "delivered", "Score": "waiting"}
    house.hold("resume", resync)
    house.whole(resync)


def test_a_resync_that_is_cancelled_in_the_middle_ends_and_its_agent_goes_on_with_the_next(house: House) -> None:
    with house.delivering() as resync:
        assert house.hold("cancel", resync).startswith(f"Resync {resync.id} is being cancelled.")
        following = house.queue("School", "Student")
    assert house.ended(resync) == "failed"
    assert set(house.orders(resync, "message").values()) == {
        "Cancelled by Dana. What had landed before stays as it is."
    }
    house.whole(following)
    assert house.state.rows("SELECT count(*) FROM hub_batch") == [(0,)]


def test_quiet_hours_that_begin_in_the_middle_are_told_and_waited_for(house: House) -> None:
    with house.delivering() as resync:
        house.state.connection.execute("UPDATE hub_zone SET district_quiet = '00:00-24:00'")
    house.hears("Quiet hours: nothing is handed out until ")
    ended = ("delivered", "landed")
    assert house.orders(resync)["School"] in ended, "what was begun is sent to its end"
    time.sleep(A_WHILE)
    assert house.orders(resync)["Student"] in ended, "and what had been handed out by then"
    assert house.orders(resync)["Score"] == "waiting"
    assert house.said().count("Quiet hours:") == 1
    house.state.connection.execute("UPDATE hub_zone SET district_quiet = ''")
    house.whole(resync)


def test_an_agent_that_asked_too_often_waits_as_it_is_told_and_goes_on(house: House) -> None:
    house.call_agent()
    house.hears("works for")
    sent_away = "UPDATE hub_agent_key SET requests = 3000, counted_from = now() - interval '55 seconds'"
    house.state.connection.execute(sent_away)
    resync = house.state.place("School", "Student")
    house.hears("A district may ask 3000 times a minute, with all its keys together.")
    ((requests,),) = house.state.rows("SELECT requests FROM hub_agent_key")
    assert 3000 < requests < 3010, "it comes again once it is told to, and not before"
    house.whole(resync)


def test_an_agent_waits_with_what_the_hub_has_no_room_for_until_something_has_landed(house: House) -> None:
    with house.no_landing():
        fill_up(house.state)
        house.call_agent()
        resync = house.state.place("School", "Student")
        house.hears("The hub keeps as much of this district as it may until some of it has landed.")
        time.sleep(A_WHILE)
        assert house.orders(resync) == {"School": "delivered", "Student": "reading"}
        assert house.orders(resync, "records") == {"School": 3, "Student": 0}, "nothing of it is kept"
        leased = "SELECT lease_until > now() FROM hub_order WHERE object = 'Student' AND resync_id = %s"
        assert house.state.rows(leased, resync.id) == [(True,)], "it waits, and is still there"
    house.whole(resync)


def fill_up(state: State) -> None:
    """Another year's resync, paused, of which as much is kept as may be."""
    payload = batch(state, "School", [])
    (row,) = state.rows(
        "INSERT INTO hub_resync "
        "(zone_id, school_year, mode, chosen, objects, check_dependencies, asked_by, state, started_at, hold) VALUES "
        "(%s, 2023, 'partial', '{School}', '{School}', true, 'Dana', 'running', now(), 'paused') RETURNING id",
        state.district.zone_id,
    )
    size = 16 << 20
    (order,) = state.rows(
        "INSERT INTO hub_order (resync_id, position, object, state, epoch, batches, started_at, delivered_at) "
        "VALUES (%s, 0, 'School', 'delivered', 1, %s, now(), now()) RETURNING id",
        row[0],
        MOST_BYTES // size,
    )
    state.connection.execute(
        "INSERT INTO hub_batch (order_id, number, records, digest, payload) "
        "SELECT %s, number, 0, %s, convert_to(repeat('x', %s), 'UTF8') FROM generate_series(1, %s) AS number",
        (order[0], payload[:16], size, MOST_BYTES // size),
    )
