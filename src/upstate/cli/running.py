"""Where agent, hub and loading meet for a command: check, place, run to the end, or go on where one died."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from upstate.cli.caller import who
from upstate.cli.progress import Silent, Watcher
from upstate.cli.running_agents import land_delivered
from upstate.cli.running_here import run_placed
from upstate.cli.sources import source_of
from upstate.hub.districts import KnownDistrict
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.placing_resyncs import place_resync
from upstate.hub.planned import Planned
from upstate.hub.reports import ObjectRun
from upstate.hub.resync_queue import next_resync, queued_followers, unfinished_resync
from upstate.hub.sessions import Sessions
from upstate.hub.zone_lock import zone_lock
from upstate.planning import Asked

Run = Callable[[PlacedResync], tuple[str, tuple[ObjectRun, ...]]]


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
