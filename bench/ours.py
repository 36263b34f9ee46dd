"""Ours: the commands that a user would run, in processes of their own."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.counters import Counted, count
from bench.place import EDITION, NAME, YEAR, Place
from bench.watching import Command, Run, run

_EMPTY = "state_empty"


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
        return sum(each[verdict] for each in self.report["objects"] for verdict in ("created", "updated", "deleted"))

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


def prepare_state(place: Place, source: str) -> None:
    """A new state that knows the district and holds nothing of it."""
    place.fresh_database(state_of(source), like=_EMPTY)
    of_year = ("--year", str(YEAR), "--edition", EDITION)
    _upstate(place, state_of(source), "district", "add", NAME, "--source", place.source(source), *of_year)


def resync(place: Place, source: str, *, everything: bool) -> Resync:
    """Resync all objects, as a user would; send every record, or only what differs."""
    before = count(place, state_of(source))
    done = _upstate(
        place, state_of(source), "resync", NAME, "--all", "--json", *(["--everything"] if everything else [])
    )
    return Resync(done, json.loads(done.said[0]), count(place, state_of(source)) - before)


def _upstate(place: Place, database: str, *arguments: str) -> Run:
    program = Path(sys.executable).with_name("upstate")
    around = {"UPSTATE_HOME": str(place.folder / "home"), "UPSTATE_DATABASE_URL": place.url(database)}
    return run([Command("upstate", [program, *arguments], around)], place.postmaster)
