"""Agents that are not quite as a hub expects: newer, older, with another clock, with a source that comes and goes."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import JsonResponse
from tests.agent.sqlite_maker import SqliteMaker
from tests.hub.hub_process import serving
from tests.hub.serving import connect_agent, served
from tests.hub.state import State, schools
from tests.hub.visiting import Visitor, kept, visitor

from upstate.agent import running
from upstate.agent.checking import _clock
from upstate.agent.configuration import AgentConfiguration
from upstate.agent.hub_client import HubAddress
from upstate.agent.sources import Snapshot, Source, open_source
from upstate.catalog import SyncObject
from upstate.cli.sources import source_of
from upstate.errors import LostSourceError
from upstate.hub.agent_door import refusing
from upstate.hub.running_resyncs import start_resync
from upstate.wire import Batch

Authority = tuple[Path, Path]
SECONDS = 20.0  # for a hub to stop on a busy machine; a claim may wait 25 for work


@pytest.fixture
def lakeside(state: State) -> Visitor:
    return visitor(state)


@pytest.fixture
def district(state: State, tmp_path: Path) -> Path:
    maker = SqliteMaker(tmp_path / "lakeside.sqlite")
    maker.natives(state.catalog["School"], [(n, f"school {n}") for n in range(5)])
    return maker.path


def carry_out(state: State, hub: str, authority: Authority, district: Path) -> list[str]:
    """The agent, until there is nothing more to do; what it says."""
    said: list[str] = []
    told = AgentConfiguration(HubAddress(hub, ca=authority[0]), connect_agent(state), None, str(district), None)
    running.run_agent(told, stop=threading.Event(), say=said.append, once=True)
    return said


def test_members_that_only_a_newer_hub_answers_with_are_ignored(
    state: State, authority: Authority, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newer(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{name: newer(each) for name, each in value.items()}, "of_a_newer_hub": {"to": ["ignore"]}}
        return [newer(each) for each in value] if isinstance(value, list) else value

    monkeypatch.setattr(refusing, "JsonResponse", lambda body, **how: JsonResponse(newer(body), **how))
    start_resync(state.place("School").id)
    with served(state.url, authority) as hub:
        carry_out(state, hub, authority, district)
    assert state.orders("state") == {"School": "delivered"}
    assert state.orders("records") == {"School": 5}


def test_members_parameters_and_headers_that_only_a_newer_agent_sends_are_ignored(
    state: State, lakeside: Visitor
) -> None:
    start_resync(state.place("School").id)
    lakeside.headers |= {"Upstate-Of-A-Newer-Agent": "yes", "User-Agent": "upstate-agent/99.0"}
    more = {"version": "99.0", "of_a_newer_agent": {"to": ["ignore"]}}
    assert lakeside.ask("POST", "hello", more)[0] == 200
    order = lakeside.claim(**more)
    assert lakeside.deliver(order, schools(0), epoch=f"{order['epoch']}&of_a_newer_agent=1")[0] == 200
    of = f"orders/{order['id']}"
    epoch = f"epoch={order['epoch']}&of_a_newer_agent=1"
    assert lakeside.ask("POST", f"{of}/heartbeat?{epoch}", more)[0] == 200
    assert lakeside.ask("POST", f"{of}/finish?{epoch}&batches=1", more)[0] == 200
    assert state.rows("SELECT version FROM hub_agent") == [("99.0",)]
    assert state.orders("state") == {"School": "delivered"}


def test_a_batch_of_an_older_order_is_refused_once_a_newer_resync_asks_for_the_same(
    state: State, lakeside: Visitor
) -> None:
    start_resync(state.place("School").id)
    older = lakeside.claim()
    assert lakeside.ask("POST", f"orders/{older['id']}/fail?epoch={older['epoch']}", {"message": "gone"})[0] == 200
    state.connection.execute("UPDATE hub_resync SET state = 'failed', finished_at = now(), started_at = now()")
    start_resync(state.place("School").id)
    newer = lakeside.claim()
    before = kept(state)
    assert lakeside.deliver(older, schools(0))[1]["why"] == "fenced"
    assert kept(state) == before
    assert lakeside.deliver(newer, schools(0))[0] == 200


@pytest.mark.parametrize("hours", [-10_000, -1, 1, 10_000])
def test_an_agents_clock_decides_nothing_and_its_check_says_how_far_off_it_is(
    state: State, lakeside: Visitor, hours: int
) -> None:
    told = lakeside.ask("POST", "hello", {"time": (datetime.now(UTC) + timedelta(hours=hours)).isoformat()})[1]["time"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(told)) < timedelta(minutes=5)
    found = _clock((datetime.now(UTC) - timedelta(hours=hours)).isoformat())
    assert found.verdict == "mind"
    assert f"{abs(hours) * 3600:,} s {'ahead' if hours > 0 else 'behind'}" in found.line


class Flaky:
    """A source that is lost as soon as it is opened, so many times."""

    def __init__(self, source: Source, times: int) -> None:
        self._source = source
        self.left = times

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self._source.snapshot() as snapshot:
            if self.left:
                self.left -= 1
                raise LostSourceError("The district's database closed the connection after 10 minutes.")
            yield snapshot


@pytest.mark.parametrize(("times", "state_of_it"), [(2, "delivered"), (3, "failed")])
def test_a_source_that_drops_its_connection_is_read_again_and_one_that_stays_away_fails_its_order(
    state: State,
    authority: Authority,
    district: Path,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    state_of_it: str,
) -> None:
    monkeypatch.setattr(running, "_PAUSE", 0.01)
    monkeypatch.setattr(running, "open_source", lambda *told: Flaky(open_source(*told), times))
    start_resync(state.place("School").id)
    with served(state.url, authority) as hub:
        said = carry_out(state, hub, authority, district)
    assert state.orders("state") == {"School": state_of_it}
    assert sum("attempt" in line for line in said) == times
    if state_of_it == "failed":
        assert "closed the connection after 10 minutes" in state.orders("message")["School"]


class Short:
    """A source that ends its connections before an object that takes long has been read."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        with self._source.snapshot() as snapshot:
            yield ShortSnapshot(snapshot)


class ShortSnapshot:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        yield from self._snapshot.read(obj, school_year)
        if obj.name == "School":
            raise LostSourceError("The district's database closed the connection after 10 minutes.")


GIVEN_UP = (
    "The district's database closed the connection after 10 minutes. That was 3 times in a row, and never came further "
    "than 5 records. Have the source keep a connection for longer, and send the object again."
)


def test_an_object_that_takes_longer_than_its_source_keeps_a_connection_fails_and_the_round_goes_on(
    state: State, authority: Authority, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PAUSE", 0.01)
    monkeypatch.setattr(running, "open_source", lambda *told: Short(open_source(*told)))
    SqliteMaker(district).natives(state.catalog["Bus"], [(1, "bus")])
    start_resync(state.place("School", "Bus", "Student").id)
    with served(state.url, authority) as hub:
        said = carry_out(state, hub, authority, district)
    assert state.orders("state") == {"School": "failed", "Student": "failed", "Bus": "delivered"}
    assert state.orders("message")["School"] == GIVEN_UP
    assert sum("attempt" in line for line in said) == 3


def test_a_worker_gives_such_an_object_up_too_and_lands_the_others(
    state: State, district: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from upstate.cli import working

    for name in ("Bus", "Student"):
        SqliteMaker(district).natives(state.catalog[name], [])
    state.connection.execute("UPDATE hub_source SET url = %s", (str(district),))
    monkeypatch.setattr(working, "source_of", lambda *told: Short(source_of(*told)))
    state.place("Bus", "School", "Student")
    worker = working.Worker(state.url)
    zone, year = state.district.zone_id, 2024
    for _ in range(20):  # four, and one more where the server has not noticed yet that who held the lock has left
        worker._serve(zone, year)
        if state.rows("SELECT finished_at IS NOT NULL FROM hub_resync") == [(True,)]:
            break
    worker._sessions.close()
    assert state.orders("state") == {"School": "failed", "Student": "failed", "Bus": "landed"}
    assert state.orders("message")["School"] == GIVEN_UP
    assert state.rows("SELECT state FROM hub_resync") == [("failed",)], "it has ended"
    lines = [line for (line,) in state.rows("SELECT line FROM hub_agent_entry WHERE went_wrong ORDER BY id")]
    assert [line.partition(":")[0] for line in lines[:2]] == [f"The source was lost, attempt {n} of 3" for n in (1, 2)]
    assert lines[2] == GIVEN_UP


@pytest.mark.slow
def test_a_hub_with_agents_that_wait_for_work_stops_within_seconds(state: State, tmp_path: Path) -> None:
    key = connect_agent(state)
    with serving(state.url, tmp_path) as (process, port):
        lines = []
        for _ in range(3):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            body = json.dumps({"wait": 25})
            line.request("POST", "/agent/v1/claim", body, {"Authorization": f"Bearer {key}"})
            lines.append(line)
        time.sleep(0.5)  # so that they wait; were they not there yet, it would stop all the sooner
        began = time.monotonic()
        process.terminate()
        process.wait(SECONDS)
        assert time.monotonic() - began < SECONDS
        for line in lines:
            with suppress(OSError, http.client.HTTPException):
                line.getresponse().read()
            line.close()
