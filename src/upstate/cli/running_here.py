"""A resync whose source is read here: agent and lander in this process, each in a thread of its own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from upstate.agent.round import run_round
from upstate.agent.sources import Source
from upstate.catalog import Catalog
from upstate.cli.memory import hold_little
from upstate.cli.progress import Watcher
from upstate.errors import DatabaseError
from upstate.hub.backlog import Backlog
from upstate.hub.districts import district_of_resync
from upstate.hub.in_process_door import InProcessDoor
from upstate.hub.landing_ahead import LandingAhead
from upstate.hub.landing_loop import land_all
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.postgres import Connection
from upstate.hub.rehearsals import rehearse_all
from upstate.hub.removals import remove_asked
from upstate.hub.reports import ObjectRun, resync_runs
from upstate.hub.running_resyncs import finish_resync, start_resync
from upstate.hub.sessions import Sessions

_LOOK_AGAIN = 0.5  # seconds between two looks at how a resync stands


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
        LandingAhead(sessions, placed.id, catalog) as lander,
        InProcessDoor(database_url, placed.id, catalog, backlog := _backlog(placed)) as door,
    ):

        def read() -> None:
            run_round(door, source, catalog)
            backlog.reading_ended()

        def land() -> None:
            if placed.rehearsal:
                rehearse_all(landing, database_url, placed.id, district, catalog, backlog)
            else:
                land_all(landing, placed.id, catalog, backlog, lander)

        threads = (_started("agent", read, backlog), _started("lander", land, backlog))
        try:
            while any(thread.is_alive() for thread in threads):
                threads[-1].join(_LOOK_AGAIN)
                watcher.see(placed.id, lambda: resync_runs(looking, placed.id))
        except BaseException as error:
            backlog.stop(error)
            _cancel(landing)
            lander.cancel()
            raise
        finally:
            for thread in threads:
                thread.join()
        if backlog.error is not None:
            raise backlog.error
        remove_asked(looking, placed.id, catalog)
        watcher.see(placed.id, lambda: resync_runs(looking, placed.id))  # what it raises must not follow the end
        state = finish_resync(placed.id)
        runs = resync_runs(looking, placed.id)
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
