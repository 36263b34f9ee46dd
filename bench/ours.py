"""Ours: the commands that a user would run, in processes of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.counters import Counted, count
from bench.place import EDITION, NAME, YEAR, Place
from bench.watching import BenchError, Command, Run, run
from bench.wire import agent_over_https

WIRE_STATE = "state_wire"
AWAY = 0.04  # seconds, as from one end of a large state to the other, through a network or two
_EMPTY = "state_empty"
_LAST_VERIFICATION = """
select extract(epoch from finished_at - started_at)::float8 from hub_verification order by id desc limit 1
"""
_BYTES = "bytes carried: "  # as bench.carried says it


@dataclass(frozen=True, slots=True)
class Resync:
    """A resync that ran: the command, what it reported, what the server counted meanwhile."""

    run: Run
    report: dict[str, Any]
    counted: Counted

    @property
    def records(self) -> int:
        """How many records it delivered."""
        return sum(each["processed"] for each in self.report["objects"])

    @property
    def changed(self) -> int:
        """How many rows it says it wrote or removed at the state."""
        return sum(each.get(v, 0) for each in self.report["objects"] for v in ("created", "updated", "deleted"))

    @property
    def around(self) -> float:
        """Seconds before and after the resync itself: Python's start, the hub's, the report."""
        return self.run.seconds - float(self.report["seconds"])


def state_of(source: str) -> str:
    """The state's database for a district that is read there."""
    return f"state_{source}"


def prepare_hub(place: Place) -> None:
    """A state that knows no district yet, for others to be made like it."""
    place.fresh_database(_EMPTY)
    _upstate(place, _EMPTY, "hub", "init")


def prepare_state(place: Place, source: str, database: str | None = None) -> None:
    """A new state, in `database` or the source's own, that knows the district and holds nothing of it."""
    database = database or state_of(source)
    place.fresh_database(database, like=_EMPTY)
    of_year = ("--year", str(YEAR), "--edition", EDITION)
    _upstate(place, database, "district", "add", NAME, "--source", place.source(source), *of_year)


def resync(place: Place, source: str, *, everything: bool) -> Resync:
    """Resync all objects, as a user would; send every record, or only what differs."""
    return _resync(place, state_of(source), *(["--everything"] if everything else []))


def resync_over_https(place: Place, source: str) -> Resync:
    """Resync all objects into `WIRE_STATE`, of a district that an agent of its own reads, over HTTPS on loopback.

    The agent and the hub's door run already, as they would; what they hold is not among the processes of the run.
    """
    with agent_over_https(place, WIRE_STATE, source):
        return _resync(place, WIRE_STATE)


def resync_from_afar(place: Place, source: str) -> Resync:
    """Resync all objects again, of a district whose agent is `AWAY` seconds there and back from the hub."""
    with agent_over_https(place, WIRE_STATE, source, round_trip=AWAY):
        return _resync(place, WIRE_STATE)


def _resync(place: Place, database: str, *how: str) -> Resync:
    before = count(place, database)
    done = _upstate(place, database, "resync", NAME, "--all", "--json", *how)
    return Resync(done, json.loads(done.said[0]), count(place, database) - before)


def verify(place: Place, source: str) -> Resync:
    """Verify all objects, as a user would; told as a resync that writes nothing."""
    before = count(place, state_of(source))
    done = _upstate(place, state_of(source), "verify", NAME, "--json")
    objects = [{**each, "processed": each["district_count"]} for each in json.loads(done.said[0])["objects"]]
    with place.connect(state_of(source)) as connection:
        ((seconds,),) = connection.execute(_LAST_VERIFICATION).fetchall()
    return Resync(done, {"objects": objects, "seconds": seconds}, count(place, state_of(source)) - before)


def carried(place: Place, source: str, *, everything: bool) -> int:
    """Resync all objects; how many bytes went to the door and back."""
    program = [sys.executable, "-m", "bench.carried", "resync", NAME, "--all", "--json"]
    environment = {**os.environ, **_around(place, state_of(source))}
    done = subprocess.run(
        [*program, *(["--everything"] if everything else [])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    found = re.search(rf"{_BYTES}(\d+)$", done.stderr, re.MULTILINE)
    if done.returncode or found is None:
        raise BenchError(f"counting bytes: {done.stderr.strip().splitlines()[-1:]}")
    return int(found[1])


def _upstate(place: Place, database: str, *arguments: str) -> Run:
    program = Path(sys.executable).with_name("upstate")
    return run([Command("upstate", [program, *arguments], _around(place, database))], place.postmaster)


def _around(place: Place, database: str) -> dict[str, str]:
    return {"UPSTATE_HOME": str(place.folder / "home"), "UPSTATE_DATABASE_URL": place.url(database)}
