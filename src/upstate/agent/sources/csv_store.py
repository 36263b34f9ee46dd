"""CSV files as a temporary SQLite file: a copy of one moment, that mapped columns and SELECTs can be asked of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import adbc_driver_manager as adbc
from adbc_driver_sqlite import dbapi

from upstate.agent.sources.csv_files import CsvFile
from upstate.agent.sources.csv_reading import BLOCKS, CsvFaultError, LongRecordError, read_header, read_records
from upstate.agent.sources.sqlite_projection import quote
from upstate.errors import SourceError

# Nothing of it outlives the process that makes it.
_SETTINGS = ("PRAGMA journal_mode = off", "PRAGMA synchronous = off", "BEGIN")


def store(files: Iterable[CsvFile], path: Path, *, records: bool = True) -> dict[str, str]:
    """Make a SQLite file of a table for each, every column a text; without `records`, of empty tables.

    Gives, by table in small letters, what is wrong with files that could not be read: of such there is no table.
    SourceError where there is no room for it.
    """
    faults = {}
    try:
        with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)
            for file in files:
                try:
                    _fill(cursor, file, records=records)
                except CsvFaultError as fault:
                    cursor.execute(f"DROP TABLE IF EXISTS {quote(file.table)}")
                    faults[file.table.casefold()] = f"{file.shown}, {fault}"
            cursor.execute("COMMIT")
    except adbc.Error as error:
        raise SourceError(
            f"The files cannot be put aside to be read: {str(error).strip().splitlines()[0]}. "
            "Make room in the folder for temporary files."
        ) from error
    return faults


def _fill(cursor: Any, file: CsvFile, *, records: bool) -> None:
    columns = ", ".join(f"{quote(name)} TEXT" for name in read_header(file.open))
    cursor.execute(f"CREATE TABLE {quote(file.table)} ({columns})")
    for block in BLOCKS if records else ():
        try:
            for batch in read_records(file.open, block):
                cursor.adbc_ingest(file.table, batch, mode="append")
        except LongRecordError:
            if block == BLOCKS[-1]:
                raise
            cursor.execute(f"DELETE FROM {quote(file.table)}")  # noqa: S608
        else:
            return
