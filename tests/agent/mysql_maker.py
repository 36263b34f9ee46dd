"""A fresh database of MariaDB for tests, filled by PyMySQL: the slow reader and writer we compare with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pymysql
import pytest

from upstate.agent.sources.mysql_projection import quote
from upstate.catalog import Column, SyncObject

SERVER = "mysql://root@127.0.0.1:3306"
DECLARED = {
    "text": "longtext",
    "integer": "int",
    "bigint": "bigint",
    "double": "double",
    "boolean": "tinyint(1)",
    "date": "date",
    "time": "time(6)",
    "timestamp": "datetime(6)",
    "timestamptz": "varchar(40)",  # a TIMESTAMP holds but the years from 1970 to 2038
    "uuid": "binary(16)",
    "bytes": "longblob",
    "json": "json",
}


@dataclass(frozen=True)
class MysqlMaker:
    """See Maker."""

    url: str

    @contextmanager
    def connect(self) -> Iterator[Any]:
        with connect(urlsplit(self.url).path[1:]) as connection:
            yield connection

    def texts(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self._make(obj, ["longtext"] * len(obj.columns), rows)

    def natives(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self._make(obj, [declared(c) for c in obj.columns], [[_kept(value) for value in row] for row in rows])

    def change(self, statement: str) -> None:
        self.ask(statement)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement over a connection of its own; its rows as the driver itself converts them."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _make(self, obj: SyncObject, kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        columns = ", ".join(f"{quote(c.name)} {kind}" for c, kind in zip(obj.columns, kinds, strict=True))
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {quote(obj.table)} ({columns})")
            cursor.execute("START TRANSACTION")
            marks = ", ".join(["%s"] * len(obj.columns))
            cursor.executemany(f"INSERT INTO {quote(obj.table)} VALUES ({marks})", rows)
            cursor.execute("COMMIT")


@contextmanager
def connect(name: str | None = None) -> Iterator[Any]:
    """A connection to the machine's own server, as its own users have it."""
    connection = pymysql.connect(
        host="127.0.0.1", port=3306, user="root", database=name, charset="utf8mb4", autocommit=True, connect_timeout=5
    )
    with connection:
        yield connection


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of a fresh database, dropped afterwards; skips the test where there is no server."""
    name = f"test_{uuid4().hex}"
    try:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    except pymysql.MySQLError as error:
        pytest.skip(f"no MariaDB or MySQL server at 127.0.0.1:3306 takes root without a password: {error.args[0]}")
    try:
        yield f"{SERVER}/{name}"
    finally:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def declared(column: Column) -> str:
    """The type the database has for a column's."""
    if column.type == "decimal":
        return f"decimal({column.precision or 38},{column.scale or 0})"
    return DECLARED[column.type]


def _kept(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.bytes
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return str(value)
    return value
