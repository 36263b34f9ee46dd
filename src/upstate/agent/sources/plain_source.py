"""A district's database behind a plain Python driver: one transaction, read row by row; the rest is its dialect's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import pyarrow as pa

from upstate.agent.conform import conform
from upstate.agent.mapping import Mapping, ObjectOrigin
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading
from upstate.agent.sources.description import Description, Table, describe_tables
from upstate.agent.sources.gathering import Field, gather
from upstate.agent.sources.missing import need_tables
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch

_ROWS_AT_ONCE = 1_000
Kinds = dict[str, str]


class Projection(Protocol):
    """How one kind of database is asked for exact values; each is a module of this folder."""

    def fields(self, obj: SyncObject, kinds: Kinds) -> tuple[Field, ...]:
        """The fields of the raw batches."""

    def projection(
        self, obj: SyncObject, rows: str, kinds: Kinds, school_year: int | None, only: str | None = None
    ) -> str:
        """The query of the object's records."""

    def among(self, wanted: Wanted, kinds: Kinds) -> str | None:
        """A condition that every wanted record meets; None where there is none."""


class Dialect(Protocol):
    """What one kind of database does in its own way."""

    @property
    def projection(self) -> Projection:
        """Its SQL."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""

    def connect(self) -> Any:
        """A connection of the driver's; SourceError where the driver is not installed."""

    def begin(self, connection: Any) -> None:
        """Begin a transaction that sees the database as it is now. SourceError where the database does not let it."""

    def tables(self, connection: Any) -> dict[str, list[str]]:
        """The columns of every table and view, under schema.table, and under table alone where that finds it."""

    def describe(self, connection: Any) -> list[Table]:
        """The tables of the user's own schema."""

    def rows(self, obj: SyncObject, origin: ObjectOrigin, tables: dict[str, list[str]], connection: Any, /) -> str:
        """The query of the object's rows, uncast."""

    def kinds(self, obj: SyncObject, rows: str, connection: Any) -> Kinds:
        """What each of the object's columns holds, as the server itself says."""

    def said(self, error: BaseException) -> str:
        """What the server said, in one line."""

    def is_alive(self, connection: Any) -> bool:
        """Whether the connection still answers."""


@dataclass(frozen=True, slots=True)
class PlainSource:
    """A database and where in it each object is; `shown` is its address without a password."""

    dialect: Dialect
    shown: str
    mapping: Mapping

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first table or column that is not there, or a database that is not."""
        wanted = [(o, origin) for o in objects if not (origin := self.mapping.origin(o)).absent]
        with self.snapshot() as snapshot:
            need_tables(wanted, snapshot.tables, str.casefold)
            for obj, origin in wanted:
                try:
                    rows = snapshot.rows(obj, origin)
                    self.dialect.kinds(obj, rows, snapshot.connection)
                except self.dialect.errors as error:
                    raise snapshot.translated(obj, error) from error

    @contextmanager
    def snapshot(self) -> Iterator[PlainSnapshot]:
        """The database as it is now, until the block ends; nobody waits for it."""
        with self._connected() as connection:
            try:
                tables = self.dialect.tables(connection)
                self.dialect.begin(connection)
            except self.dialect.errors as error:
                raise SourceError(f"{self.shown} cannot be read: {self.dialect.said(error)}.") from error
            yield PlainSnapshot(connection, self.dialect, self.mapping, self.shown, tables)

    def describe(self) -> Description:
        """The database's own schema as a catalog."""
        with self._connected() as connection:
            try:
                return describe_tables(self.dialect.describe(connection))
            except self.dialect.errors as error:
                raise SourceError(
                    f"The tables of {self.shown} cannot be listed: {self.dialect.said(error)}."
                ) from error

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            connection = self.dialect.connect()
        except self.dialect.errors as error:
            raise SourceError(f"{self.shown} cannot be reached: {self.dialect.said(error)}.") from error
        try:
            yield connection
        finally:
            if self.dialect.is_alive(connection):
                connection.close()


@dataclass(frozen=True, slots=True)
class PlainSnapshot:
    """An open transaction of one connection, and the columns of the tables it has."""

    connection: Any
    dialect: Dialect
    mapping: Mapping
    shown: str
    tables: dict[str, list[str]]

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records as the database gives them; see Snapshot."""
        return self._read(obj, school_year, None)

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """The server looks for them; see Snapshot."""
        return chosen(self._read(obj, school_year, wanted), wanted)

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Every record is read once and put aside with its digest; see Snapshot."""
        return compare_by_reading(obj, self.read(obj, school_year), state)

    def rows(self, obj: SyncObject, origin: ObjectOrigin) -> str:
        """The query of the object's rows, uncast."""
        return self.dialect.rows(obj, origin, self.tables, self.connection)

    def _read(self, obj: SyncObject, school_year: int | None, wanted: Wanted | None) -> Iterator[Batch]:
        origin = self.mapping.origin(obj)
        if origin.absent:
            return
        try:
            rows = self.rows(obj, origin)
            kinds = self.dialect.kinds(obj, rows, self.connection)
            sql = self.dialect.projection
            only = None if wanted is None else sql.among(wanted, kinds)
            with closing(self.connection.cursor()) as cursor:
                cursor.arraysize = _ROWS_AT_ONCE
                cursor.execute(sql.projection(obj, rows, kinds, school_year, only))
                for raw in gather(_fetched(cursor), sql.fields(obj, kinds), obj):
                    yield conform(obj, raw)
        except (*self.dialect.errors, pa.ArrowException) as error:
            raise self.translated(obj, error) from error

    def translated(self, obj: SyncObject, error: Exception) -> SourceError:
        """One object's error, or that the connection, and the snapshot with it, is gone."""
        said = self.dialect.said(error)
        if self.dialect.is_alive(self.connection):
            return SourceError(f"{obj.name} cannot be read from {self.shown}: {said}.")
        return LostSourceError(
            f"The connection to {self.shown} was lost while reading {obj.name}: {said}. "
            "Run the same command again: what has been delivered is not sent twice."
        )


def driver(module: str, extra: str, what: str) -> Any:
    """The driver's module; SourceError that says how to install it where it cannot be imported."""
    try:
        return import_module(module)
    except ImportError as error:
        raise SourceError(
            f'{what} needs a driver that cannot be loaded ({error}). Install it with: pip install "upstate[{extra}]".'
        ) from error


def _fetched(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from rows
