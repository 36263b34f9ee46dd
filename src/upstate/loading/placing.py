"""Where a district's rows are: in this database, or on the server that holds its partitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from upstate.errors import DatabaseError
from upstate.loading.reaching import reach
from upstate.loading.statements import statement

Connection = psycopg.Connection[Any]
_NOT_FOR_A_CLIENT = {"fetch_size", "async_capable", "updatable"}


@contextmanager
def at_district(connection: Connection, district: int) -> Iterator[Connection]:
    """The connection to write and compare a district's rows by: the one given, where they are in its database.

    DatabaseError where the server that holds them cannot be reached, or is another one at the end: what was read may
    then be of rows that had gone from there.
    """
    asked = statement("server_of_district"), {"district": district}
    row = connection.execute(*asked).fetchone() if _is_spread(connection) else None
    if row is None:
        yield connection
        return
    with reached(row[0]) as holder:
        yield holder
        if connection.execute(*asked).fetchone() != row:
            raise DatabaseError("The district's rows were moved to another server meanwhile. Run it again.")


def _is_spread(connection: Connection) -> bool:
    """Whether any of the state is on another server: if not, nobody need plan how to find out which."""
    row = connection.execute(statement("is_spread")).fetchone()
    return row is not None and bool(row[0])


@contextmanager
def alone_at_district(connection: Connection, district: int) -> Iterator[Connection]:
    """As `at_district`, within a transaction of `connection`, until whose end the district is locked: its rows are not
    moved to another server (moving.py), and nothing else lands or is removed there."""
    connection.execute(statement("lock_district"), {"district": district})
    with at_district(connection, district) as holder:
        yield holder


@contextmanager
def everywhere(connection: Connection) -> Iterator[tuple[Connection, ...]]:
    """A connection to each database that holds rows of the state: the one given alone, where all are in its own."""
    with ExitStack() as stack:
        servers = servers_of_state(connection).values()
        yield tuple(stack.enter_context(reached(options)) for options in servers) or (connection,)


def servers_of_state(connection: Connection) -> dict[str, list[str]]:
    """The other servers that hold partitions, by name, each with how it is reached; none where all are here."""
    return dict(connection.execute(statement("servers_of_state")).fetchall())


def placement(connection: Connection) -> dict[int, str]:
    """The name of the server that holds each partition, by its number; none where all are in this database."""
    return dict(connection.execute(statement("placement")).fetchall())


def for_a_client(options: Sequence[str]) -> dict[str, str]:
    """What a client is to know of how a server is reached, by name."""
    said = dict(option.split("=", 1) for option in options)
    return {name: value for name, value in said.items() if name not in _NOT_FOR_A_CLIENT}


@contextmanager
def reached(options: Sequence[str]) -> Iterator[Connection]:
    """A connection by what CREATE SERVER and its user mapping say, NAME=VALUE each; it commits each statement."""
    known = for_a_client(options)
    try:
        connection = reach(make_conninfo("", **known))
    except psycopg.Error as error:
        where = f"{known.get('host', 'localhost')}, database {known.get('dbname', '?')}"
        said_first = str(error).strip().splitlines()[0]
        raise DatabaseError(
            f"The server that holds part of the state ({where}) cannot be reached: {said_first}"
        ) from error
    with connection:
        yield connection
