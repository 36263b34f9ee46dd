"""One moment of a state that several servers hold, at which nothing is between two of its commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from upstate.loading.placing import reached
from upstate.loading.statements import fetch_row, statement

Connection = psycopg.Connection[Any]


@contextmanager
def one_moment(
    waiting: Connection, keeping: Connection, servers: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of a snapshot of the hub's database, and of one of each server, all of one moment; for the block.

    Landings and removals that are under way are waited for, and others wait for the moment it takes. `waiting` and
    `keeping` are two connections to the hub's database.
    """
    with ExitStack() as stack:
        holders = {name: stack.enter_context(reached(options)) for name, options in servers.items()}
        with waiting.transaction():
            for name in ("keep_districts", "lock_every_district"):
                waiting.execute(statement(name))
            named = {name: _snapshot(stack, holder) for name, holder in holders.items()}
            hub = _snapshot(stack, keeping)
        yield hub, named


def _snapshot(stack: ExitStack, connection: Connection) -> str:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    stack.enter_context(connection.transaction())
    with connection.cursor() as cursor:
        return str(fetch_row(cursor, statement("name_snapshot"), {})[0])
