"""Which districts have work for their agents: looked up once for all who wait, however many they are."""

from __future__ import annotations

import threading
import time
from typing import Final

from django.db import connection as control
from django.db import connections

from upstate.hub.postgres import database_errors, statement

_FRESH_FOR: Final = 0.25  # seconds
_REMEMBERED: Final = 60.0

SOON: Final = 5  # seconds after which an agent that may not wait comes again, where few do
SELDOM: Final = 15
_COMING: Final = 12.0  # a second, of all that may not wait together


class Board:
    """What hangs out for agents to see; one for each database that the process serves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._districts: frozenset[int] = frozenset()
        self._turned_away: dict[int, float] = {}

    def has_work(self, district: int) -> bool:
        """Whether there may be something for this district's agent; no older than a moment."""
        with self._lock:
            if time.monotonic() - self._at > _FRESH_FOR:
                self._districts = _districts_to_read()
                self._at = time.monotonic()
            return district in self._districts

    def come_again(self, district: int) -> int:
        """After how many seconds this district's agent, which found nothing, is to come again; sooner where few do."""
        now = time.monotonic()
        with self._lock:
            self._turned_away[district] = now
            self._turned_away = {each: at for each, at in self._turned_away.items() if now - at < _REMEMBERED}
            return min(SELDOM, max(SOON, round(len(self._turned_away) / _COMING)))


_boards: dict[str, Board] = {}
_boards_lock = threading.Lock()


def board() -> Board:
    """The board of the database that this request is served from."""
    address: str = connections.settings["default"]["UPSTATE_URL"]
    with _boards_lock:
        return _boards.setdefault(address, Board())


@database_errors()
def _districts_to_read() -> frozenset[int]:
    with control.cursor() as cursor:
        cursor.execute(statement("districts_to_read").decode())
        return frozenset(district for (district,) in cursor.fetchall())
