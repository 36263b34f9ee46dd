"""A small made-up district, made once for all tests that only read it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.demo.district import RECIPE, District

from upstate.catalog import read_catalog, shipped_catalog
from upstate.demo import make_district


@pytest.fixture(scope="session")
def lakeside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """The district in SQLite, with every kind of fault."""
    path: Path = tmp_path_factory.mktemp("demo") / "lakeside.db"
    made = make_district(RECIPE, path)
    connection = sqlite3.connect(path)
    catalog = read_catalog(shipped_catalog("k12")).offered("KY", frozenset({"reporting_entity"}))
    yield District(made, connection, catalog)
    connection.close()
