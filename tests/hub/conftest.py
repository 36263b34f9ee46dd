"""A hub in a fresh database with a catalog of five objects and one district, for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.databases import let_go, new_database, passing_database
from tests.home import once

from upstate.hub.start import Configuration, start

start(Configuration("dbname=none"))  # the hub's modules may be imported once Django is ready; nothing is connected

from tests.hub.state import Made, State, make_state  # noqa: E402


@pytest.fixture(scope="session")
def set_up_once(pytestconfig: pytest.Config, cluster_url: str) -> tuple[str, Made]:
    """A database that is set up, to be copied: that is several times as quick as setting one up for each test."""

    def make(_: Path) -> tuple[str, Made]:
        url = new_database(cluster_url)
        made = make_state(url)
        let_go()
        return url, made

    return once(pytestconfig, "hub", make)


@pytest.fixture(scope="session")
def authority(pytestconfig: pytest.Config) -> tuple[Path, Path]:
    """A certificate for localhost that is its own authority, and its key."""
    from bench.certificate import make_authority

    return once(pytestconfig, "authority", make_authority)


@pytest.fixture
def state(cluster_url: str, set_up_once: tuple[str, Made]) -> Iterator[State]:
    """Everything that is set up, with the district Lakeside."""
    template, made = set_up_once
    with passing_database(cluster_url, template) as url:
        start(Configuration(url))
        with psycopg.connect(url, autocommit=True) as connection:
            yield State(url, made.catalog, made.district, connection)
        let_go()
