"""A fresh PostgreSQL database for tests, filled by psycopg: the slow reader and writer we compare with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

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

    @contextmanager
    def as_role(self, may: str, limit: int = -1) -> Iterator[str]:
        """The database's URL for a role of its own that may do this with thing, over so many connections (-1: any)."""
        role = f"reader_{uuid4().hex}"
        self.change(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT {limit}; GRANT {may} ON thing TO {role}")
        parts = urlsplit(self.url)
        server = f"{role}@{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
        try:
            yield urlunsplit(parts._replace(netloc=server))
        finally:
            self.change(f"DROP OWNED BY {role}; DROP ROLE {role}")

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
