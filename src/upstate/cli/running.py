"""Where agent, hub and loading meet for a command: check, place, run to the end, or go on where one died."""

from __future__ import annotations

import getpass
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from upstate.agent.round import run_round
from upstate.agent.sources import Source
from upstate.catalog import Catalog
from upstate.cli.memory import hold_little
from upstate.cli.progress import Silent, Watcher
from upstate.cli.running_agents import land_delivered
from upstate.cli.sources import source_of
from upstate.errors import DatabaseError
from upstate.hub.backlog import Backlog
from upstate.hub.districts import KnownDistrict, district_of_resync
from upstate.hub.door import InProcessDoor
from upstate.hub.landing_loop import land_all
from upstate.hub.planned import Planned
from upstate.hub.postgres import Connection
from upstate.hub.rehearsals import rehearse_all
from upstate.hub.removals import remove_asked
from upstate.hub.reports import ObjectRun, resync_runs
from upstate.hub.resyncs import (
    PlacedResync,
    finish_resync,
    next_resync,
    place_resync,
    queued_followers,
    start_resync,
    unfinished_resync,
)
from upstate.hub.sessions import Sessions
from upstate.hub.zone_lock import zone_lock
from upstate.planning import Asked

Run = Callable[[PlacedResync], tuple[str, tuple[ObjectRun, ...]]]

_LOOK_AGAIN = 0.5  # seconds between two looks at how a resync stands


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a resync ended: "finished", or "failed" where an object failed as a whole; `seconds` are this command's.

    `followers` went on from it, with what the roots had held back that it landed.
    """

    resync: int
    district: KnownDistrict
    school_year: int
    state: str
    runs: tuple[ObjectRun, ...]
    seconds: float
    followers: tuple[Outcome, ...] = ()


def run_resync(
    database_url: str,
    planned: Planned,
    *,
    check_dependencies: bool = True,
    everything: bool = False,
    rehearse: bool = False,
    asked: Asked | None = None,
    remove_leftovers: bool = False,
    watcher: Watcher | None = None,
) -> Outcome:
    """Run a planned resync to its end, waiting for another of the same zone and year.

    Unless `everything` is to be sent, objects that the state has are compared and what differs is sent. To `rehearse`
    is to do all of it and write nothing. Of what was `asked` for, only those records are sent. With `remove_leftovers`
    rows at the state that the district no longer has go at the end, as far as the state's limits let them.

    One that a dead command left is finished first; where it is the one planned, that is all there is to do. Nothing
    is placed where the source lacks what the plan needs (SourceError).
    """
    watcher = watcher or Silent()
    began = time.monotonic()
    district, plan = planned.district, planned.plan
    run = _runner(database_url, planned, watcher)
    with zone_lock(
        database_url,
        district.zone_id,
        plan.school_year,
        lambda: watcher.say(
            f"Another command is running a resync of {district.name} for {plan.school_year}; waiting for it to end."
        ),
    ):
        left = unfinished_resync(district.zone_id, plan.school_year)
        how: dict[str, Any] = {
            "everything": everything,
            "rehearse": rehearse,
            "asked": asked,
            "remove_leftovers": remove_leftovers,
        }
        if left is not None and left.is_for(plan, **how):
            going = "Beginning rehearsal {} anew" if rehearse else "Going on with resync {}"
            watcher.say(f"{going.format(left.id)}, which was interrupted.")
            placed = left
        else:
            if left is not None:
                other = "Rehearsal {}" if left.rehearsal else "Resync {} of something else"
                watcher.say(f"{other.format(left.id)} was interrupted; finishing it first.")
                run(left)
                _follow(run, left, district, watcher)
            asked_by = who()
            placed = place_resync(
                plan,
                district.zone_id,
                asked_by=asked_by,
                check_dependencies=check_dependencies,
                **how,
            )
        state, runs = run(placed)
        followers = _follow(run, placed, district, watcher)
    for year in queued_followers([placed.id, *(each.resync for each in followers)]):
        with zone_lock(database_url, district.zone_id, year, lambda: None):
            while (queued := next_resync(district.zone_id, year)) is not None:
                followers.append(_followed(run, queued, district, watcher))
    return Outcome(placed.id, district, plan.school_year, state, runs, time.monotonic() - began, tuple(followers))


def _follow(run: Run, placed: PlacedResync, district: KnownDistrict, watcher: Watcher) -> list[Outcome]:
    """Run what goes on from a resync in its own year, and from that, under the zone's lock."""
    ended: list[Outcome] = []
    before = placed.id
    while (following := unfinished_resync(district.zone_id, placed.school_year)) and following.follows == before:
        ended.append(_followed(run, following, district, watcher))
        before = following.id
    return ended


def _followed(run: Run, following: PlacedResync, district: KnownDistrict, watcher: Watcher) -> Outcome:
    began = time.monotonic()
    watcher.say(f"Going on with what was held back (resync {following.id}).")
    state, runs = run(following)
    return Outcome(following.id, district, following.school_year, state, runs, time.monotonic() - began)


def _runner(database_url: str, planned: Planned, watcher: Watcher) -> Run:
    """What runs a resync of this district: the agent in this process, or, elsewhere, one of its own."""
    catalog, district = planned.catalog, planned.district
    if district.remote:
        watcher.say(f"{district.name} is read by an agent of its own; waiting for what it delivers.")

        def follow(placed: PlacedResync) -> tuple[str, tuple[ObjectRun, ...]]:
            with Sessions(database_url) as sessions:
                return land_delivered(sessions, placed, catalog, watcher)

        return follow
    source = source_of(district.source_url, district.mapping, catalog)
    source.check([catalog[name] for name in planned.plan.objects])
    return lambda placed: run_placed(database_url, placed, catalog, source, watcher)


def run_placed(
    database_url: str, placed: PlacedResync, catalog: Catalog, source: Source, watcher: Watcher
) -> tuple[str, tuple[ObjectRun, ...]]:
    """Run a placed resync to its end, under its zone's lock; how it ended, and what became of each object.

    What the watcher raises stops it: whatever had landed stays, and it can be gone on with.
    """
    hold_little()
    start_resync(placed.id)
    district = district_of_resync(placed.id)
    with (
        Sessions(database_url) as sessions,
        sessions.looking() as looking,
        sessions.landing(placed.id) as landing,
        InProcessDoor(database_url, placed.id, catalog, backlog := _backlog(placed)) as door,
    ):

        def read() -> None:
            run_round(door, source, catalog)
            backlog.reading_ended()

        def land() -> None:
            if placed.rehearsal:
                rehearse_all(landing, database_url, placed.id, district, catalog, backlog)
            else:
                land_all(landing, placed.id, catalog, backlog)

        threads = (_started("agent", read, backlog), _started("lander", land, backlog))
        try:
            while any(thread.is_alive() for thread in threads):
                threads[-1].join(_LOOK_AGAIN)
                watcher.see(placed.id, lambda: resync_runs(looking, placed.id))
        except BaseException as error:
            backlog.stop(error)
            _cancel(landing)
            raise
        finally:
            for thread in threads:
                thread.join()
        if backlog.error is not None:
            raise backlog.error
        remove_asked(looking, placed.id, catalog)
        state = finish_resync(placed.id)
        runs = resync_runs(looking, placed.id)
        watcher.see(placed.id, lambda: runs)
    if state == "running":
        left = ", ".join(run.object for run in runs if not run.settled)
        raise DatabaseError(f"Resync {placed.id} has not ended: {left}. Run the same command again to go on.")
    return state, runs


def _backlog(placed: PlacedResync) -> Backlog:
    """A rehearsal lands only when all is read, so nothing that is kept can be waited for."""
    return Backlog(sys.maxsize) if placed.rehearsal else Backlog()


def _started(name: str, work: Callable[[], None], backlog: Backlog) -> threading.Thread:
    """A thread whose failure stops the others."""

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that waits
            backlog.stop(error)

    thread = threading.Thread(target=guarded, name=name)
    thread.start()
    return thread


def _cancel(connection: Connection) -> None:
    if not connection.closed:
        connection.cancel_safe(timeout=5)


def who() -> str:
    """Who runs this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
