"""A snapshot of a SQLite file: one read transaction, streamed as Arrow in the table's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa

from upstate.agent.conform import conform
from upstate.agent.mapping import Mapping
from upstate.agent.sources import sqlite_projection as dialect
from upstate.agent.sources.ahead import fetched_ahead
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading
from upstate.agent.sources.slicing import MOST_BYTES, MOST_RECORDS, cut
from upstate.agent.sources.sqlite_fields import odd
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import SyncObject
from upstate.errors import SourceError
from upstate.wire import Batch

# Few enough records that one batch is fetched, and compared, while there is another to work on; and half of what others
# send at a time, as a record from SQLite is twice as large before it is conformed.
_FETCHED = 8_192
_COMPARED = 16_384
_SENT = 32_768
ERRORS = (adbc.Error, pa.ArrowException, OSError, UnicodeDecodeError)


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
            read, most = 0, self._rows_at_once(obj)
            every = frozenset(column.name for column in obj.columns)
            # Of a table, whose order is known, what follows something odd is read anew with that column's texts; from a
            # second such column on, with those of all.
            spelled = frozenset[str]() if origin.select is None else every
            while True:
                query = dialect.projection(obj, origin, school_year, only, spelled=spelled)
                with self._fetched(query, 1 + read, most) as batches:
                    usual = _Usual(batches, spelled)
                    for raw in cut(usual, records):
                        yield conform(obj, raw)
                        read += raw.num_rows
                if not usual.odd:
                    return
                spelled = every if spelled else usual.odd
        except ERRORS as error:
            raise SourceError(f"{obj.name} cannot be read from {self.shown}: {said(error)}.") from error

    @contextmanager
    def _fetched(self, query: str, skipped: int, most: int) -> Iterator[Iterator[pa.RecordBatch]]:
        with self.connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(min(_FETCHED, most))})
            cursor.execute(query)
            with fetched_ahead(_after(skipped, cursor.fetch_record_batch())) as batches:
                yield batches

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


@dataclass(slots=True)
class _Usual:
    """Raw batches as long as nothing in them is odd that is not spelled; then, in which columns there was."""

    batches: Iterable[pa.RecordBatch]
    spelled: frozenset[str]
    odd: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.odd = odd(batch, self.spelled)
            if self.odd:
                return
            yield batch


def _after(skipped: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Without so many rows, of which the first pins the types."""
    for batch in batches:
        left_out = min(skipped, batch.num_rows)
        yield batch.slice(left_out)
        skipped -= left_out


def said(error: BaseException) -> str:
    """What SQLite said, in one line without the query."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    for lead in ("[SQLite] ", "Failed to prepare query: ", "Failed to step query: "):
        line = line.partition(lead)[2] or line
    return line.rstrip(". ")
