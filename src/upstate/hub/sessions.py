"""Sessions with the state's PostgreSQL, kept from one resync to the next; one in which a resync lands says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from upstate.hub.postgres import Connection, connect, database_errors, statement

_NOBODYS = "upstate"
# What a session keeps of its own (loading/temporary.py) no vacuum may freeze: one that lasted for months would bring
# the whole server near its wraparound.
_LASTS = 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class _Session:
    connection: Connection
    since: float

    @property
    def old(self) -> bool:
        return time.monotonic() - self.since > _LASTS


class Sessions:
    """Whoever needs a session gets one that was used before, or a new one. A new one has every table yet to learn of,
    which is a fifth of what landing a small district costs. Several threads may ask."""

    def __init__(self, database_url: str) -> None:
        self.url = database_url
        self._lock = threading.Lock()
        self._idle: list[_Session] = []

    def __enter__(self) -> Self:
        """Itself; leaving ends the sessions."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """End the sessions."""
        self.close()

    def close(self) -> None:
        """End the sessions that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.connection.close()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A session for the block."""
        with self._lent(_NOBODYS) as connection:
            yield connection

    @contextmanager
    def landing(self, resync: int) -> Iterator[Connection]:
        """A session to land this resync in, for the block. Call it under the zone's lock.

        Whoever held that lock before and fell silent, as a process that was stopped does, may still be in the middle of
        a landing, and would keep the district waiting for as long as it is stopped: its session is ended, and it finds
        its connection lost when it goes on.
        """
        name = _landing(resync)
        with self._lent(name) as connection:
            with database_errors():
                connection.execute(statement("end_other_landings"), {"name": name})
            yield connection

    @contextmanager
    def landing_too(self, resync: int) -> Iterator[Connection]:
        """One more session to land this resync in, for a block within that of `landing`; it is ended with that one."""
        with self._lent(_landing(resync)) as connection:
            yield connection

    @contextmanager
    def _lent(self, name: str) -> Iterator[Connection]:
        session = self._found(name)
        try:
            yield session.connection
        except BaseException:
            session.connection.close()
            raise
        self._take_back(session)

    def _take_back(self, session: _Session) -> None:
        connection = session.connection
        idle = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        if idle and not session.old:
            with suppress(psycopg.Error):
                _call(connection, _NOBODYS)
                with self._lock:
                    self._idle.append(session)
                return
        connection.close()

    @database_errors()
    def _found(self, name: str) -> _Session:
        """One that was used before and still answers, or a new one; now it is called so."""
        with self._lock:
            old, self._idle = [each for each in self._idle if each.old], [each for each in self._idle if not each.old]
        for each in old:
            each.connection.close()
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            session = _Session(connect(self.url), time.monotonic()) if kept is None else kept
            try:
                _call(session.connection, name)
            except psycopg.Error:
                session.connection.close()
                if kept is None:
                    raise
            else:
                return session


def _landing(resync: int) -> str:
    return f"upstate landing {resync}"


def _call(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("SET application_name = {}").format(name))
