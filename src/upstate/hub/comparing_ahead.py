"""The state's side of comparisons for an agent in this process: the orders after the one it reads are looked at."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from threading import Lock

import psycopg

from upstate.catalog import Catalog
from upstate.errors import DatabaseError, WireError
from upstate.hub.comparing import Claimed, Comparing, claimed_of
from upstate.hub.postgres import Connection, connect, database_errors, statement
from upstate.loading.looking import Look, Zone
from upstate.wire import WorkOrder

AHEAD = 3  # orders


@dataclass(frozen=True, slots=True)
class _Beside:
    """A session of its own, and what waited to be read when it was opened, in the plan's order."""

    connection: Connection
    comparing: Comparing
    coming: deque[Claimed]


class ComparingAhead(Comparing):
    """As Comparing, of one resync; but when an order's sums are asked for, they are mostly there.

    A thread looks ahead, over a session of its own, from the first order on that is compared. Whatever goes wrong with
    that is said by nobody: what is not there is asked for when it is needed, which then says whether it is so.
    """

    def __init__(self, database_url: str, catalog: Catalog, resync: int) -> None:
        super().__init__(connect(database_url), catalog)
        self._url = database_url
        self._resync = resync
        self._thread = ThreadPoolExecutor(1, "upstate-asking-ahead")
        self._beside: Future[_Beside] | None = None
        self._looks: dict[int, Future[tuple[WorkOrder, Look] | None]] = {}  # in the plan's order
        self._one_at_looks = Lock()  # who claims the next order, and who asks for the sums of one before it

    def close(self) -> None:
        """Look at nothing any more, and close the connections."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        beside = self._at_hand()
        if beside is not None:
            with suppress(psycopg.Error):  # where the server is gone, so is what was asked of it
                beside.connection.cancel_safe(timeout=5)
        self._thread.shutdown()
        beside = self._at_hand()
        if beside is not None:
            beside.comparing.close()
        super().close()

    def decide(self, claimed: Claimed) -> tuple[WorkOrder, str]:
        """As `Comparing.decide`; from the first order on that is compared, those after one are looked at meanwhile."""
        order, judged_by = super().decide(claimed)
        if (beside := self._at_hand()) is not None:
            with self._one_at_looks:
                self._look_on(beside, order)
        elif self._beside is None and not order.everything and not order.selective:
            self._beside = self._thread.submit(self._open)
        return order, judged_by

    def sums(self, order: WorkOrder, district: int, zone: Zone) -> Look:
        """As `Comparing.sums`; what is being looked at is waited for. Nobody asks for the sums of one before it."""
        with self._one_at_looks:
            if order.id in self._looks:
                for earlier in takewhile(lambda each: each != order.id, list(self._looks)):
                    self._looks.pop(earlier).cancel()
            looking = self._looks.pop(order.id, None)
        if looking is not None and not looking.cancel():
            with suppress(WireError, DatabaseError):
                looked = looking.result()
                if looked is not None and looked[0].buckets == order.buckets:
                    return looked[1]
        return super().sums(order, district, zone)

    def _at_hand(self) -> _Beside | None:
        beside = self._beside
        if beside is None or not beside.done() or beside.cancelled() or beside.exception() is not None:
            return None
        return beside.result()

    @database_errors()
    def _open(self) -> _Beside:
        connection = connect(self._url)
        rows = connection.execute(statement("how_to_read"), {"resync": self._resync, "order": None})
        return _Beside(connection, Comparing(connection, self._catalog), deque(map(claimed_of, rows)))

    def _look_on(self, beside: _Beside, order: WorkOrder) -> None:
        """Have as many looked at as there may be, all of them after this order, which was claimed just now."""
        while any(each.order.id == order.id for each in beside.coming):
            beside.coming.popleft()
        while beside.coming and len(self._looks.keys() - {order.id}) < AHEAD:
            claimed = beside.coming.popleft()
            self._looks[claimed.order.id] = self._thread.submit(_look, beside.comparing, claimed)


def _look(comparing: Comparing, claimed: Claimed) -> tuple[WorkOrder, Look] | None:
    order, _ = comparing.decide(claimed)
    if order.everything or order.selective:
        return None
    return order, comparing.sums(order, claimed.district, Zone(claimed.year, claimed.edition))
