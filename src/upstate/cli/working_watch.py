"""What a worker minds while a resync runs: that it still has the zone's lock, and whether the run is to be left."""

from __future__ import annotations

import logging
import threading
import time

from upstate.cli.progress import Look
from upstate.hub.holding import held_back, quiet
from upstate.hub.zone_lock import ZoneLock

_LOOK_FOR_HOLD = 2.0  # seconds

_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The worker was told to stop, or the resync is held back; what runs is gone on with by the next one."""


class Watch:
    """Keeps the zone's lock, and ends a run when the worker is told to stop."""

    def __init__(self, lock: ZoneLock, stop: threading.Event, resync: int, zone: int | None) -> None:
        """With a zone, its quiet hours end a run too; a district's own agent is not given orders in them."""
        self._lock = lock
        self._stop = stop
        self._resync = resync
        self._zone = zone
        self._confirm_at = 0.0
        self._look_at = 0.0

    def say(self, line: str) -> None:
        """A line for the log."""
        _log.info("%s", line)

    def see(self, resync: int, look: Look) -> None:  # noqa: ARG002
        """Called a few times a second while the resync runs."""
        if self._stop.is_set():
            raise StoppedError("the worker stopped")
        now = time.monotonic()
        if now >= self._confirm_at:
            self._lock.confirm()
            self._confirm_at = now + self._lock.confirm_every
        if now >= self._look_at:
            self._look_at = now + _LOOK_FOR_HOLD
            if hold := held_back(self._resync):
                raise StoppedError(f"it was {hold}")
            if self._zone is not None and quiet(self._zone) is not None:
                raise StoppedError("quiet hours began")
