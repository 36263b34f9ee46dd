"""A worker: runs the resyncs that were asked for on a page, takes up those that another left, and does the chores."""

from __future__ import annotations

import logging
import platform
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version

from django.db import connections

from upstate.agent.losing import MOST_LOSSES, Losses, lost_again, why_given_up
from upstate.cli.memory import look_for_garbage
from upstate.cli.printing import count
from upstate.cli.running_agents import Linger, land_delivered
from upstate.cli.running_here import run_placed
from upstate.cli.sources import source_of
from upstate.cli.turns import AT_ONCE, Turns
from upstate.cli.working_verifications import work_at_verification
from upstate.cli.working_watch import StoppedError, Watch
from upstate.errors import DatabaseError, FencedError, LostSourceError, UpstateError
from upstate.hub.agents import note_line, note_seen
from upstate.hub.chores import CHORES
from upstate.hub.districts import KnownDistrict, all_districts, district_of_zone
from upstate.hub.failing import give_up_reading
from upstate.hub.holding import end_cancelled, quiet
from upstate.hub.in_force import catalog_in_force
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.postgres import connect
from upstate.hub.reports import ObjectRun
from upstate.hub.resync_queue import next_resync, waiting_zones
from upstate.hub.running_resyncs import fail_resync
from upstate.hub.sessions import Sessions
from upstate.hub.verifications import next_verification
from upstate.hub.zone_lock import SILENCE, ZoneLock, try_zone_lock

_LOOK_AGAIN = 0.5  # seconds
_AFTER_TROUBLE = 5.0
_SEEN_EVERY = 20.0
_LOOK_FOR_QUIET = 5.0

_log = logging.getLogger(__name__)


class Worker:
    """Looks for work until it is told to stop; as many resyncs at once as it is allowed, each in a thread."""

    def __init__(self, database_url: str, *, at_once: int = AT_ONCE, silence: float = SILENCE) -> None:
        """After `silence` seconds without a word of ours, the server gives what we run to another worker."""
        self._url = database_url
        self._sessions = Sessions(database_url)
        self._silence = silence
        self._at_once = at_once
        self._stop = threading.Event()
        self._running: dict[tuple[int, int], threading.Thread] = {}
        self._turns = Turns(at_once)
        self._losses: dict[int, Losses] = {}
        self._due = dict.fromkeys((chore.name for chore in CHORES), 0.0)
        self._seen = 0.0

    def stop(self) -> None:
        """Stop soon: nothing new is begun, and what runs is left for the next worker to go on with."""
        self._stop.set()

    def work(self) -> None:
        """Work until `stop`. A database that is away for a while is waited for."""
        look_for_garbage()
        while not self._stop.is_set():
            try:
                self._look()
                pause = _LOOK_AGAIN
            except DatabaseError as error:
                _log.warning("%s", error.message)
                connections.close_all()
                pause = _AFTER_TROUBLE
            self._stop.wait(pause)
        for thread in list(self._running.values()):
            thread.join()
        self._sessions.close()
        connections.close_all()

    def _look(self) -> None:
        self._running = {zone: thread for zone, thread in self._running.items() if thread.is_alive()}
        now = time.monotonic()
        if now >= self._seen:
            mine = (each.id for each in all_districts() if not each.remote)
            note_seen(mine, f"in-process on {platform.node()}", version("upstate"))
            self._seen = now + _SEEN_EVERY
        seats = max(0, self._at_once - len(self._running))
        for zone in self._turns.choose(waiting_zones(), self._running, seats, now):
            thread = threading.Thread(target=self._serve, args=zone, name=f"zone {zone[0]} {zone[1]}")
            self._running[zone] = thread
            thread.start()
        for chore in CHORES:
            if now >= self._due[chore.name]:
                self._due[chore.name] = now + chore.every
                chore.do()

    def _serve(self, zone: int, school_year: int) -> None:
        """Run what is next in a zone and year, unless another process does; every error ends here."""
        rest = _AFTER_TROUBLE
        try:
            with try_zone_lock(self._url, zone, school_year, self._silence) as lock:
                # without a lock, another process is at it
                rest = _LOOK_AGAIN * 4 if lock is None else self._take(lock, zone, school_year)
        except DatabaseError as error:
            _log.warning("%s", error.message)
        finally:
            self._turns.rest((zone, school_year), time.monotonic() + rest)
            connections.close_all()

    def _take(self, lock: ZoneLock, zone: int, school_year: int) -> float:
        """Take what is next, a verification or a resync; for how long the zone is then left alone, in seconds."""
        verification, district = next_verification(zone, school_year), district_of_zone(zone)
        if verification is not None:
            work_at_verification(self._url, lock, district, verification, self._stop)
            return 0.0
        for resync, by in end_cancelled(zone, school_year):
            note_line(district.id, f"Ended the resync that {by} cancelled. What had landed stays.", resync=resync)
        if not district.remote and (until := quiet(zone)) is not None:
            return min(_LOOK_FOR_QUIET, (until - datetime.now(UTC)).total_seconds())
        placed = next_resync(zone, school_year)
        return 0.0 if placed is None else self._run(lock, district, placed)

    def _run(self, lock: ZoneLock, district: KnownDistrict, placed: PlacedResync) -> float:
        """Run a resync; returns for how long its zone is then left alone, in seconds."""
        if not (district.remote and placed.begun):
            self._tell(district, placed, f"Began a {_name(placed)} of {count(len(placed.objects), 'object')}.")
        try:
            state, runs = self._carry_out(lock, district, placed)
        except (StoppedError, FencedError) as why:
            said = "it moved on without it" if isinstance(why, FencedError) else str(why)
            self._tell(district, placed, f"Left the resync: {said}. It goes on there, or later.")
            return _AFTER_TROUBLE
        except DatabaseError:
            raise
        except LostSourceError as error:
            return self._again_or_give_up(district, placed, error)
        except UpstateError as error:
            self._fail(district, placed, error.message)
        except Exception as error:  # noqa: BLE001 - a resync that cannot end would be tried for ever
            _log.exception("resync %s", placed.id)
            self._fail(district, placed, f"Upstate met an error of its own ({type(error).__name__}); its log has more.")
        else:
            if state == "running":  # its agent has more to deliver
                return 0.0
            errors = sum(run.counts.errors for run in runs)
            processed = sum(run.counts.processed for run in runs)
            said = f"The {_name(placed)} {state}: {count(processed, 'record')}, {count(errors, 'error')}."
            self._tell(district, placed, said, went_wrong=state == "failed")
        self._losses.pop(placed.id, None)
        return 0.0

    def _carry_out(
        self, lock: ZoneLock, district: KnownDistrict, placed: PlacedResync
    ) -> tuple[str, tuple[ObjectRun, ...]]:
        catalog = catalog_in_force()
        watch = Watch(lock, self._stop, placed.id, None if district.remote else district.zone_id)
        if district.remote:
            zone = (district.zone_id, placed.school_year)
            linger = Linger(self._turns.linger(zone))
            ended = land_delivered(self._sessions, placed, catalog, watch, linger)
            if linger.in_vain:
                self._turns.lingered_in_vain(zone)
            return ended
        source = source_of(district.source_url, district.mapping, catalog)
        source.check([catalog[name] for name in placed.objects if name in catalog])
        return run_placed(self._url, placed, catalog, source, watch)

    def _again_or_give_up(self, district: KnownDistrict, placed: PlacedResync, error: LostSourceError) -> float:
        """A source that was lost on the way may be back in a moment; what it does not give, however often, fails."""
        losses = self._losses[placed.id] = lost_again(self._losses.get(placed.id, Losses()), error.order, error.records)
        if not losses.too_many:
            line = f"The source was lost, attempt {losses.times} of {MOST_LOSSES}: {error.message}"
            note_line(district.id, line, resync=placed.id, went_wrong=True)
            return _AFTER_TROUBLE * losses.times
        del self._losses[placed.id]
        if losses.order is None:
            self._fail(district, placed, error.message)
            return 0.0
        line = why_given_up(losses, error.message)
        with connect(self._url) as connection:
            give_up_reading(connection, catalog_in_force(), losses.order, line)
        note_line(district.id, line, resync=placed.id, went_wrong=True)
        return 0.0

    @staticmethod
    def _tell(district: KnownDistrict, placed: PlacedResync, line: str, *, went_wrong: bool = False) -> None:
        """A line for the district's agent log and for ours; one that a source or a server wrote is not for ours."""
        note_line(district.id, line, resync=placed.id, went_wrong=went_wrong)
        _log.info("%s", line, extra={"district": district.id, "resync": placed.id})

    @staticmethod
    def _fail(district: KnownDistrict, placed: PlacedResync, message: str) -> None:
        note_line(district.id, message, resync=placed.id, went_wrong=True)
        fail_resync(placed.id, message)
        _log.warning("The resync failed.", extra={"district": district.id, "resync": placed.id})


def _name(placed: PlacedResync) -> str:
    return "rehearsal" if placed.rehearsal else "resync"
