"""The hub as one process tree: starts PostgreSQL, the web server and the worker, keeps them running, ends them all."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from upstate.cli.one_hub import STOP_SECONDS, only_one
from upstate.cli.ports import claim_port
from upstate.cli.settings import Settings
from upstate.cli.web_settings import DEFAULT_PORT
from upstate.errors import ConfigError, EmbeddedError, UpstateError

READY_SECONDS = 60.0
_LOOK_AGAIN = 0.2
_MOST_QUICK_ENDS = 5  # a child that ends this often within a minute will not come up
_PORTS_TO_TRY = 50

Say = Callable[[str], Any]


@dataclass
class Child:
    """One process of the tree, and when it ended of late."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes]
    ends: list[float]


def run_hub(settings: Settings, *, port: int | None, at_once: int, say: Say) -> None:
    """Run the hub until SIGINT, SIGTERM or `upstate hub down`. Children that end are started again.

    ConfigError where one runs already, where the database was never set up, or where no port is free.
    """
    stop = threading.Event()
    with only_one(settings) as tell, _signals(stop), _free_port(port) as free:
        address = os.environ.get("UPSTATE_ADDRESS") or f"http://127.0.0.1:{free}"
        url = settings.database_url if settings.database_url is not None else settings.cluster.start()
        try:
            _check_set_up(url)
            tell(address)
            environment = {
                **os.environ,
                "UPSTATE_HOME": str(settings.home),
                "UPSTATE_DATABASE_URL": url,  # a child must never start the PostgreSQL that is being stopped
                "UPSTATE_ADDRESS": address,
            }
            commands = {
                "web server": ["serve", "--port", str(free), "--child"],
                "worker": ["work", "--at-once", str(at_once), "--child"],
            }
            children = [_started(name, command, environment) for name, command in commands.items()]
            try:
                if _ready(free, address, children, stop):
                    say(f"The hub is ready: {address}   (stop it with Ctrl-C, or: upstate hub down)")
                    _keep_up(settings, children, environment, stop, say)
            finally:
                _end(children)
        finally:
            if settings.database_url is None and not _others_there(url):
                settings.cluster.stop()
    say("The hub has stopped.")


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and its like set `stop`, as long as this lasts."""
    known = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(each, lambda *_: stop.set()) for each in known]
    try:
        yield
    finally:
        for each, handler in zip(known, before, strict=True):
            signal.signal(each, handler)


@contextlib.contextmanager
def _free_port(wanted: int | None) -> Iterator[int]:
    """The wanted port, or the first that is free; nobody else gets it as long as this lasts."""
    for port in [wanted] if wanted is not None else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TO_TRY):
        right = claim_port("127.0.0.1", port)
        if right is not None:
            with right:
                yield port
            return
    raise ConfigError(f"Port {wanted or DEFAULT_PORT} is in use. Choose another with --port.")


def _check_set_up(url: str) -> None:
    """DatabaseError, in one line, where the hub was never set up there; what was added since is made."""
    from upstate.hub.start import Configuration, start

    start(Configuration(url))
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.set_up import set_up

    catalog_in_force()
    set_up(url)
    from django.db import connections

    connections.close_all()


def _started(name: str, command: list[str], environment: dict[str, str]) -> Child:
    line = [sys.executable, "-m", "upstate", "hub", *command]
    return Child(name, line, _spawned(line, environment), [])


def _spawned(line: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # in a session of its own: Ctrl-C reaches us alone, and we end our children in order
    return subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)


def _ready(port: int, address: str, children: list[Child], stop: threading.Event) -> bool:
    """Wait until the pages answer; False where we are told to stop before. ConfigError where they never do."""
    end = time.monotonic() + READY_SECONDS
    host = address.partition("://")[2]
    while not stop.wait(_LOOK_AGAIN):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/alive/", headers={"Host": host})
            if connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR:
                return True
        ended = next((child.name for child in children if child.process.poll() is not None), None)
        if ended is not None or time.monotonic() > end:
            raise ConfigError(f"The hub does not come up: the {ended or 'web server'} says why above.")
    return False


def _keep_up(
    settings: Settings, children: list[Child], environment: dict[str, str], stop: threading.Event, say: Say
) -> None:
    """Start again whatever ends, PostgreSQL included, until we are told to stop."""
    while not stop.wait(_LOOK_AGAIN):
        now = time.monotonic()
        for child in children:
            if child.process.poll() is None:
                continue
            child.ends = [*(at for at in child.ends if at > now - 60.0), now]
            if len(child.ends) >= _MOST_QUICK_ENDS:
                raise ConfigError(f"The {child.name} ends again and again; it says why above.")
            say(f"The {child.name} ended ({child.process.returncode}); starting it again.")
            if stop.wait(float(len(child.ends) - 1)):
                return
            child.process = _spawned(child.command, environment)
        if settings.database_url is None:
            _keep_database(settings, say)


def _keep_database(settings: Settings, say: Say) -> None:
    try:
        if not settings.cluster.running():
            say("PostgreSQL ended; starting it again.")
            settings.cluster.start()
    except EmbeddedError as error:
        say(error.message)
        time.sleep(_LOOK_AGAIN * 10)


def _end(children: list[Child]) -> None:
    """End the children, the web server first, so that nothing new is asked for; whoever does not end is killed."""
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def _others_there(url: str) -> bool:
    """Whether someone else, such as another command, still works with the database."""
    from upstate.hub.postgres import connect, statement

    try:
        with connect(url) as connection:
            row = connection.execute(statement("other_clients")).fetchone()
    except UpstateError:
        return False
    return bool(row and row[0])
