"""One embedded PostgreSQL for the whole test session, and a database of its own for each test that asks."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from tests.small_disk import small_disk

from upstate.embedded import Cluster

__all__ = ["small_disk"]  # a fixture

HOME = pytest.StashKey[Path]()

# A machine that is busy with other things is no fault of a test.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """The session's folder: made by the first process, told to xdist's workers, so that all share one server."""
    worker = getattr(config, "workerinput", None)
    folder = Path(worker["session_folder"]) if worker else Path(tempfile.mkdtemp(prefix="upstate-tests-"))
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    config.stash[HOME] = folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "object") -> None:
    """Called by xdist in the first process, for each worker."""
    node.workerinput["session_folder"] = str(node.config.stash[HOME])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process ends last: it stops the server and removes the folder."""
    if HOME in config.stash and not hasattr(config, "workerinput"):
        Cluster(config.stash[HOME] / "pg").stop()
        shutil.rmtree(config.stash[HOME], ignore_errors=True)


@pytest.fixture(scope="session")
def cluster_url(pytestconfig: pytest.Config) -> str:
    """The URL of the session's server. Do not stop or kill this one: make your own Cluster for that."""
    url = Cluster(pytestconfig.stash[HOME] / "pg").start()
    with psycopg.connect(url, autocommit=True) as connection:
        # no test here needs this server to survive the machine, and new databases come four times as fast
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture
def database(cluster_url: str) -> Iterator[str]:
    """The URL of a fresh, empty database, dropped after the test with whatever is still connected to it."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(cluster_url)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
