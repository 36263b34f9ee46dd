"""A hub whose two districts read one source, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.databases import let_go, new_database, passing_database
from tests.home import once

from upstate.hub.start import Configuration, start

start(Configuration("dbname=none"))  # the hub's modules may be imported once Django is ready; nothing is connected

from tests.changes.both_ways import BothWays, Postgresql, Sqlite, made_hub, open_hub  # noqa: E402


@pytest.fixture(scope="session")
def set_up_once(pytestconfig: pytest.Config, cluster_url: str) -> str:
    """The URL of a database that is set up, to be copied."""

    def make(_: Path) -> str:
        url = new_database(cluster_url)
        made_hub(url)
        let_go()
        return url

    return once(pytestconfig, "changes", make)


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest, cluster_url: str, set_up_once: str, tmp_path: Path) -> Iterator[BothWays]:
    """The hub, set up, with a district's database that is empty."""
    with ExitStack() as stack:
        url = stack.enter_context(passing_database(cluster_url, set_up_once))
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        if request.param == "sqlite":
            source: Sqlite | Postgresql = Sqlite(tmp_path / "district.sqlite")
        else:
            source = Postgresql(stack.enter_context(passing_database(cluster_url)))
        yield open_hub(url, source, connection)
        let_go()
