"""A fresh SQLite file for tests, filled by Python's own sqlite3: the slow reader and writer we compare with."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from upstate.catalog import ColumnType, SyncObject

_CHANGE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute(sys.argv[2])
connection.commit()
"""

DECLARED: dict[ColumnType, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "bigint": "INTEGER",
    "decimal": "NUMERIC",
    "double": "REAL",
    "boolean": "INTEGER",
    "bytes": "BLOB",
}


@dataclass(frozen=True)
class SqliteMaker:
    """See Maker; in WAL mode, so that a change need not wait for a snapshot."""

    path: Path

    @property
    def url(self) -> str:
        return str(self.path)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA journal_mode = wal")
        return connection

    def texts(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self._make(obj, ["TEXT"] * len(obj.columns), rows)

    def natives(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        declared = [DECLARED.get(column.type, "TEXT") for column in obj.columns]
        self._make(obj, declared, [[_kept(value) for value in row] for row in rows])

    def change(self, statement: str) -> None:
        # In another process: the two SQLite libraries in this one would drop each other's locks.
        subprocess.run([sys.executable, "-c", _CHANGE, str(self.path), statement], check=True)

    def _make(self, obj: SyncObject, declared: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        columns = ", ".join(f'"{c.name}" {kind}' for c, kind in zip(obj.columns, declared, strict=True))
        with closing(self.connect()) as connection, connection:
            connection.execute(f'CREATE TABLE "{obj.table}" ({columns})')
            marks = ", ".join("?" * len(obj.columns))
            connection.executemany(f'INSERT INTO "{obj.table}" VALUES ({marks})', rows)


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal | UUID | date | time | datetime):
        return str(value)
    return value
