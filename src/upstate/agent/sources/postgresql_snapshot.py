"""A snapshot of a district's PostgreSQL: one repeatable-read transaction, streamed as Arrow in the table's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa

from upstate.agent.conform import TEXT, conform
from upstate.agent.mapping import Mapping, ObjectOrigin
from upstate.agent.sources import postgresql_projection as dialect
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading, compare_by_sums
from upstate.agent.sources.postgresql_blocks import Strung, is_table, pages_query, parted
from upstate.agent.sources.postgresql_digests import in_the_database, rows_of
from upstate.agent.sources.slicing import MOST_BYTES, cut
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch
from upstate.wire.digests import for_shipping, self_test_sql, sums_from_answer

ERRORS = (adbc.Error, pa.ArrowException, OSError)
_INDEXES = "SELECT set_config('enable_indexscan', '{0}', true), set_config('enable_indexonlyscan', '{0}', true)"


@dataclass(frozen=True, slots=True)
class PostgresqlSnapshot:
    """An open repeatable-read transaction of one connection."""

    connection: Any
    mapping: Mapping
    shown: str
    digests_itself: bool = False
    again: Callable[[], AbstractContextManager[PostgresqlSnapshot | None]] | None = None

    def twin(self) -> AbstractContextManager[PostgresqlSnapshot | None]:
        """The same moment over another connection; see Twinned."""
        return nullcontext() if self.again is None else self.again()

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records in the table's own order; see Snapshot."""
        origin = self.mapping.origin(obj)
        if origin.absent:
            return
        try:
            types = self._begin(obj, origin)
            strung = Strung.of(dialect.fields(obj, types)) if is_table(obj, origin) else None
            pages = self.fetch(pages_query(origin)) if strung is not None else []
            if strung is None or not pages:
                yield from self._read(obj, dialect.projection(obj, origin, types, school_year))
                return
            where = dialect.conditions(obj, types, school_year)
            ((count,),) = pages
            for raw in cut(parted(count, lambda part: self._block(strung, dialect.rows(obj, origin, part), where))):
                yield conform(obj, raw)
        except ERRORS as error:
            raise self._translated(obj, error) from error

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """Found by an index where the district has one for what is wanted; see Snapshot."""
        origin = self.mapping.origin(obj)
        if origin.absent or not len(wanted):
            return
        try:
            types = self._begin(obj, origin)
            query = dialect.projection(obj, origin, types, school_year, dialect.among(wanted, types))
            yield from chosen(self._read(obj, query), wanted)
        except ERRORS as error:
            raise self._translated(obj, error) from error

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Where the database can digest the object itself, only what is in a differing bucket is read; see Snapshot."""
        origin = self.mapping.origin(obj)
        try:
            if origin.absent or not self.digests_itself:
                return compare_by_reading(obj, self.read(obj, school_year), state)
            types = self._begin(obj, origin)
            compared = for_shipping(obj)
            database = in_the_database(compared, types)
            if database is None:
                return compare_by_reading(obj, self.read(obj, school_year), state)
            rows = rows_of(obj, origin, types, school_year)
            with self.connection.cursor() as cursor:
                cursor.execute(database.sums(compared, rows, state.buckets))
                district = sums_from_answer(compared, cursor.fetch_arrow_table(), state.buckets)

            def within(buckets: list[int]) -> Iterator[Batch]:
                only = database.within(compared, state.buckets, buckets)
                return self._read(obj, dialect.projection(obj, origin, types, school_year, only))

            def select(wanted: Wanted) -> Iterator[Batch]:
                only = dialect.among(wanted, types)
                return chosen(self._read(obj, dialect.projection(obj, origin, types, school_year, only)), wanted)

            return compare_by_sums(obj, district, state, within, select)
        except ERRORS as error:
            raise self._translated(obj, error) from error

    def _begin(self, obj: SyncObject, origin: ObjectOrigin) -> dict[str, str]:
        """Make ready to read an object; its columns' types here."""
        self.run("SAVEPOINT object")  # so that one object's error leaves the snapshot to the others
        if any(each.select is not None for each in self.mapping.origins.values()):
            self.keep_order(origin)
        kinds = self.fetch(dialect.types_query(obj, origin))
        return {column.name: kind for column, (kind,) in zip(obj.columns, kinds, strict=True)}

    def keep_order(self, origin: ObjectOrigin | None = None) -> None:
        """Of a table, read in the heap's own order: the same until somebody writes, whatever the planner thinks of
        indexes. A mapped SELECT is the planner's business."""
        self.fetch(_INDEXES.format("off" if origin is None or origin.select is None else "on"))

    def _read(self, obj: SyncObject, query: str) -> Iterator[Batch]:
        with self.connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(MOST_BYTES)})
            cursor.execute(query)
            for raw in cut(map(_plain, cursor.fetch_record_batch())):
                yield conform(obj, raw)

    def _block(self, strung: Strung, rows: str, where: str) -> pa.RecordBatch:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT {strung.select()} FROM ({rows}) AS s{where}")  # noqa: S608
            row = cursor.fetch_arrow_table()
        return _plain(strung.apart([column[0].as_buffer() for column in row.columns]))

    def agrees_on_digests(self) -> bool:
        """Whether this database computes digests as every other side does; ask before a transaction begins."""
        try:
            self.run("SET jit = off")  # compiling a digest takes longer than computing a million
            return self.fetch(self_test_sql()) == [(True,)]
        except ERRORS:
            return False

    def run(self, statement: str) -> None:
        """Run a statement that gives nothing back."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a short query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def _translated(self, obj: SyncObject, error: Exception) -> SourceError:
        """One object's error, or that the connection, and the snapshot with it, is gone."""
        try:
            self.run("ROLLBACK TO SAVEPOINT object")
        except ERRORS:
            return LostSourceError(
                f"The connection to {self.shown} was lost while reading {obj.name}: {said(error)}. "
                "Run the same command again: what has been delivered is not sent twice."
            )
        return cannot_be_read(obj, self.shown, said(error))


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text columns as plain text: the driver marks a numeric as a type of its own, and carries its text."""
    arrays = []
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        plain = array.storage if isinstance(array, pa.ExtensionArray) else array
        arrays.append(plain.cast(pa.string()) if name.startswith(TEXT) else plain)
    return pa.RecordBatch.from_arrays(arrays, batch.schema.names)


def cannot_be_read(obj: SyncObject, shown: str, said: str) -> SourceError:
    """That an object cannot be read from there, and why."""
    return SourceError(f"{obj.name} cannot be read from {shown}: {said.rstrip('.')}.")


def said(error: BaseException) -> str:
    """What PostgreSQL said, in one line without the query."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    for lead in ("ERROR:  ", "FATAL:  ", "[libpq] "):
        line = line.partition(lead)[2] or line
    return line.rstrip(". ")
