"""A district whose database is SQL Server: one snapshot transaction, every value as its exact text or bytes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources import sqlserver_projection as projection
from upstate.agent.sources.description import Table
from upstate.agent.sources.plain_source import Kinds, Projection, driver
from upstate.agent.sources.server_address import SqlServerAddress
from upstate.agent.sources.server_tables import columns_by_table, fetch, tables_told
from upstate.agent.sources.sqlserver_schema import column_of
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
        return driver("mssql_python", "sqlserver", "SQL Server")

    @property
    def projection(self) -> Projection:
        """Its SQL."""
        return projection

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
        return columns_by_table(fetch(connection, "sqlserver_columns"))

    def describe(self, connection: Any) -> list[Table]:
        """The tables of the user's default schema."""
        return tables_told(connection, "sqlserver", column_of)

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
