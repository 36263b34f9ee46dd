"""The hub's way to PostgreSQL apart from the ORM: connections, statements by name, one translation of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error as DjangoError
from psycopg.rows import TupleRow

from upstate.embedded import check_server
from upstate.errors import DatabaseError
from upstate.loading.reaching import reach

Connection = psycopg.Connection[TupleRow]

NOT_SET_UP = "The hub is not set up in this database. Run: upstate hub init."
DISK_FULL = "The disk of the state's PostgreSQL is full. It takes nothing more until there is room."
LOST = "The connection to the state's PostgreSQL was lost. Run the same command again to go on."

_SQL = Path(__file__).parent / "sql"
_QUOTED = re.compile(r'"[^"]*"?')


def connect(url: str) -> Connection:
    """A connection that commits each statement by itself and durably; DatabaseError where there is no way in.

    The caller closes it. A server older than 17 is refused.
    """
    with database_errors():
        connection = reach(url)
        try:
            check_server(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@cache
def statement(name: str) -> bytes:
    """The text of `sql/<name>.sql`, ready to be executed."""
    return (_SQL / f"{name}.sql").read_bytes()


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what a driver says into one line of ours, a DatabaseError; also works as a decorator."""
    try:
        yield
    except (psycopg.Error, DjangoError) as error:
        raise DatabaseError(_line(error)) from error


def lost(error: BaseException) -> bool:
    """Whether an error of the driver means that the server is gone, rather than that it refused."""
    return isinstance(error, psycopg.OperationalError) and (
        error.sqlstate is None or error.sqlstate[:2] == "08" or error.sqlstate in ("57P01", "57P02", "57P03", "57P05")
    )


def _line(error: Exception) -> str:
    cause: Any = error.__cause__ if isinstance(error, DjangoError) else error
    said = _without_values(cause) or " ".join(str(error).split())
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return NOT_SET_UP
    if isinstance(cause, psycopg.errors.DiskFull):
        return DISK_FULL
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return f"The state's PostgreSQL cannot be reached: {said}."
    if lost(cause):
        return LOST
    return f"The state's PostgreSQL refused: {said}."


def _without_values(cause: Any) -> str:
    """What the server said first. Its details quote rows, and a value that does not fit is quoted at once."""
    said: str = cause.diag.message_primary or "" if isinstance(cause, psycopg.Error) else ""
    return _QUOTED.sub("…", said) if isinstance(cause, psycopg.DataError) else said
