"""A claim that waits at the hub for work is withdrawn when the agent is told to stop, so that it is answered at once.

The answer is waited for all the same: where the hub was just handing out an order, it comes with it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType

from upstate.agent.hub_client import HubClient
from upstate.errors import UpstateError

_LOOK_AGAIN = 0.2  # seconds


class Withdrawing:
    """A thread that watches, as long as the block lasts, whether the agent is to stop. Where the hub does not know the
    word, or is not there, the claim ends as it would have."""

    def __init__(self, client: HubClient, ticket: str) -> None:
        self._client = client
        self._ticket = ticket
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="upstate-withdrawing", daemon=True)

    def __enter__(self) -> Withdrawing:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """The claim is answered; a word that is on its way is not waited for long."""
        self._over.set()
        self._thread.join(1.0)

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_AGAIN):
            if self._client.stop.is_set():
                with suppress(UpstateError):
                    self._client.send("POST", "/withdraw", json={"ticket": self._ticket}, patient=False)
                return
