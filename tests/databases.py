"""Databases of the tests' servers: new ones, and copies of those that are made once in a run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from tests.home import HOME

from upstate.embedded import Cluster

EMPTY = "template0"


def server_url(config: pytest.Config, name: str) -> str:
    """The URL of a server of the run, started where it does not run. Whoever wants to kill one makes their own."""
    url = Cluster(config.stash[HOME] / name).start()
    with psycopg.connect(url, autocommit=True) as connection:
        # no test here needs this server to survive the machine, and new databases come four times as fast
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
        connection.execute("SELECT pg_reload_conf()")
    return url


def new_database(server: str, template: str = EMPTY) -> str:
    """The URL of a new database, empty or a copy of another's, by its name or URL; it stays as long as the server."""
    name = f"test_{uuid.uuid4().hex}"
    copied = name_in(template) if "://" in template else template
    _run(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, copied)  # by the log: twice as long
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def passing_database(server: str, template: str = EMPTY) -> Iterator[str]:
    """As `new_database`; dropped after the block with whatever is still connected to it."""
    url = new_database(server, template)
    yield url
    _run(server, "DROP DATABASE {} WITH (FORCE)", name_in(url))


def name_in(url: str) -> str:
    """The name of the database in a URL."""
    return urlsplit(url).path[1:]


def let_go() -> None:
    """Let this process hold no connection of Django's or of the pages, so that a database can be copied."""
    from django.db import connections

    from upstate.hub.web.state import close_pools

    close_pools()
    connections.close_all()


def _run(server: str, query: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(query).format(*map(sql.Identifier, names)))
