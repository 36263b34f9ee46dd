"""How far delivering may run ahead of landing: one account of kept bytes, shared by the door and the lander."""

from __future__ import annotations

import threading

MOST_BYTES = 256 << 20
_PATIENCE = 60.0  # seconds a delivery waits before it looks again


class Backlog:
    """The bytes that are kept and not landed yet, by order, and which orders wait to land; safe between threads.

    A delivery waits while there is too much, but only as long as something waits to land: an order larger than the
    limit must still get through. Once `stop` was called, every wait ends by raising the error it was given.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._changed = threading.Condition()
        self._bytes: dict[int, int] = {}
        self._delivered: set[int] = set()
        self._reading = True
        self._news = 0
        self._error: BaseException | None = None

    def add(self, order: int, size: int) -> None:
        """So many bytes more (or, below zero, fewer) are kept of an order."""
        with self._changed:
            self._bytes[order] = self._bytes.get(order, 0) + size
            self._changed.notify_all()

    def delivered(self, order: int) -> None:
        """Everything of an order is kept; it waits to land."""
        with self._changed:
            self._delivered.add(order)
            self._news += 1
            self._changed.notify_all()

    def settled(self, order: int) -> None:
        """An order landed or failed; nothing of it is kept any more."""
        with self._changed:
            self._bytes.pop(order, None)
            self._delivered.discard(order)
            self._news += 1
            self._changed.notify_all()

    def reading_ended(self) -> None:
        """Nothing more will be delivered."""
        with self._changed:
            self._reading = False
            self._news += 1
            self._changed.notify_all()

    def stop(self, error: BaseException) -> None:
        """Whoever waits, or comes to wait, gets this error; the first one given stays."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    @property
    def error(self) -> BaseException | None:
        """What stopped it, if anything did."""
        return self._error

    def wait_for_room(self) -> bool:
        """Wait until more may be kept: true. False after a minute of waiting, to let the caller renew its lease."""
        with self._changed:
            room = self._changed.wait_for(lambda: self._error is not None or self._has_room(), _PATIENCE)
            self._raise()
            return room

    @property
    def reading(self) -> bool:
        """Whether more may still be delivered."""
        return self._reading

    @property
    def news(self) -> int:
        """Rises whenever something may have become ready to land; see `wait_for_news`."""
        return self._news

    def wait_for_news(self, seen: int) -> None:
        """Wait until there is more news than was seen."""
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or self._news > seen)
            self._raise()

    def _has_room(self) -> bool:
        return not self._delivered or sum(self._bytes.values()) < self._most

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
