"""A district whose database is a SQLite file, read-only: its tables and columns, and the snapshot that is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote as quote_url

from adbc_driver_sqlite import dbapi

from upstate.agent.mapping import Mapping
from upstate.agent.sources import sqlite_projection as dialect
from upstate.agent.sources.address import SqliteAddress
from upstate.agent.sources.description import Description, describe_tables
from upstate.agent.sources.interrupting import leave_interrupts_alone
from upstate.agent.sources.missing import need_tables
from upstate.agent.sources.sqlite_schema import columns_by_table, describe_file
from upstate.agent.sources.sqlite_snapshot import ERRORS, SqliteSnapshot, said
from upstate.catalog import SyncObject
from upstate.errors import SourceError

_PATIENCE_MS = 10_000


@dataclass(frozen=True, slots=True)
class SqliteSource:
    """A SQLite file and where in it each object is."""

    address: SqliteAddress
    mapping: Mapping

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first table or column that is not there, or a file that is no database."""
        wanted = [(o, origin) for o in objects if not (origin := self.mapping.origin(o)).absent]
        with self._connect() as connection:
            need_tables(wanted, columns_by_table(connection), str.casefold)
            for obj, origin in wanted:
                try:
                    with connection.cursor() as cursor:
                        cursor.adbc_prepare(dialect.projection(obj, origin, None))
                except ERRORS as error:
                    raise SourceError(f"{obj.name} cannot be read from {self.address.shown}: {said(error)}.") from error

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        """The file as it is now, until the block ends. In a file that is not in WAL mode, writers wait that long."""
        with self._connect() as connection:
            yield SqliteSnapshot(connection, self.mapping, self.address.shown)

    def describe(self) -> Description:
        """The file's own schema as a catalog."""
        with self._connect() as connection:
            return describe_tables(describe_file(connection))

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _open(self) -> Any:
        """A connection with its read transaction begun."""
        path = self.address.path
        _need_file(path)
        url = f"file:{quote_url(str(path.absolute()))}?mode=ro"
        try:
            try:
                return _begin(url)
            except ERRORS:
                if not _is_still(path):
                    raise
                return _begin(f"{url}&immutable=1")
        except ERRORS as error:
            raise SourceError(f"The source {path} cannot be opened: {said(error)}. Name a SQLite file.") from error


def _need_file(path: Path) -> None:
    """SourceError unless there is something to open.

    Only asked, never opened: closing a file drops every lock this process has on it, and with them the snapshots that
    other threads hold.
    """
    wrong = None
    if not path.exists():
        wrong = "there is no such file"
    elif not path.is_file():
        wrong = "it is not a file"
    elif not os.access(path, os.R_OK):
        wrong = "it may not be read"
    elif not path.stat().st_size:
        wrong = "it is empty"
    if wrong:
        raise SourceError(f"The source {path} cannot be opened: {wrong}. Name a SQLite file.")


def _is_still(path: Path) -> bool:
    """Whether nobody can be writing: nothing is in the log of a WAL file, and no log can be made where it lies."""
    log = path.with_name(path.name + "-wal")
    return not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)


def _begin(url: str) -> Any:
    leave_interrupts_alone()
    connection = dbapi.connect(url)
    try:
        with connection.cursor() as cursor:
            # The driver has sent BEGIN; the snapshot begins with the first read, once a writer has let go.
            for statement in (f"PRAGMA busy_timeout = {_PATIENCE_MS}", "SELECT count(*) FROM sqlite_schema"):
                cursor.execute(statement)
                cursor.fetchall()
    except BaseException:
        connection.close()
        raise
    return connection
