"""A district whose database is Oracle: one read-only transaction, every value as its exact text, number or bytes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources import oracle_projection as projection
from upstate.agent.sources.description import Table
from upstate.agent.sources.oracle_schema import column_of
from upstate.agent.sources.plain_source import Kinds, Projection, driver
from upstate.agent.sources.server_address import OracleAddress
from upstate.agent.sources.server_tables import columns_by_table, fetch, tables_told
from upstate.catalog import SyncObject
from upstate.errors import SourceError

# Texts of numbers, days and moments that do not depend on where the session is; one moment for all that is read.
_SETTINGS = (
    "ALTER SESSION SET TIME_ZONE = '+00:00'",
    "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'",
    "ALTER SESSION SET NLS_CALENDAR = 'GREGORIAN'",
    "ALTER SESSION SET NLS_COMP = BINARY",
    "ALTER SESSION SET NLS_SORT = BINARY",
    "SET TRANSACTION READ ONLY",
)


@dataclass(frozen=True)
class OracleDialect:
    """Oracle, as its own driver speaks with it, without any library of Oracle's."""

    address: OracleAddress

    @cached_property
    def _driver(self) -> Any:
        return driver("oracledb", "oracle", "Oracle")

    @property
    def projection(self) -> Projection:
        """Its SQL."""
        return projection

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""
        return (self._driver.Error, OSError)

    def connect(self) -> Any:
        """A connection whose texts come as their bytes and whose long values come whole."""
        connection = self._driver.connect(**self.address.arguments)
        connection.outputtypehandler = self._as_stored
        return connection

    def begin(self, connection: Any) -> None:
        """Begin a read-only transaction, which sees everything as it is now."""
        connection.rollback()
        with closing(connection.cursor()) as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)

    def tables(self, connection: Any) -> dict[str, list[str]]:
        """The columns of every table and view that may be read."""
        return columns_by_table(fetch(connection, "oracle_columns"))

    def describe(self, connection: Any) -> list[Table]:
        """The tables of the user's own schema."""
        return tables_told(connection, "oracle", column_of)

    def rows(self, obj: SyncObject, origin: ObjectOrigin, tables: dict[str, list[str]], connection: Any) -> str:
        """The query of the object's rows, uncast, with the names as Oracle spells them: most often in capitals."""
        if origin.select is not None:
            with closing(connection.cursor()) as cursor:
                cursor.execute(f"SELECT * FROM ({origin.select}\n) s WHERE 1 = 0")  # noqa: S608
                columns = [described[0] for described in cursor.description]
            return projection.rows(obj, spelled(obj, origin, columns))
        table = _as_spelled(origin.table, tables)
        return projection.rows(obj, spelled(obj, replace(origin, table=table), tables.get(table, [])))

    def kinds(self, obj: SyncObject, rows: str, connection: Any) -> Kinds:
        """The types that the driver describes the query with."""
        with closing(connection.cursor()) as cursor:
            cursor.execute(f"SELECT * FROM ({rows}) s WHERE 1 = 0")  # noqa: S608
            found = [described[1].name.removeprefix("DB_TYPE_") for described in cursor.description]
        kinds = {column.name: kind for column, kind in zip(obj.columns, found, strict=True)}
        strange = next((name for name, kind in kinds.items() if not projection.can_be_carried(kind)), None)
        if strange is not None:
            raise SourceError(
                f"{obj.name} cannot be read from {self.address.shown}: {strange} is of the type {kinds[strange]}. "
                f'Map it in the mapping file: {strange} = {{ sql = "…" }}.'
            )
        return kinds

    def said(self, error: BaseException) -> str:
        """What the server said, and what to do where it forgot the moment that is read."""
        line = str(error).strip().splitlines()[0].rstrip(". ") if str(error).strip() else type(error).__name__
        if "ORA-01555" in line:
            line += ". Its undo was overwritten while the resync read; raise UNDO_RETENTION, or send at a quieter hour"
        return line

    def is_alive(self, connection: Any) -> bool:
        """Whether the connection still answers."""
        try:
            connection.ping()
        except self.errors:
            return False
        return True

    def _as_stored(self, cursor: Any, metadata: Any) -> Any:
        """How the driver fetches a column."""
        o = self._driver
        kind, size = metadata.type_code, cursor.arraysize
        if kind in (o.DB_TYPE_VARCHAR, o.DB_TYPE_CHAR, o.DB_TYPE_LONG):
            return cursor.var(kind, arraysize=size, bypass_decode=True)
        if kind is o.DB_TYPE_CLOB:
            return cursor.var(o.DB_TYPE_LONG, arraysize=size, bypass_decode=True)
        if kind is o.DB_TYPE_NCLOB:
            return cursor.var(o.DB_TYPE_LONG_NVARCHAR, arraysize=size)
        if kind is o.DB_TYPE_BLOB:
            return cursor.var(o.DB_TYPE_LONG_RAW, arraysize=size)
        return None


def spelled(obj: SyncObject, origin: ObjectOrigin, columns: list[str]) -> ObjectOrigin:
    """The origin with its columns as the database spells them: as they are, else whatever their case."""
    exact, folded = set(columns), {name.casefold(): name for name in columns}
    mapped = {}
    for column in obj.columns:
        found = origin.column(column.name)
        if found.column is not None and found.column not in exact:
            found = replace(found, column=folded.get(found.column.casefold(), found.column))
        mapped[column.name] = found
    return replace(origin, columns=MappingProxyType({**origin.columns, **mapped}))


def _as_spelled(name: str, known: dict[str, list[str]]) -> str:
    return name if name in known else next((each for each in known if each.casefold() == name.casefold()), name)
