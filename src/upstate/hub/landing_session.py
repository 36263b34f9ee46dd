"""The session in which a resync lands: known to the server by its name, and one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from upstate.hub.postgres import Connection, connect, database_errors, statement


@contextmanager
def landing_session(database_url: str, resync: int) -> Iterator[Connection]:
    """A connection to land this resync over, for the block. Call it under the zone's lock.

    Whoever held that lock before and fell silent, as a process that was stopped does, may still be in the middle of a
    landing, and would keep the district waiting for as long as it is stopped: its session is ended, and it finds its
    connection lost when it goes on.
    """
    name = f"upstate landing {resync}"
    with connect(database_url) as connection:
        with database_errors():
            connection.execute(sql.SQL("SET application_name = {}").format(name))
            connection.execute(statement("end_other_landings"), {"name": name})
        yield connection
