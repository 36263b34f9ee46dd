"""Landing as it would be: object after object in one transaction, which is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from upstate.loading.landing import attempt, enter_district, land_records, patiently
from upstate.loading.leftovers import keep_leftovers
from upstate.loading.settling import settle_rejections
from upstate.loading.statements import statement
from upstate.loading.task import Task
from upstate.planning import Counts

Connection = psycopg.Connection[Any]


@contextmanager
def nothing_written(connection: Connection) -> Iterator[None]:
    """One transaction around all that is rehearsed; whatever happens, it is rolled back."""
    with connection.transaction(force_rollback=True):
        yield


def rehearse(connection: Connection, task: Task) -> Counts:
    """Land a delivered order within the transaction of `nothing_written`: what it counts is what `land` would count.

    The parents that were rehearsed before are at the state for it, with their rejections; the order itself and its
    batches are left alone. The district is locked until the whole rehearsal ends. Errors as those of `land`.
    """

    def once() -> Counts:
        with attempt(connection, task) as cursor:
            cursor.execute(statement("heed_triggers"))
            enter_district(cursor, task)
            counts = land_records(cursor, task)
            settle_rejections(cursor, task)
            keep_leftovers(cursor, task)
            cursor.execute(statement("check_now"))
            cursor.execute(statement("drop_aside"))
            return counts

    return patiently(once)
