"""One embedded PostgreSQL for the whole test session, and a database of its own for each test that asks."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.databases import passing_database, server_url
from tests.home import HOME, make_home, remove_home
from tests.small_disk import small_disk

__all__ = ["small_disk"]  # a fixture

# A machine that is busy with other things is no fault of a test.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """The run's folder, one for all of xdist's processes; and Ctrl-C, which a shell has what it runs in the background
    ignore, so that the commands that tests start do not."""
    make_home(config)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "object") -> None:
    """Called by xdist in the first process, for each worker."""
    node.workerinput["home"] = str(node.config.stash[HOME])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process ends last: it stops the servers and removes the folder."""
    if HOME in config.stash and not hasattr(config, "workerinput"):
        remove_home(config.stash[HOME])


@pytest.fixture(scope="session")
def cluster_url(pytestconfig: pytest.Config) -> str:
    """The URL of the session's server. Do not stop or kill this one: make your own Cluster for that."""
    return server_url(pytestconfig, "pg")


@pytest.fixture
def database(cluster_url: str) -> Iterator[str]:
    """The URL of a fresh, empty database, dropped after the test with whatever is still connected to it."""
    with passing_database(cluster_url) as url:
        yield url
