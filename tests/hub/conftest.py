"""A hub in a fresh database with a catalog of five objects and one district, for each test that asks."""

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

from tests.hub.state import Made, State, make_state  # noqa: E402


@pytest.fixture(scope="session")
def set_up_once(cluster_url: str) -> Iterator[tuple[str, Made]]:
    """A database that is set up, to be copied: that is several times as quick as setting one up for each test."""
    name = f"hub_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made = make_state(_url(cluster_url, name))
        close_orm()
        yield name, made
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that is its own authority, and its key."""
    from bench.certificate import make_authority

    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def state(cluster_url: str, set_up_once: tuple[str, Made]) -> Iterator[State]:
    """Everything that is set up, with the district Lakeside."""
    template, made = set_up_once
    name = f"test_{uuid.uuid4().hex}"
    url = _url(cluster_url, name)
    with psycopg.connect(cluster_url, autocommit=True) as server:
        names = sql.Identifier(name), sql.Identifier(template)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        start(Configuration(url))
        with psycopg.connect(url, autocommit=True) as connection:
            yield State(url, made.catalog, made.district, connection)
        close_orm()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))


def close_orm() -> None:
    """Let go of the database, so that it can be copied or dropped."""
    from django.db import connections

    connections.close_all()


def _url(cluster_url: str, name: str) -> str:
    return urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name}"))
