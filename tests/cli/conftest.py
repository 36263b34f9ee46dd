"""The command line as people run it: a database of its own, a small district."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from tests.cli.command import Command, make_catalog, make_source


@pytest.fixture
def command(database: str, tmp_path: Path) -> Command:
    """`upstate` with a home and a PostgreSQL for this test alone; nothing is set up."""
    return Command({"UPSTATE_HOME": str(tmp_path / "home"), "UPSTATE_DATABASE_URL": database}, tmp_path)


@pytest.fixture(scope="session")
def set_up_once(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database that is set up with three objects, to be copied."""
    folder = tmp_path_factory.mktemp("cli")
    make_catalog(folder / "catalog")
    with set_up_in(cluster_url, folder, "--catalog", "catalog") as name:
        yield name


@contextmanager
def set_up_in(cluster_url: str, folder: Path, *options: str) -> Iterator[str]:
    """The name of a database that `upstate hub init` with these options has set up, gone afterwards."""
    name = f"cli_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        Command({"UPSTATE_DATABASE_URL": database_url(cluster_url, name)}, folder).done("hub", "init", *options)
        let_go()
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def lakeside(cluster_url: str, set_up_once: str, tmp_path: Path) -> Iterator[Command]:
    """The hub set up with three objects, and the district Lakeside with a source that has a fault."""
    with copied(cluster_url, set_up_once, tmp_path) as made:
        make_source(tmp_path / "lakeside.sqlite")
        made.done("district", "add", "Lakeside", "--source", "lakeside.sqlite", "--year", "2024")
        yield made


@contextmanager
def copied(cluster_url: str, template: str, folder: Path) -> Iterator[Command]:
    """`upstate` in a folder, over a copy of a database that is gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as server:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        settings = {"UPSTATE_HOME": str(folder / "home"), "UPSTATE_DATABASE_URL": database_url(cluster_url, name)}
        yield Command(settings, folder)
        let_go()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def let_go() -> None:
    """Let this process hold no connection."""
    from django.db import connections

    connections.close_all()


def database_url(cluster_url: str, name: str) -> str:
    """The URL of a database of the session's server."""
    return urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name}"))
