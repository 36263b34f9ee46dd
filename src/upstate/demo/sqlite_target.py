"""Writing a made-up district into a SQLite file, as a student information system would keep it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from upstate.catalog import Column, SyncObject
from upstate.demo.world import Columns, Values
from upstate.errors import ConfigError

OURS = 0x4C414B45  # the file's application id, "LAKE": we replace only files that we made
_HEX = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], dtype=np.uint8)
_PLACES = (0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)  # of a GUID's bytes in its text
_TYPES = {"text": "text", "integer": "integer", "bigint": "bigint", "boolean": "boolean", "date": "date",
          "time": "time", "timestamp": "timestamp", "uuid": "char(36)", "double": "double"}  # fmt: skip


class SqliteTarget:
    """A new SQLite file; it stands at its path once everything is written, and not before. Use it in a `with`."""

    database = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(path.name + ".draft")
        if path.exists() and not _is_ours(path):
            raise ConfigError(f"{path} is there and is no made-up district; move it away or name another file.")
        path.parent.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> SqliteTarget:
        self._draft.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._draft, isolation_level=None)
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -65536", f"application_id = {OURS}"):
            self._connection.execute(f"pragma {setting}")
        self._connection.execute("begin")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._connection.execute("commit")
        self._connection.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)

    def create(self, synced: SyncObject, keyed: bool, _wide: frozenset[str]) -> None:
        """The object's empty table."""
        columns = [f'"{column.name}" {_declared(column)}' for column in synced.columns]
        if keyed:
            columns.append("primary key ({})".format(", ".join(f'"{name}"' for name in synced.key)))
        self._connection.execute(f'create table "{synced.table}" ({", ".join(columns)})')

    def write(self, synced: SyncObject, columns: Columns, odd: Mapping[str, Mapping[int, Any]]) -> None:
        """Rows into the object's table; `odd` values take the place of the columns'."""
        values = []
        for column in synced.columns:
            plain = _plain(column, columns[column.name])
            for place, value in odd.get(column.name, {}).items():
                plain[place] = value
            values.append(plain)
        marks = ", ".join("?" * len(values))
        self._connection.executemany(f'insert into "{synced.table}" values ({marks})', zip(*values, strict=True))  # noqa: S608

    def finish(self, _synced: SyncObject, _keyed: bool) -> None:
        """Nothing more to do for a table."""


def _is_ours(path: Path) -> bool:
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return bool(connection.execute("pragma application_id").fetchone() == (OURS,))
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False


def _declared(column: Column) -> str:
    if column.type == "decimal":
        return f"numeric({column.precision},{column.scale})" if column.precision else "numeric"
    if column.type == "text" and column.length:
        return f"varchar({column.length})"
    return _TYPES[column.type]


def _plain(column: Column, values: Values) -> list[Any]:
    """Values as Python's own, in the shapes that SQLite keeps: GUIDs, dates and times as text, truth as 0 and 1."""
    plain = _unmasked(column, np.ma.getdata(values))
    if np.ma.is_masked(values):
        for place in np.flatnonzero(np.ma.getmaskarray(values)).tolist():
            plain[place] = None
    return plain


def _unmasked(column: Column, data: Values) -> list[Any]:
    match column.type:
        case "uuid":
            return [*guid_texts(data)]
        case "date":
            return _each_once(data, "datetime64[D]")
        case "timestamp":
            return [text.replace("T", " ") for text in _each_once(data, "datetime64[s]")]
        case "time":
            return [text[11:] for text in _each_once(data, "datetime64[s]")]
        case "decimal":
            return list(np.round(data.astype(np.float64), column.scale or 6).tolist())
        case "boolean":
            return list(data.astype(np.int64).tolist())
        case _:
            return list(data.tolist())


def _each_once(data: Values, unit: str) -> list[Any]:
    """Moments as text; there are far fewer different ones than rows."""
    different, places = np.unique(data, return_inverse=True)
    names: list[str] = np.datetime_as_string(different.astype(np.int64).astype(unit)).tolist()
    return [names[place] for place in places.tolist()]


def guid_texts(guids: Values) -> list[str]:
    """GUIDs of 16 bytes as text, lower case with dashes."""
    pairs = np.full((len(guids), 36), ord("-"), dtype=np.uint8)
    octets = np.ascontiguousarray(guids).view(np.uint8).reshape(-1, 16)
    for number, place in enumerate(_PLACES):
        pairs[:, place : place + 2] = _HEX[octets[:, number]]
    text = pairs.tobytes().decode()
    return [text[at : at + 36] for at in range(0, len(text), 36)]
