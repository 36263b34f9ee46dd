"""One resync per zone and year at a time: the lock that the running command holds for as long as it lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from upstate.hub.postgres import connect, database_errors, statement

_LOOK_AGAIN = 0.5  # seconds


@contextmanager
def zone_lock(database_url: str, zone: int, school_year: int, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold a zone and year, waiting for whoever holds it now; `on_wait` is called once, when there is a wait.

    It is a session's lock: PostgreSQL gives it back when the holder's connection ends, however that happens.
    """
    key = {"name": f"upstate resync of zone {zone} in {school_year}"}
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
