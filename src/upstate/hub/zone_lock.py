"""One resync per zone and year at a time: the lock that whoever runs it holds for as long as they live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import sql

from upstate.hub.postgres import Connection, connect, database_errors, statement

_LOOK_AGAIN = 0.5  # seconds
SILENCE = 120.0  # seconds after which the server takes a worker's lock back, as from one that was stopped


class ZoneLock:
    """A zone and year that a worker holds; it must be confirmed every `confirm_every` seconds, or the server takes it
    back."""

    def __init__(self, connection: Connection, confirm_every: float) -> None:
        self._connection = connection
        self.confirm_every = confirm_every

    def confirm(self) -> None:
        """Tell the server that we are still there; DatabaseError where the lock is lost."""
        with database_errors():
            self._connection.execute("SELECT")


@contextmanager
def try_zone_lock(
    database_url: str, zone: int, school_year: int, silence: float = SILENCE
) -> Iterator[ZoneLock | None]:
    """Hold a zone and year if nobody does; None where someone does. Confirm it within `silence` seconds, ever again."""
    with connect(database_url) as connection:
        with database_errors():
            connection.execute(sql.SQL("SET idle_session_timeout = {}").format(f"{silence * 1000:.0f}ms"))
            row = connection.execute(statement("try_zone_lock"), _key(zone, school_year)).fetchone()
        yield ZoneLock(connection, silence / 6) if row is not None and row[0] else None


@contextmanager
def zone_lock(database_url: str, zone: int, school_year: int, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold a zone and year, waiting for whoever holds it now; `on_wait` is called once, when there is a wait.

    It is a session's lock: PostgreSQL gives it back when the holder's connection ends, however that happens.
    """
    key = _key(zone, school_year)
    with connect(database_url) as connection:
        waited = False
        while True:
            with database_errors():
                row = connection.execute(statement("try_zone_lock"), key).fetchone()
            if row is not None and row[0]:
                break
            if not waited:
                on_wait()
                waited = True
            time.sleep(_LOOK_AGAIN)
        yield


def _key(zone: int, school_year: int) -> dict[str, str]:
    return {"name": f"upstate resync of zone {zone} in {school_year}"}
