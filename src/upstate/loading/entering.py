"""The transaction in which an object lands: fenced, alone in its district, beside the rows wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from upstate.errors import FencedError, LandingError
from upstate.loading.carrying import take_along
from upstate.loading.placing import alone_at_district
from upstate.loading.state_constraints import constraint_name
from upstate.loading.statements import statement
from upstate.loading.task import Task
from upstate.planning import Counts

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


def patiently(once: Callable[[], Counts]) -> Counts:
    """Do it again where another writer was already at a row of this object when it came to wait for this landing."""
    attempts = 3
    while True:
        attempts -= 1
        try:
            return once()
        except LandingError as error:
            if not attempts or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise


@contextmanager
def landing(connection: Connection, task: Task) -> Iterator[tuple[Cursor, Cursor]]:
    """The transaction of a landing, fenced by the order's epoch and alone in its district.

    Yields what to ask of the control tables, and what of the district's rows: the same where both are in one database.
    """
    there = False  # whether the rows are safe on another server, and only the office has yet to hear of it
    try:
        with attempt(connection, task) as office:
            take_order(office, task)
            with alone_at_district(connection, task.district) as holder:
                with beside(office, holder, task) as cursor:
                    enter_district(office, cursor, task)
                    if office is cursor:  # rows on another server must be safe there before the office says they are
                        cursor.execute(statement("commit_lazily"))
                    take_along(office, cursor, task)
                    yield office, cursor
                there = holder is not connection
    except LandingError as error:
        if there and isinstance(error.__cause__, psycopg.Error):
            raise LandingError(
                f"{task.object.name} landed on the server that holds the district, but the hub's database did not take "
                f"note of it: {_said_first(error.__cause__)}. The next resync of {task.object.name} finds its rows "
                "there and settles it."
            ) from error.__cause__
        raise


def take_order(office: Cursor, task: Task) -> None:
    """Have the order to land it, until the transaction ends; FencedError where it is another's or has to wait."""
    if office.execute(statement("take_order"), task.values).fetchone() is None:
        raise FencedError(
            f"The order for {task.object.name} is not this landing's any more, or its parents are not settled; "
            "nothing was changed."
        )


@contextmanager
def beside(office: Cursor, holder: Connection, task: Task) -> Iterator[Cursor]:
    """The office itself, where it is on `holder`; or a transaction there, which ends before the office's does."""
    if office.connection is holder:
        yield office
        return
    with attempt(holder, task) as cursor:
        yield cursor


@contextmanager
def attempt(connection: Connection, task: Task) -> Iterator[Cursor]:
    """A transaction, or a savepoint within one, for all of an object; what the driver says becomes a LandingError."""
    try:
        with connection.transaction(), connection.cursor() as cursor:
            yield cursor
    except psycopg.Error as error:
        said = _said_first(error)
        raise LandingError(f"{task.object.name} could not land, and nothing of it was changed: {said}.") from error


def _said_first(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip().splitlines()[0]


def enter_district(office: Cursor, cursor: Cursor, task: Task) -> None:
    """The office is alone in the task's district: be so beside its rows, and set up for landing this object."""
    if cursor is not office:
        cursor.execute(statement("lock_district"), task.values)
    set_up(cursor, task)


def set_up(cursor: Cursor, task: Task) -> bool:
    """Set the transaction up for landing this object; whether no trigger looks at its rows one by one."""
    cursor.execute(statement("set_up"))
    declared = [constraint_name(task.object, reference) for reference in task.object.references]
    values = {"table": task.object.table, "declared": declared}
    return cursor.execute(statement("skip_triggers_if_declared"), values).fetchone() is not None
