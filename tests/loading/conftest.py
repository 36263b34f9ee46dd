"""A hub in a database of its own, with a small catalog of schools, pupils and notes or one that the test brings."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from tests.loading.desk import CATALOG, Desk

from upstate.catalog import parse_catalog
from upstate.hub.start import Configuration, start
from upstate.loading.spreading import prepare_spread

MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def empty_hub(cluster_url: str) -> Iterator[str]:
    """The name of a database with control tables and nothing else: copying it is ten times quicker than making it."""
    with _database(cluster_url, "template0") as url:
        start(Configuration(url))
        from django.db import connections

        from upstate.hub.set_up import set_up  # Django's models can be imported once it has started

        set_up(url, CATALOG)
        connections.close_all()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop schema state cascade")
        yield urlsplit(url).path[1:]


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
            url = stack.enter_context(_database(cluster_url, empty_hub))
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


@contextmanager
def _database(cluster_url: str, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        _run(connection, "create database {} template {}", name, template)
        yield urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name}"))
        _run(connection, "drop database {} with (force)", name)


def _run(connection: psycopg.Connection[Any], query: str, *names: str) -> None:
    connection.execute(sql.SQL(query).format(*map(sql.Identifier, names)))
