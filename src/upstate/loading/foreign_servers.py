"""Other PostgreSQL servers as postgres_fdw knows them: under which name, and how this role reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from upstate.loading.statements import statement

Cursor = psycopg.Cursor[Any]
TO_READ: Mapping[str, str] = {"updatable": "false", "fetch_size": "10000", "async_capable": "true"}
_OF_USER = ("user", "password", "sslcert", "sslkey")
_WHERE = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "connect_timeout")


def make_server(cursor: Cursor, name: str, url: str, reading: Mapping[str, str], password: str = "") -> list[str]:
    """A server of postgres_fdw under this name, and how this role reaches it; one that is known stays as it is."""
    cursor.execute(statement("fdw_extension"))
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    if password:
        parts["password"] = password
    mine = {key: parts[key] for key in _OF_USER if key in parts}
    where = {key: value for key, value in parts.items() if key not in _OF_USER and key in _WHERE}
    with cursor.connection.transaction():
        there = cursor.execute(statement("fdw_server_there"), {"name": name}).fetchone()
        if there is not None:
            return []
        server = sql.Identifier(name)
        cursor.execute(statement("fdw_server", server=server, options=_listed({**where, **reading})))
        cursor.execute(statement("fdw_user", server=server, options=_listed(mine)))
    return [f"server {name}"]


def options_of(url: str) -> list[str]:
    """How a server is reached, NAME=VALUE each, by its URL."""
    return [f"{key}={value}" for key, value in conninfo_to_dict(url).items() if value is not None]


def _listed(options: Mapping[str, str]) -> sql.Composed:
    """Options (NAME 'value', …); nothing where there are none."""
    if not options:
        return sql.SQL("").format()
    listed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(key), sql.Literal(value)) for key, value in options.items()
    )
    return sql.SQL("options ({})").format(listed)


def known_servers(cursor: Cursor) -> dict[str, list[str]]:
    """Every server that this database was ever told of as one for the state, by name, each with how it is reached."""
    return dict(cursor.execute(statement("fdw_servers")).fetchall())
