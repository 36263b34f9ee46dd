"""Landing as it would be: object after object in one transaction, which is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg

from upstate.loading.carrying import bring_back, take_along
from upstate.loading.entering import attempt, beside, enter_district, patiently
from upstate.loading.landing import land_records
from upstate.loading.leftovers import keep_leftovers
from upstate.loading.placing import alone_at_district
from upstate.loading.settling import settle_rejections
from upstate.loading.statements import statement
from upstate.loading.task import Task
from upstate.planning import Counts

Connection = psycopg.Connection[Any]


@contextmanager
def nothing_written(connection: Connection, district: int) -> Iterator[Connection]:
    """One transaction around all that is rehearsed; whatever happens, it is rolled back.

    Yields the connection by which the district's rows are written: the one given, or one to the server that holds them.
    """
    with (
        connection.transaction(force_rollback=True),
        alone_at_district(connection, district) as holder,
        nullcontext() if holder is connection else holder.transaction(force_rollback=True),
    ):
        yield holder


def rehearse(connection: Connection, holder: Connection, task: Task) -> Counts:
    """Land a delivered order within the transaction of `nothing_written`: what it counts is what `land` would count.

    The parents that were rehearsed before are at the state for it, with their rejections; the order itself and its
    batches are left alone. The district is locked until the whole rehearsal ends. Errors as those of `land`.
    """

    def once() -> Counts:
        with attempt(connection, task) as office, beside(office, holder, task) as cursor:
            cursor.execute(statement("heed_triggers"))
            enter_district(office, cursor, task)
            take_along(office, cursor, task)
            counts = land_records(cursor, task).counts
            bring_back(cursor, office, task)
            settle_rejections(office, task)
            keep_leftovers(office, task)
            cursor.execute(statement("check_now"))
            for each in dict.fromkeys((cursor, office)):
                each.execute(statement("drop_aside"))
            return counts

    return patiently(once)
