"""A large object is filled in before its turn: copied to where it belongs, in a session of its own, while what comes
before it lands. Nobody sees anything of it, and nothing of it is judged, before its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg

from upstate.errors import LandingError
from upstate.loading.counting import count_rows, has_rows
from upstate.loading.entering import attempt, set_up, take_order
from upstate.loading.filling import Filled
from upstate.loading.in_place import fill_in_place
from upstate.loading.placing import alone_at_district
from upstate.loading.refusing import REFUSALS
from upstate.loading.statements import statement
from upstate.loading.task import Task
from upstate.loading.temporary import keep_for
from upstate.planning import Counts

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]

# What the plain way has an answer for.
_PLAINLY = (*REFUSALS, psycopg.errors.DeadlockDetected)


class OvertakenError(Exception):
    """What was filled in can not land as it is: it lands from the beginning."""


class Ahead:
    """One order that is filled in, in a transaction of `connection` that waits for its turn; `before` is the session
    in which what comes before it lands, and keeps the turn until it is given."""

    def __init__(self, before: Connection, connection: Connection, task: Task) -> None:
        self.task = task
        self._before = before
        self._connection = connection
        self._transaction = ExitStack()
        self._begun: tuple[Cursor, Filled] | None = None
        before.execute(statement("keep_turn"), task.values)

    def fill(self) -> None:
        """Fill it in and wait for its turn; only where the district has no row of it yet.

        Whatever goes wrong is for landing from the beginning to meet, in its turn, if it is still there; LandingError
        where somebody said stop, WireError where a kept batch cannot be read.
        """
        try:
            with ExitStack() as transaction:
                cursor = transaction.enter_context(attempt(self._connection, self.task))
                if not _may_begin(cursor, self.task):
                    return
                filled = fill_in_place(cursor, self.task, sparing=True)  # there is time, and others fill as well
                cursor.execute(statement("wait_for_turn"), self.task.values)
                self._begun = cursor, filled
                self._transaction = transaction.pop_all()
        except LandingError as error:
            if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                raise

    def give_turn(self) -> None:
        """What comes before it has landed, or it is not to land: `fill` ends when all is filled in."""
        self._before.execute(statement("give_turn"), self.task.values)

    @contextmanager
    def landing(self) -> Iterator[tuple[Cursor, Filled]]:
        """The transaction of its landing, as of `entering.landing`: what was filled in is in it.

        OvertakenError where it must land from the beginning: nothing was filled in, or the database refuses what the
        plain way finds an answer for. That the district has got no other rows since is still to be seen (`alone`).
        """
        if self._begun is None:
            raise OvertakenError
        cursor, filled = self._begun
        try:
            with self._transaction:
                take_order(cursor, self.task)
                with alone_at_district(self._connection, self.task.district) as holder:
                    if holder is not self._connection:
                        raise OvertakenError
                    yield cursor, filled
        except LandingError as error:
            if isinstance(error.__cause__, _PLAINLY):
                raise OvertakenError from error
            raise

    def alone(self, cursor: Cursor, counts: Counts, *, proven: bool) -> None:
        """See that what was filled in and has landed, as `counts` tells, is all that the district has of the object.

        OvertakenError where it got other rows since. Had it, the receipt would prove nothing: these would be among the
        state's rows, or among those that were turned away. Only where it does not are they counted.
        """
        if not proven and count_rows(cursor, self.task) != counts.landed:
            raise OvertakenError

    def close(self) -> None:
        """Whatever was filled in and has not landed is undone; `fill` has ended."""
        with suppress(psycopg.Rollback), self._transaction:
            raise psycopg.Rollback


def _may_begin(cursor: Cursor, task: Task) -> bool:
    """Whether it can be filled in before its parents have landed: no trigger looks for them, and its rows are here."""
    if not task.everything or not set_up(cursor, task):
        return False
    if cursor.execute(statement("server_of_district"), task.values).fetchone() is not None:
        return False
    cursor.execute(statement("commit_lazily"))
    keep_for(cursor, task.object)
    return not has_rows(cursor, task)
