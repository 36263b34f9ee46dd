"""Databases of the tests' servers: new ones, copies, and what all processes of a run share, as it is slow to make."""

from __future__ import annotations

import copyreg
import fcntl
import pickle
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from upstate.embedded import Cluster

T = TypeVar("T")
HOME = pytest.StashKey[Path]()
EMPTY = "template0"


def _frozen(kept: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(kept)


copyreg.pickle(MappingProxyType, lambda kept: (_frozen, (dict(kept),)))  # a catalog has some, and travels in `once`


def make_home(config: pytest.Config) -> None:
    """Give the run its folder: made by the first process, told to xdist's workers, so that all share its servers."""
    worker = getattr(config, "workerinput", None)
    folder = Path(worker["session_folder"]) if worker else Path(tempfile.mkdtemp(prefix="upstate-tests-"))
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    config.stash[HOME] = folder


def remove_home(config: pytest.Config) -> None:
    """Stop what servers the run has, and remove its folder."""
    for data in config.stash[HOME].glob("*/data"):
        Cluster(data.parent).stop()
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


def server_url(config: pytest.Config, name: str) -> str:
    """The URL of a server of the run, started where it does not run. Whoever wants to kill one makes their own."""
    url = Cluster(config.stash[HOME] / name).start()
    with psycopg.connect(url, autocommit=True) as connection:
        # no test here needs this server to survive the machine, and new databases come four times as fast
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def once(config: pytest.Config, name: str, make: Callable[[Path], T]) -> T:
    """What `make` makes in a folder: the first process of the run that asks makes it, for all of them."""
    folder = config.stash[HOME] / name
    with (config.stash[HOME] / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that was broken off
            folder.mkdir()
            made.write_bytes(pickle.dumps(make(folder)))
        found: T = pickle.loads(made.read_bytes())
        return found


def new_database(server: str, template: str = EMPTY) -> str:
    """The URL of a new database, empty or a copy of another's, by its name or URL; it stays as long as the server."""
    name = f"test_{uuid.uuid4().hex}"
    copied = name_in(template) if "://" in template else template
    _run(server, "CREATE DATABASE {} TEMPLATE {}", name, copied)
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def passing_database(server: str, template: str = EMPTY) -> Iterator[str]:
    """As `new_database`; dropped after the block with whatever is still connected to it."""
    url = new_database(server, template)
    yield url
    _run(server, "DROP DATABASE {} WITH (FORCE)", name_in(url))


def name_in(url: str) -> str:
    """The name of the database in a URL."""
    return urlsplit(url).path[1:]


def let_go() -> None:
    """Let this process hold no connection of Django's or of the pages, so that a database can be copied."""
    from django.db import connections

    from upstate.hub.web.state import close_pools

    close_pools()
    connections.close_all()


def _run(server: str, query: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(query).format(*map(sql.Identifier, names)))
