"""The command line as people run it: a database of its own, a small district."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
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
    name, folder = f"cli_{uuid.uuid4().hex}", tmp_path_factory.mktemp("cli")
    with psycopg.connect(cluster_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        make_catalog(folder / "catalog")
        Command({"UPSTATE_DATABASE_URL": _url(cluster_url, name)}, folder).done("hub", "init", "--catalog", "catalog")
        _let_go()
        yield name
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def lakeside(cluster_url: str, set_up_once: str, tmp_path: Path) -> Iterator[Command]:
    """The hub set up with three objects, and the district Lakeside with a source that has a fault."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as server:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(set_up_once)))
        settings = {"UPSTATE_HOME": str(tmp_path / "home"), "UPSTATE_DATABASE_URL": _url(cluster_url, name)}
        made = Command(settings, tmp_path)
        make_source(tmp_path / "lakeside.sqlite")
        made.done("district", "add", "Lakeside", "--source", "lakeside.sqlite", "--year", "2024")
        yield made
        _let_go()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


def _url(cluster_url: str, name: str) -> str:
    return urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name}"))
