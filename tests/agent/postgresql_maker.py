"""A fresh PostgreSQL database for tests, filled by psycopg: the slow reader and writer we compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import ColumnType, SyncObject

DECLARED: dict[ColumnType, str] = {
    "decimal": "numeric",
    "double": "double precision",
    "bytes": "bytea",
    "json": "json",
}


@dataclass(frozen=True)
class PostgresqlMaker:
    """See Maker."""

    url: str

    def texts(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self._make(obj, ["text"] * len(obj.columns), rows)

    def natives(self, obj: SyncObject, rows: Sequence[Sequence[Any]]) -> None:
        self._make(obj, [DECLARED.get(column.type, column.type) for column in obj.columns], rows)

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())

    def _make(self, obj: SyncObject, declared: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(kind))
            for c, kind in zip(obj.columns, declared, strict=True)
        )
        table = sql.Identifier(obj.table)
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, columns))
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
                for row in rows:
                    copy.write_row(row)
