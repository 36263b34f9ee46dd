"""A fresh folder or zip of CSV files for tests, written by Python's own csv, and changed by SQL in SQLite."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from upstate.catalog import SyncObject

_OF_A_TABLE = re.compile(r"(?:ALTER TABLE (?=\w+ RENAME TO)|DROP TABLE )(?P<table>\w+)(?: RENAME TO (?P<name>\w+))?")


@dataclass(frozen=True)
class CsvMaker:
    """See Maker. A path that ends in .zip is a zip. Files are replaced whole, never written to in place."""

    path: Path

    @property
    def url(self) -> str:
        return f"csv://{self.path}"

    def texts(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self.put({obj.table: _csv([c.name for c in obj.columns], rows)})

    def natives(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        if any(column.type == "bytes" for column in obj.columns):
            pytest.skip("a CSV file has no bytes of its own; a mapping says how its texts tell them")
        self.texts(obj, [[_kept(value) for value in row] for row in rows])

    def change(self, statement: str) -> None:
        if whole := _OF_A_TABLE.fullmatch(statement):  # large ones too: not a row need be read for it
            files = self.held()
            data = files.pop(whole["table"])
            self._keep(files | ({} if whole["name"] is None else {whole["name"]: data}))
            return
        with closing(sqlite3.connect(":memory:")) as connection:
            for name, data in self.held().items():
                header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
                columns = ", ".join(f'"{column}"' for column in header)
                connection.execute(f'CREATE TABLE "{name}" ({columns})')
                connection.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(header))})', rows)
            for name in self.held():
                for column in [c[1] for c in connection.execute(f'PRAGMA table_info("{name}")')]:
                    digits = f""""{column}" GLOB '[0-9]*' AND "{column}" NOT GLOB '*[^0-9]*'"""
                    connection.execute(f'UPDATE "{name}" SET "{column}" = CAST("{column}" AS INTEGER) WHERE {digits}')
            connection.execute(statement)
            files = {}
            for (name,) in connection.execute("SELECT name FROM sqlite_schema").fetchall():
                rows_now = connection.execute(f'SELECT * FROM "{name}"')
                files[name] = _csv([c[0] for c in rows_now.description], rows_now)
        self._keep(files)

    def _keep(self, files: dict[str, bytes]) -> None:
        """These files, and no others."""
        for name in self.held().keys() - files.keys():
            if self.path.suffix != ".zip":
                (self.path / f"{name}.csv").unlink()
        self.put(files, keep=False)

    def put(self, files: dict[str, bytes], *, keep: bool = True) -> None:
        """Write these files; without `keep`, a zip then has no others."""
        if self.path.suffix == ".zip":
            files = {**(self.held() if keep else {}), **files}
            draft = self.path.with_suffix(".draft")
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in files.items():
                    archive.writestr(f"export/{name}.csv", data)
            draft.replace(self.path)
            return
        self.path.mkdir(exist_ok=True)
        for name, data in files.items():
            draft = self.path / f"{name}.draft"
            draft.write_bytes(data)
            draft.replace(self.path / f"{name}.csv")

    def held(self) -> dict[str, bytes]:
        """The files by table."""
        if self.path.suffix == ".zip":
            if not self.path.exists():
                return {}
            with zipfile.ZipFile(self.path) as archive:
                return {Path(name).stem: archive.read(name) for name in archive.namelist()}
        return {each.stem: each.read_bytes() for each in sorted(self.path.glob("*.csv"))}


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """RFC 4180: a null is a field of nothing, an empty text a pair of quotation marks."""
    lines = [",".join(_field(value) for value in row) for row in ([*names], *rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogatepass")


def _field(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return text if text and not set(text) & set(',"\r\n') else '"' + text.replace('"', '""') + '"'


def _kept(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Decimal | UUID | date | time | datetime) else value
