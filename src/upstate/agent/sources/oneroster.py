"""A district that gives OneRoster 1.2 CSV files: checked by their manifest, then read as any CSV files are."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import adbc_driver_manager as adbc
from adbc_driver_sqlite import dbapi

from upstate.agent.mapping import Mapping, parse_mapping
from upstate.agent.sources.address import OneRosterAddress
from upstate.agent.sources.csv_files import CsvFile
from upstate.agent.sources.csv_reading import CsvFaultError, read_header, read_records
from upstate.agent.sources.csv_source import CsvSource
from upstate.agent.sources.csv_store import store
from upstate.agent.sources.oneroster_manifest import COLUMNS, manifest_columns, need_columns, wanted_files
from upstate.catalog import read_catalog, shipped_catalog
from upstate.errors import SourceError

_ROOM = "upstate.agent.sources"
# What the shipped mapping reads beside the files, in the order in which each needs those before it.
_TABLES = ("class_years", "student_years", "people")
# Objects of the shipped mapping that need what OneRoster has no word for, by the option of the address that says it.
_NEEDED = {"state": "District", "start_status": "Enrollment"}


def mapping_text() -> str:
    """The mapping that OneRoster files are read by, as it is shipped: TOML, to read and to change."""
    return (resources(_ROOM) / "oneroster.toml").read_text(encoding="utf-8")


def roster_mapping(own: Mapping) -> Mapping:
    """The shipped mapping, with a district's own objects in the place of the shipped ones of their names."""
    return Mapping(MappingProxyType({**_shipped(), **own.origins}), others_absent=True)


def roster_source(address: OneRosterAddress, mapping: Mapping) -> CsvSource:
    """The source of an export; nothing is opened yet."""
    return CsvSource(address, mapping, _Keeping(address, mapping))


@cache
def _shipped() -> Dictionary[str, Any]:
    return parse_mapping("oneroster.toml", mapping_text(), read_catalog(shipped_catalog("k12"))).origins


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Copies an export into a SQLite file, with the tables beside the files that the mapping reads."""

    address: OneRosterAddress
    mapping: Mapping

    def __call__(self, files: list[CsvFile], path: Path, *, records: bool) -> dict[str, str]:
        """As csv_store.store, but one file that is wrong is the end: each leans on the others. SourceError."""
        self._need_options()
        by_name = {file.table.casefold(): file for file in files}
        shown = self.address.shown
        if "manifest" not in by_name:
            raise SourceError(
                f"{shown} has no manifest.csv, by which a OneRoster export says what it holds. Have it exported as "
                "OneRoster 1.2 CSV; plain files are read from csv:///PATH."
            )
        with _told_of(by_name["manifest"]):
            wanted = wanted_files(shown, _manifest(by_name["manifest"]), [file.table for file in files])
        for name in wanted:
            with _told_of(by_name[name.casefold()]) as file:
                need_columns(file.shown, name, read_header(file.open))
        kept = [replace(by_name[name.casefold()], table=name) for name in wanted]
        for fault in store(kept, path, records=records).values():
            raise SourceError(fault)
        self._add_tables(path, wanted)
        return {}

    def _need_options(self) -> None:
        shipped = _shipped()
        lacking = [
            option
            for option, name in _NEEDED.items()
            if not getattr(self.address, option) and self.mapping.origins[name].select == shipped[name].select
        ]
        if lacking:
            raise SourceError(
                "OneRoster has no word for the state that a district is in, nor for how an enrollment began. "
                f"Say {' and '.join(lacking)} in the address, with codes of the catalog, as in "
                f"oneroster://{self.address.path}?state=KY&start_status=E01, or map "
                f"{' and '.join(_NEEDED[option] for option in lacking)} yourself."
            )

    def _add_tables(self, path: Path, wanted: list[str]) -> None:
        try:
            with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
                for name, columns in COLUMNS.items():
                    if name in wanted:
                        cursor.execute(f"DELETE FROM {name} WHERE lower(trim(status)) IN ('tobedeleted', 'inactive')")  # noqa: S608
                    else:
                        cursor.execute(f"CREATE TABLE {name} ({', '.join(f'`{column}` TEXT' for column in columns)})")
                cursor.execute("CREATE TABLE options (state TEXT, startStatus TEXT)")
                cursor.execute("INSERT INTO options VALUES (?, ?)", (self.address.state, self.address.start_status))
                for table in _TABLES:
                    cursor.execute((resources(_ROOM) / "sql" / f"oneroster_{table}.sql").read_text(encoding="utf-8"))
        except adbc.Error as error:
            raise SourceError(
                f"{self.address.shown} cannot be put aside to be read: {str(error).strip().splitlines()[0]}. "
                "Make room in the folder for temporary files."
            ) from error


@contextmanager
def _told_of(file: CsvFile) -> Iterator[CsvFile]:
    """What is wrong with a file, as a SourceError that names it."""
    try:
        yield file
    except CsvFaultError as fault:
        raise SourceError(f"{file.shown}, {fault}") from fault


def _manifest(file: CsvFile) -> Iterator[tuple[str | None, str | None]]:
    name, value = manifest_columns(file.shown, read_header(file.open))
    with closing(read_records(file.open)) as batches:  # type: ignore[type-var]
        for batch in batches:
            yield from zip(batch.column(name).to_pylist(), batch.column(value).to_pylist(), strict=True)
