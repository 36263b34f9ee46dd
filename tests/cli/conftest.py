"""The command line as people run it: a database of its own, a small district."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.command import Command, make_catalog, make_source
from tests.databases import let_go, new_database, passing_database
from tests.home import once


@pytest.fixture
def command(database: str, tmp_path: Path) -> Command:
    """`upstate` with a home and a PostgreSQL for this test alone; nothing is set up."""
    return Command({"UPSTATE_HOME": str(tmp_path / "home"), "UPSTATE_DATABASE_URL": database}, tmp_path)


@pytest.fixture(scope="session")
def set_up_once(pytestconfig: pytest.Config, cluster_url: str) -> str:
    """The URL of a database that is set up with three objects, to be copied."""

    def make(folder: Path) -> str:
        make_catalog(folder / "catalog")
        return set_up_in(cluster_url, folder, "--catalog", "catalog")

    return once(pytestconfig, "cli", make)


def set_up_in(cluster_url: str, folder: Path, *options: str) -> str:
    """The URL of a database that `upstate hub init` with these options has set up."""
    url = new_database(cluster_url)
    Command({"UPSTATE_DATABASE_URL": url}, folder).done("hub", "init", *options)
    let_go()
    return url


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
    with passing_database(cluster_url, template) as url:
        yield Command({"UPSTATE_HOME": str(folder / "home"), "UPSTATE_DATABASE_URL": url}, folder)
        let_go()
