"""A district whose database is SQL Server: one snapshot transaction, every value as its exact text or bytes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources import sqlserver_projection as projection
from upstate.agent.sources.description import Table, as_tables
from upstate.agent.sources.gathering import Field
from upstate.agent.sources.plain_source import Kinds, driver, fetch, tables_of
from upstate.agent.sources.server_address import SqlServerAddress
from upstate.agent.sources.sqlserver_schema import column_of
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject
from upstate.errors import SourceError

_SETTINGS = ("SET NOCOUNT ON", "SET ROWCOUNT 0", "SET TEXTSIZE 2147483647", "SET LOCK_TIMEOUT 60000")
_ALLOWED = "SELECT snapshot_isolation_state, name FROM sys.databases WHERE name = DB_NAME()"
_KINDS = (
    "SELECT name, system_type_name, error_message FROM sys.dm_exec_describe_first_result_set(?, NULL, 0) "
    "ORDER BY column_ordinal"
)
_ON = 1


@dataclass(frozen=True)
class SqlServerDialect:
    """SQL Server, as Microsoft's own driver speaks with it."""

    address: SqlServerAddress

    @cached_property
    def _driver(self) -> Any:
        def load() -> Any:
            import mssql_python

            return mssql_python

        return driver(load, "sqlserver", "SQL Server")

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises; a RuntimeError comes from the part of it that is not Python."""
        return (self._driver.Error, OSError, RuntimeError)

    def connect(self) -> Any:
        """A connection that begins and ends no transaction by itself."""
        return self._driver.connect(self.address.connection_string, autocommit=True, timeout=10)

    def begin(self, connection: Any) -> None:
        """Begin a transaction of snapshot isolation, which every database has to allow first."""
        with closing(connection.cursor()) as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
            cursor.execute(_ALLOWED)
            state, name = cursor.fetchone()
            if state != _ON:
                raise SourceError(
                    f"{self.address.shown} cannot be read as it is at one moment. Let an administrator run there: "
                    f"ALTER DATABASE {projection.quote(name)} SET ALLOW_SNAPSHOT_ISOLATION ON."
                )
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
            cursor.execute("BEGIN TRANSACTION")
            # The moment is that of the first reading.
            cursor.execute("SELECT TOP (1) 1 FROM sys.objects")
            cursor.fetchall()

    def tables(self, connection: Any) -> dict[str, list[str]]:
        """The columns of every table and view that may be read."""
        return tables_of([row[:4] for row in fetch(connection, "sqlserver_columns")])

    def describe(self, connection: Any) -> list[Table]:
        """The tables of the user's default schema."""
        columns = [
            (table, column_of(name, kind, length, digits, scale, bool(required)))
            for _, table, visible, name, is_table, kind, length, digits, scale, required in fetch(
                connection, "sqlserver_columns"
            )
            if visible and is_table
        ]
        return as_tables(columns, fetch(connection, "sqlserver_uniques"), fetch(connection, "sqlserver_references"))

    def rows(self, obj: SyncObject, origin: ObjectOrigin, _tables: dict[str, list[str]], _connection: Any) -> str:
        """The query of the object's rows, uncast."""
        return projection.rows(obj, origin)

    def kinds(self, obj: SyncObject, rows: str, connection: Any) -> Kinds:
        """The types that the server finds in the query; it says so in a row too when it finds a fault."""
        with closing(connection.cursor()) as cursor:
            cursor.execute(_KINDS, (rows,))
            found = [tuple(row) for row in cursor.fetchall()]
        fault = next((message for _, _, message in found if message), None)
        if fault is not None or len(found) != len(obj.columns):
            said = str(fault or "its columns cannot be told").strip().rstrip(".")
            raise SourceError(f"{obj.name} cannot be read from {self.address.shown}: {said}.")
        return {
            column.name: projection.kind_of(kind or "nvarchar")
            for column, (_, kind, _) in zip(obj.columns, found, strict=True)
        }

    def fields(self, obj: SyncObject, kinds: Kinds) -> tuple[Field, ...]:
        """The fields of the raw batches."""
        return projection.fields(obj, kinds)

    def projection(self, obj: SyncObject, rows: str, kinds: Kinds, school_year: int | None, only: str | None) -> str:
        """The query of the object's records."""
        return projection.projection(obj, rows, kinds, school_year, only)

    def among(self, wanted: Wanted, kinds: Kinds) -> str | None:
        """A condition that every wanted record meets."""
        return projection.among(wanted, kinds)

    def said(self, error: BaseException) -> str:
        """What the server said, without the driver's own words before it."""
        line = " ".join(str(error).split())
        for lead in ("DDBC Error: ", "[SQL Server]"):
            line = line.rpartition(lead)[2] or line
        return line.rstrip(". ") or type(error).__name__

    def is_alive(self, connection: Any) -> bool:
        """Whether the connection still answers."""
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute("SELECT 1")
                cursor.fetchall()
        except self.errors:
            return False
        return True
