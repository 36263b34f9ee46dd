"""A district that gives CSV files, in a folder or a zip: copied to a temporary SQLite file, and read as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Protocol

from upstate.agent.mapping import ColumnOrigin, Mapping, ObjectOrigin
from upstate.agent.sources.address import CsvAddress, OneRosterAddress, SqliteAddress
from upstate.agent.sources.comparison import Comparison, StateSide
from upstate.agent.sources.csv_files import CsvFile, csv_files
from upstate.agent.sources.csv_store import store
from upstate.agent.sources.description import Description
from upstate.agent.sources.sqlite import SqliteSource
from upstate.agent.sources.sqlite_projection import quote
from upstate.agent.sources.sqlite_snapshot import SqliteSnapshot
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch


class Keep(Protocol):
    """Makes the SQLite file of some files; see csv_store.store."""

    def __call__(self, files: list[CsvFile], path: Path, *, records: bool) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A folder or zip of CSV files and where in it each object is; `keep` makes the copy, as `store` does."""

    address: CsvAddress | OneRosterAddress
    mapping: Mapping
    keep: Keep = store

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first file or column that is not there, or a header that is none."""
        wanted = list(objects)
        with self._stored(records=False) as (source, faults):
            for obj in wanted:
                faults.raise_for(obj, self.mapping.origin(obj))
            with faults.added():
                source.check(wanted)

    @contextmanager
    def snapshot(self) -> Iterator[CsvSnapshot]:
        """A copy of the files as they are now. LostSourceError where they were written to while it was made."""
        with self._stored(records=True) as (source, faults), source.snapshot() as snapshot:
            yield CsvSnapshot(snapshot, faults)

    def describe(self) -> Description:
        """SourceError: CSV files say nothing of types and keys."""
        raise SourceError(
            f"{self.address.shown} has CSV files, which say nothing of types and keys. "
            "Write the catalog by hand, or make one from the database they come from."
        )

    @contextmanager
    def _stored(self, *, records: bool) -> Iterator[tuple[SqliteSource, Faults]]:
        with TemporaryDirectory(prefix="upstate-") as folder:
            path = Path(folder) / "files.sqlite"
            with csv_files(self.address.path) as files:
                faults = self.keep(files, path, records=records)
            yield SqliteSource(SqliteAddress(path, self.address.shown), _with_numbers(self.mapping)), Faults(faults)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with files that could not be read, by their table's name in small letters."""

    by_table: dict[str, str]

    def raise_for(self, obj: SyncObject, origin: ObjectOrigin) -> None:
        """SourceError where this object's own file is one of them."""
        fault = None if origin.absent or origin.select else self.by_table.get(origin.table.casefold())
        if fault is not None:
            raise SourceError(f"{obj.name} cannot be read: {fault}")

    @contextmanager
    def added(self) -> Iterator[None]:
        """Add to an error what may be its cause: a SELECT over a file that could not be read."""
        try:
            yield
        except LostSourceError:
            raise
        except SourceError as error:
            if not self.by_table:
                raise
            raise SourceError(f"{error.message} {' '.join(self.by_table.values())}") from error


@dataclass(frozen=True, slots=True)
class CsvSnapshot:
    """The copy, as SQLite reads it."""

    inner: SqliteSnapshot
    faults: Faults

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records in the order of the file; see Snapshot."""
        return self._guarded(obj, lambda: self.inner.read(obj, school_year))

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """The whole copy is looked through; see Snapshot."""
        return self._guarded(obj, lambda: self.inner.select(obj, school_year, wanted))

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Every record is read once and put aside with its digest; see Snapshot."""
        self.faults.raise_for(obj, self.inner.mapping.origin(obj))
        with self.faults.added():
            return self.inner.compare(obj, school_year, state)

    def _guarded(self, obj: SyncObject, read: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
        self.faults.raise_for(obj, self.inner.mapping.origin(obj))
        with self.faults.added():
            yield from read()


def _with_numbers(mapping: Mapping) -> Mapping:
    """The mapping, with numbers where it says that numbers tell a moment: in a CSV file all of them are texts."""
    origins = {}
    for name, origin in mapping.origins.items():
        columns = {key: _number(key, column) if column.stored else column for key, column in origin.columns.items()}
        origins[name] = replace(origin, columns=MappingProxyType(columns))
    return replace(mapping, origins=MappingProxyType(origins))


def _number(name: str, origin: ColumnOrigin) -> ColumnOrigin:
    x = f"({origin.sql}\n)" if origin.sql is not None else f"r.{quote(origin.column or name)}"
    digits = f"({x} GLOB '[0-9]*' OR {x} GLOB '-[0-9]*') AND substr({x}, 2) NOT GLOB '*[^0-9.]*'"
    one_point = f"length({x}) - length(replace({x}, '.', '')) <= 1"
    sql = f"CASE WHEN {digits} AND {one_point} THEN CAST({x} AS NUMERIC) ELSE {x} END"
    return ColumnOrigin(sql=sql, stored=origin.stored)
