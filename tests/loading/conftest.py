"""A hub in a database of its own, with a small catalog of schools, pupils and notes."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from tests.loading.desk import CATALOG, Desk

from upstate.catalog import parse_catalog
from upstate.hub.start import Configuration, start


def open_desk(url: str, texts: Mapping[str, str]) -> Iterator[Desk]:
    """A hub with this catalog in the database at `url`."""
    start(Configuration(url))
    from upstate.hub.set_up import set_up  # Django's models can be imported once it has started

    set_up(url, texts)
    with psycopg.connect(url, autocommit=True) as connection:
        yield Desk(url, connection, parse_catalog(texts))


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    """A hub with schools, pupils and notes."""
    yield from open_desk(database, CATALOG)
