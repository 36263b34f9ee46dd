"""A resync that a district's own agent reads: what it delivers is landed here, and the resync ended."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from upstate.catalog import Catalog
from upstate.cli.memory import hold_little
from upstate.cli.progress import Watcher
from upstate.hub.backlog import Backlog
from upstate.hub.districts import district_of_resync
from upstate.hub.holding import standing
from upstate.hub.landing_ahead import LandingAhead
from upstate.hub.landing_loop import land_ready
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.postgres import Connection
from upstate.hub.rehearsals import rehearse_all
from upstate.hub.removals import remove_asked
from upstate.hub.reports import ObjectRun, resync_runs
from upstate.hub.running_resyncs import begin_resync, finish_resync
from upstate.hub.sessions import Sessions

_LOOK_AGAIN = 0.1  # seconds
_SEE_AGAIN = 0.25


def land_delivered(
    sessions: Sessions, placed: PlacedResync, catalog: Catalog, watcher: Watcher, linger: Linger | None = None
) -> tuple[str, tuple[ObjectRun, ...]]:
    """Land what is delivered of a resync, under its zone's lock, until it ends; how it stands, and what became of it.

    With `linger`, also return, as "running", once nothing came for so long: then whoever holds the lock next goes on.
    So it does where the resync is paused or cancelled. What the watcher raises stops it, as in run_placed.
    """
    hold_little()
    begin_resync(placed.id)
    backlog = Backlog()
    with (
        sessions.looking() as looking,
        sessions.landing(placed.id) as landing,
        LandingAhead(sessions, placed.id, catalog) as ahead,
    ):
        lander = _Lander(sessions.url, landing, placed, catalog, backlog, linger, ahead)
        thread = threading.Thread(target=lander.land, name="lander")
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_SEE_AGAIN)
                watcher.see(placed.id, lambda: resync_runs(looking, placed.id))
        except BaseException as error:
            backlog.stop(error)
            if not landing.closed:
                landing.cancel_safe(timeout=5)
            ahead.cancel()
            raise
        finally:
            thread.join()
        if backlog.error is not None:
            raise backlog.error
        remove_asked(looking, placed.id, catalog)
        watcher.see(placed.id, lambda: resync_runs(looking, placed.id))  # what it raises must not follow the end
        state = finish_resync(placed.id)
        runs = resync_runs(looking, placed.id)
    return state, runs


@dataclass(slots=True)
class Linger:
    """For how many seconds what an agent delivers next is waited for; then, whether that was `in_vain`."""

    seconds: float
    in_vain: bool = False


class _Lander:
    """Lands in a thread of its own, so that the watcher is asked also while an object lands for long."""

    def __init__(
        self,
        database_url: str,
        connection: Connection,
        placed: PlacedResync,
        catalog: Catalog,
        backlog: Backlog,
        linger: Linger | None,
        ahead: LandingAhead,
    ) -> None:
        self._url = database_url
        self._connection = connection
        self._placed = placed
        self._catalog = catalog
        self._backlog = backlog
        self._linger = linger
        self._ahead = ahead

    def land(self) -> None:
        """Land until all is settled, nothing came for long, or someone said stop; what goes wrong is kept."""
        try:
            self._land()
        except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that waits
            self._backlog.stop(error)

    def _land(self) -> None:
        moved = time.monotonic()
        waited = came = False
        while self._backlog.error is None:
            hold, unsettled = standing(self._connection, self._placed.id)
            if hold or not unsettled:
                return
            if self._placed.rehearsal:
                if self._rehearse(unsettled):
                    return
            elif land_ready(self._connection, self._placed.id, self._catalog, self._backlog, self._ahead):
                moved = time.monotonic()
                came |= waited
                continue
            if self._linger is not None and time.monotonic() - moved > self._linger.seconds:
                self._linger.in_vain = waited and not came
                return
            waited = True
            time.sleep(_LOOK_AGAIN)

    def _rehearse(self, unsettled: int) -> bool:
        """A rehearsal is one transaction: it begins when everything is delivered."""
        runs = resync_runs(self._connection, self._placed.id)
        if sum(run.state == "delivered" for run in runs) < unsettled:
            return False
        self._backlog.reading_ended()
        district = district_of_resync(self._placed.id)
        rehearse_all(self._connection, self._url, self._placed.id, district, self._catalog, self._backlog)
        return True
