"""A second thread that compares: at work with the district's twin while the first has its snapshot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeVar

from upstate.agent.sources import Snapshot, twin_of

T = TypeVar("T")


class Beside:
    """Works with the twin of a snapshot, one thing at a time; never, where the snapshot has none."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._thread = ThreadPoolExecutor(1, "upstate-comparing")
        self._open = ExitStack()
        self._twin = self._thread.submit(lambda: self._open.enter_context(twin_of(snapshot)))
        self._last: Future[Any] | None = None

    def begin(self, work: Callable[[Snapshot], T]) -> Future[T] | None:
        """Begin with this, if it can be begun at once."""
        if not self._twin.done() or self._twin.exception() is not None or (self._last and not self._last.done()):
            return None
        twin = self._twin.result()
        if twin is None:
            return None
        begun = self._thread.submit(work, twin)
        self._last = begun
        return begun

    def close(self) -> None:
        """Wait for what it is at, and close the twin in the thread that opened it."""
        self._thread.submit(self._open.close)
        self._thread.shutdown()
