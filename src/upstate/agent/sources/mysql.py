"""A district whose database is MariaDB or MySQL: one repeatable-read transaction, streamed row by row as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.converters import encoders
from pymysql.cursors import Cursor, SSCursor

from upstate.agent.conform import conform
from upstate.agent.mapping import Mapping, ObjectOrigin
from upstate.agent.sources import mysql_projection as dialect
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading
from upstate.agent.sources.description import Description, describe_tables
from upstate.agent.sources.gathering import gather
from upstate.agent.sources.missing import need_tables
from upstate.agent.sources.mysql_schema import describe_database, stored_tables
from upstate.agent.sources.server_address import MysqlAddress
from upstate.agent.sources.server_tables import columns_by_table, fetch
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch

# A RuntimeError where a way to sign in needs more than the driver brings.
_ERRORS = (pymysql.MySQLError, pa.ArrowException, OSError, RuntimeError)
_UNKNOWN_VARIABLE = 1193
_LONG = 31_536_000  # the most seconds that both servers take
# Text forms that do not depend on the server's settings; derived tables that stream; no time limit of the server's,
# as the hub may be slower than the district. Each server lacks some of them.
_SETTINGS = (
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = REPLACE(@@sql_mode, 'PAD_CHAR_TO_FULL_LENGTH', '')",
    "SET SESSION optimizer_switch = 'derived_merge=on'",
    f"SET SESSION net_write_timeout = {_LONG}",
    f"SET SESSION wait_timeout = {_LONG}",
    "SET SESSION idle_transaction_timeout = 0",
    "SET SESSION idle_readonly_transaction_timeout = 0",
    "SET SESSION max_statement_time = 0",
    "SET SESSION max_execution_time = 0",
    "SET SESSION sql_select_limit = DEFAULT",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


@dataclass(frozen=True, slots=True)
class MysqlSource:
    """A database of MariaDB or MySQL and where in it each object is."""

    address: MysqlAddress
    mapping: Mapping

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first table or column that is not there, or a database that is not."""
        wanted = [(o, origin) for o in objects if not (origin := self.mapping.origin(o)).absent]
        with self._asking() as connection:
            tables = columns_by_table(fetch(connection, "mysql_columns"))
        need_tables(wanted, tables, str.casefold)
        with self.snapshot() as snapshot:
            for obj, origin in wanted:
                try:
                    snapshot.kinds(obj, snapshot.rows(obj, origin))
                except _ERRORS as error:
                    raise snapshot.translated(obj, error) from error

    @contextmanager
    def snapshot(self) -> Iterator[MysqlSnapshot]:
        """The database as it is now, until the block ends; nobody waits for it."""
        with self._asking() as connection:
            stored = stored_tables(connection)
        # Every value as the bytes that were sent, whatever its type.
        with self._connect(use_unicode=False, conv=encoders) as connection:
            try:
                with connection.cursor() as cursor:
                    for setting in _SETTINGS:
                        _set(cursor, setting)
            except _ERRORS as error:
                raise SourceError(f"{self.address.shown} cannot be read: {_said(error)}.") from error
            yield MysqlSnapshot(connection, self.mapping, self.address.shown, stored)

    def describe(self) -> Description:
        """The database's own schema as a catalog."""
        with self._asking() as connection:
            return describe_tables(describe_database(connection))

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        """A connection to ask for the schema; it may be refused, or the server lack the room to answer."""
        with self._connect() as connection:
            try:
                yield connection
            except _ERRORS as error:
                raise SourceError(f"The tables of {self.address.shown} cannot be listed: {_said(error)}.") from error

    @contextmanager
    def _connect(self, **options: Any) -> Iterator[Any]:
        arguments = {**self.address.arguments, "charset": "utf8mb4", "autocommit": True, **options}
        try:
            connection = pymysql.connect(**arguments)
        except _ERRORS as error:
            raise SourceError(f"{self.address.shown} cannot be reached: {_said(error)}.") from error
        try:
            yield connection
        finally:
            if connection.open:
                connection.close()


@dataclass(frozen=True, slots=True)
class MysqlSnapshot:
    """An open repeatable-read transaction of one connection; `stored` names the tables that are no views."""

    connection: Any
    mapping: Mapping
    shown: str
    stored: frozenset[str]

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records in the order of its table's primary key; see Snapshot."""
        return self._read(obj, school_year, None)

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """The server looks for them, by an index where it has one; see Snapshot."""
        return chosen(self._read(obj, school_year, wanted), wanted)

    def _read(self, obj: SyncObject, school_year: int | None, wanted: Wanted | None) -> Iterator[Batch]:
        origin = self.mapping.origin(obj)
        if origin.absent:
            return
        try:
            rows = self.rows(obj, origin, by_index=wanted is not None)
            kinds = self.kinds(obj, rows)
            only = None if wanted is None else dialect.among(wanted, kinds)
            # The server sends as we read; a reading that is given up is read to its end unseen.
            with self.connection.cursor(_Stream) as cursor:
                cursor.execute(dialect.projection(obj, rows, kinds, school_year, only))
                for raw in gather(iter(cursor.fetchone, None), dialect.fields(obj, kinds), obj):
                    yield conform(obj, raw)
        except _ERRORS as error:
            raise self.translated(obj, error) from error

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Every record is read once and put aside with its digest; see Snapshot."""
        return compare_by_reading(obj, self.read(obj, school_year), state)

    def rows(self, obj: SyncObject, origin: ObjectOrigin, *, by_index: bool = False) -> str:
        """The query of the object's rows, uncast, in the table's own order unless they may come by an index."""
        return dialect.rows(obj, origin, stored=not by_index and origin.table.casefold() in self.stored)

    def kinds(self, obj: SyncObject, rows: str) -> dict[str, dialect.Kind]:
        """What each of the object's columns holds."""
        with self.connection.cursor() as cursor:
            cursor.execute(dialect.codes_query(rows))
            codes = [described[1] for described in cursor.description]
            cursor.execute(dialect.charsets_query(obj, rows))
            found = cursor.fetchone()
        charsets = [""] * len(codes) if found is None else [bytes(name).decode() for name in found]
        return dialect.kinds(obj, codes, charsets)

    def translated(self, obj: SyncObject, error: Exception) -> SourceError:
        """One object's error, or that the connection, and the snapshot with it, is gone."""
        try:
            self.connection.ping(reconnect=False)
        except _ERRORS:
            return LostSourceError(
                f"The connection to {self.shown} was lost while reading {obj.name}: {_said(error)}. "
                "Run the same command again: what has been delivered is not sent twice."
            )
        return SourceError(f"{obj.name} cannot be read from {self.shown}: {_said(error)}.")


class _Stream(SSCursor):  # type: ignore[misc]  # the driver says no types
    """A result taken row by row, which is not waited for once the connection is gone."""

    def close(self) -> None:
        if self.connection is not None and not self.connection.open and self._result is not None:
            self._result.unbuffered_active = False
        super().close()


def _set(cursor: Cursor, setting: str) -> None:
    try:
        cursor.execute(setting)
    except pymysql.MySQLError as error:
        if error.args[0] != _UNKNOWN_VARIABLE:
            raise


def _said(error: BaseException) -> str:
    """What the server said, in one line without its number."""
    said = str(error.args[1] if isinstance(error, pymysql.MySQLError) and len(error.args) > 1 else error)
    line = said.strip().splitlines()[0] if said.strip() else type(error).__name__
    return line.rstrip(". ")
