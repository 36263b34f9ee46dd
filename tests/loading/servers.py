"""Three PostgreSQL servers for a state that is spread over them: the session's own, and two more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tests.databases import passing_database, server_url


@pytest.fixture(scope="session")
def clusters(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Two more servers; with the session's own, three."""
    return tuple(server_url(pytestconfig, name) for name in ("second", "third"))


@pytest.fixture
def make_servers(clusters: tuple[str, ...]) -> Iterator[Callable[[], tuple[str, ...]]]:
    """Makes an empty database on each of them."""
    with ExitStack() as stack:
        yield lambda: tuple(stack.enter_context(passing_database(url)) for url in clusters)
