"""A hub in a database of its own, with a small catalog of schools, pupils and notes or one that the test brings."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.databases import let_go, new_database, passing_database
from tests.home import once
from tests.loading.desk import CATALOG, Desk

from upstate.catalog import parse_catalog
from upstate.hub.start import Configuration, start
from upstate.loading.spreading import prepare_spread

MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def empty_hub(pytestconfig: pytest.Config, cluster_url: str) -> str:
    """The URL of a database with control tables and nothing else: copying it is ten times quicker than making it."""

    def make(_: Path) -> str:
        url = new_database(cluster_url)
        start(Configuration(url))
        from upstate.hub.set_up import set_up  # Django's models can be imported once it has started

        set_up(url, CATALOG)
        let_go()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop schema state cascade")
        return url

    return once(pytestconfig, "loading", make)


@pytest.fixture
def partitions() -> int | None:
    """Into how many partitions the state's tables are divided; test_divided.py says otherwise."""
    return None


@pytest.fixture
def make_servers() -> Callable[[], tuple[str, ...]]:
    """Makes empty databases on other servers that hold the state's partitions; test_spread.py says otherwise."""
    return lambda: ()


@pytest.fixture
def make_desk(
    cluster_url: str, empty_hub: str, partitions: int | None, make_servers: Callable[[], tuple[str, ...]]
) -> Iterator[MakeDesk]:
    """Makes a desk for a catalog's texts."""
    with ExitStack() as stack:

        def make(texts: Mapping[str, str] = CATALOG) -> Desk:
            url = stack.enter_context(passing_database(cluster_url, empty_hub))
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            catalog = parse_catalog(texts)
            servers = make_servers()
            prepare_spread(connection, catalog, partitions, servers)
            return Desk(url, connection, catalog, partitions=partitions, servers=servers)

        yield make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """A hub with schools, pupils and notes."""
    return make_desk()
