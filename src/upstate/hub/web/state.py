"""A view's connection to the state for the statements of the reports: lent from a small pool, given back after."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg_pool import ConnectionPool, PoolTimeout

from upstate.errors import DatabaseError
from upstate.hub.postgres import Connection, database_errors

MOST = 8
_PATIENCE = 10.0  # seconds

_lock = threading.Lock()
_pools: dict[str, ConnectionPool[Connection]] = {}


@contextmanager
def state_connection() -> Iterator[Connection]:
    """A connection that commits each statement by itself; DatabaseError where the state cannot be reached."""
    with database_errors():
        try:
            with _pool().connection(timeout=_PATIENCE) as connection:
                yield connection
        except PoolTimeout as error:
            raise DatabaseError("The state's PostgreSQL has no connection to spare just now. Try again.") from error


def close_pools() -> None:
    """Give every connection back to the server, as at the end of a process."""
    with _lock:
        while _pools:
            _pools.popitem()[1].close()


def _pool() -> ConnectionPool[Connection]:
    url: str = connections.settings["default"]["UPSTATE_URL"]
    with _lock:
        pool = _pools.get(url)
        if pool is None:
            pool = _pools[url] = ConnectionPool(
                url,
                # an acknowledged batch must survive the machine, whatever the server's own setting is
                kwargs={
                    "autocommit": True,
                    "application_name": "upstate-web",
                    "options": "-c synchronous_commit=on",
                },
                check=ConnectionPool.check_connection,
                min_size=0,
                max_size=MOST,
                max_idle=60,
                open=True,
            )
    return pool
