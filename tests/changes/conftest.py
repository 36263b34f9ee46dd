"""A hub whose two districts read one source, in SQLite and in PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from upstate.hub.start import Configuration, start

start(Configuration("dbname=none"))  # the hub's modules may be imported once Django is ready; nothing is connected

from tests.changes.both_ways import BothWays, Postgresql, Sqlite, open_hub  # noqa: E402


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest, database: str, cluster_url: str, tmp_path: Path) -> Iterator[BothWays]:
    """The hub, set up, with a district's database that is empty."""
    from django.db import connections

    with psycopg.connect(database, autocommit=True) as connection:
        if request.param == "sqlite":
            yield open_hub(database, Sqlite(tmp_path / "district.sqlite"), connection)
        else:
            name = sql.Identifier(f"district_{uuid.uuid4().hex}")
            with psycopg.connect(cluster_url, autocommit=True) as server:
                server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
                url = urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name.as_string().strip(chr(34))}"))
                yield open_hub(database, Postgresql(url), connection)
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    connections.close_all()
