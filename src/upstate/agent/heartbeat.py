"""Tells the hub again and again, while objects are read, that this agent is still there."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType

from upstate.agent.https_door import HttpsDoor
from upstate.errors import UpstateError


class Heartbeat:
    """A thread that beats as long as the block lasts.

    What the hub answers does not matter here: an order that has moved on is refused at the agent's next word about it.
    """

    def __init__(self, door: HttpsDoor, every: float) -> None:
        self._door = door
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="upstate-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End; a beat that is on its way is not waited for long."""
        self._over.set()
        self._thread.join(1.0)

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            for order in self._door.claimed:
                with suppress(UpstateError):
                    self._door.beat(order)
