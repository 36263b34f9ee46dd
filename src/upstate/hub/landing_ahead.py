"""While an order of a resync lands, the next large one is filled in, in a session of its own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from upstate.catalog import Catalog
from upstate.errors import DatabaseError
from upstate.hub.next_orders import next_to_fill
from upstate.hub.postgres import Connection
from upstate.hub.sessions import Sessions
from upstate.loading.ahead import Ahead
from upstate.loading.landing import land
from upstate.loading.task import Task

LARGE = 50_000  # records
_CANCEL_AGAIN = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class _Filling:
    ahead: Ahead
    connection: Connection
    ending: Future[None]


class LandingAhead:
    """Lands one order after the other of one resync, as `land` does; for the block. Only `cancel` is for other threads.

    Two more sessions are lent, once they are needed: one may be landing what was filled in while the other is filling.
    """

    def __init__(self, sessions: Sessions, resync: int, catalog: Catalog, large: int = LARGE) -> None:
        self._sessions = sessions
        self._resync = resync
        self._catalog = catalog
        self._large = large
        self._lent = ExitStack()
        self._free: list[Connection] = []
        self._all: list[Connection] = []
        self._beside = ThreadPoolExecutor(1, "upstate-ahead")
        self._filling: _Filling | None = None

    def __enter__(self) -> Self:
        """Itself; leaving undoes what was filled in and has not landed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was filled in and has not landed, and give the sessions back."""
        if self._filling is not None:
            self._give_up(self._filling)
        self._beside.shutdown()
        self._lent.__exit__(kind, error, trace)

    def __call__(self, connection: Connection, task: Task) -> None:
        """Land one order, whose turn it is, by `connection` or as it was filled in."""
        filled = self._filled(task)
        if self._filling is None and task.everything:  # where only what differs is sent, nothing large follows
            self._fill_next(connection, task)
        if filled is None:
            land(connection, task)
            return
        try:
            land(connection, task, filled.ahead)
        finally:
            self._take_back(filled)

    def cancel(self) -> None:
        """End whatever is asked of the database in these sessions."""
        for connection in tuple(self._all):
            _cancel(connection)

    def _filled(self, task: Task) -> _Filling | None:
        """This order as it was filled in, if it was; LandingError where somebody said stop."""
        filling = self._filling
        if filling is None or task.order < filling.ahead.task.order:
            return None
        self._filling = None
        if filling.ahead.task != task:  # it was settled otherwise, or is to land otherwise
            self._give_up(filling)
            return None
        filling.ahead.give_turn()
        filling.ending.result()
        return filling

    def _fill_next(self, connection: Connection, task: Task) -> None:
        following = next_to_fill(connection, self._resync, task.order, self._large)
        if following is None or following.order.object not in self._catalog:
            return
        if not self._free:
            try:
                beside = self._lent.enter_context(self._sessions.landing_too(self._resync))
            except DatabaseError:  # as where the server has no connection to spare: it lands without
                return
            self._all.append(beside)
            self._free.append(beside)
        beside = self._free.pop()
        ahead = Ahead(connection, beside, following.task(self._catalog))
        self._filling = _Filling(ahead, beside, self._beside.submit(ahead.fill))

    def _give_up(self, filling: _Filling) -> None:
        with suppress(psycopg.Error):  # a session that is lost keeps no turn
            filling.ahead.give_turn()
        while not filling.ending.done():  # between two statements there is nothing to cancel
            _cancel(filling.connection)
            wait([filling.ending], _CANCEL_AGAIN)
        self._take_back(filling)

    def _take_back(self, filling: _Filling) -> None:
        """What has landed stays, the rest is undone. The session is free again."""
        filling.ahead.close()
        if not filling.connection.closed:
            self._free.append(filling.connection)


def _cancel(connection: Connection) -> None:
    if not connection.closed:
        with suppress(psycopg.Error):  # where the server is gone, so is what was asked of it
            connection.cancel_safe(timeout=5)
