"""A district whose database is a SQLite file: read-only, in one read transaction, streamed as Arrow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote as quote_url

import adbc_driver_manager as adbc
import pyarrow as pa
from adbc_driver_sqlite import dbapi

from upstate.agent.conform import conform
from upstate.agent.mapping import Mapping
from upstate.agent.sources import sqlite_projection as dialect
from upstate.agent.sources.address import SqliteAddress
from upstate.agent.sources.ahead import fetched_ahead
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading
from upstate.agent.sources.description import Description, describe_tables
from upstate.agent.sources.interrupting import leave_interrupts_alone
from upstate.agent.sources.missing import need_tables
from upstate.agent.sources.slicing import MOST_BYTES, MOST_RECORDS, cut
from upstate.agent.sources.sqlite_schema import columns_by_table, describe_file
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import SyncObject
from upstate.errors import SourceError
from upstate.wire import Batch

_PATIENCE_MS = 10_000
# Few enough records that one batch is fetched, and compared, while there is another to work on; and half of what others
# send at a time, as a record from SQLite is twice as large before it is conformed.
_FETCHED = 8_192
_COMPARED = 16_384
_SENT = 32_768
_ERRORS = (adbc.Error, pa.ArrowException, OSError, UnicodeDecodeError)


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
                except _ERRORS as error:
                    raise SourceError(
                        f"{obj.name} cannot be read from {self.address.shown}: {_said(error)}."
                    ) from error

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
            except _ERRORS:
                if not _is_still(path):
                    raise
                return _begin(f"{url}&immutable=1")
        except _ERRORS as error:
            raise SourceError(f"The source {path} cannot be opened: {_said(error)}. Name a SQLite file.") from error


@dataclass(frozen=True, slots=True)
class SqliteSnapshot:
    """An open read transaction of one connection."""

    connection: Any
    mapping: Mapping
    shown: str

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records in the table's own order; see Snapshot."""
        return self._read(obj, school_year)

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """SQLite looks through the whole table and gives what may be wanted; see Snapshot."""
        return chosen(self._read(obj, school_year, only=dialect.among(wanted)), wanted)

    def _read(
        self, obj: SyncObject, school_year: int | None, *, only: str | None = None, records: int = _SENT
    ) -> Iterator[Batch]:
        origin = self.mapping.origin(obj)
        if origin.absent:
            return
        try:
            with self.connection.cursor() as cursor:
                rows = min(_FETCHED, self._rows_at_once(obj))
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(rows)})
                cursor.execute(dialect.projection(obj, origin, school_year, only))
                with fetched_ahead(_all_but_first(cursor.fetch_record_batch())) as batches:
                    for raw in cut(batches, records):
                        yield conform(obj, raw)
        except _ERRORS as error:
            raise SourceError(f"{obj.name} cannot be read from {self.shown}: {_said(error)}.") from error

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Every record is read once and put aside with its digest; see Snapshot."""
        return compare_by_reading(obj, self._read(obj, school_year, records=_COMPARED), state)

    def _rows_at_once(self, obj: SyncObject) -> int:
        """How many rows the driver may gather: it counts rows, so the widest value bounds the bytes."""
        query = dialect.widest(obj, self.mapping.origin(obj))
        if query is None:
            return MOST_RECORDS
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            widest = int(cursor.fetchone()[0])
        return max(1, min(MOST_RECORDS, MOST_BYTES // max(1, widest)))


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


def _all_but_first(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Without the row that pins the types."""
    skip = 1
    for batch in batches:
        yield batch.slice(skip)
        skip = 0


def _said(error: BaseException) -> str:
    """What SQLite said, in one line without the query."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    for lead in ("[SQLite] ", "Failed to prepare query: ", "Failed to step query: "):
        line = line.partition(lead)[2] or line
    return line.rstrip(". ")
