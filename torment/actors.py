"""The processes of a round: agents, hub, workers and PostgreSQL; started again whenever they end, hit when told to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from torment.plots import Blow, Who
from upstate.embedded import Cluster
from upstate.errors import EmbeddedError

_LOOK_AGAIN = 0.1  # seconds
_REST = 0.5  # before one that ended by itself is started again, as a service manager does


@dataclass
class Actor:
    """One process with its children: what starts it, where its words go, until when it is not to be started again."""

    who: Who
    number: int
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    rest_until: float = 0.0
    ended: int = 0

    def start(self) -> None:
        """Start it, in a session of its own."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def keep_up(self) -> None:
        """Start it where it does not run, once its rest is over."""
        if self.process is not None and self.process.poll() is not None:
            if self.process.returncode != -signal.SIGKILL:
                self.ended += 1
                self.rest_until = time.monotonic() + _REST
            self.process = None
        if self.process is None and time.monotonic() >= self.rest_until:
            self.start()

    def hit(self, blow: Blow) -> None:
        """Kill it, or a part of it, or stop it; it is back after the time that the blow says."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        if blow.how == "kill a part" and (children := _children(process.pid)):
            _signal([_one_of(children, blow.part)], signal.SIGKILL)
            return
        everyone = [process.pid, *_children(process.pid)]
        if blow.how == "stop":
            _signal(everyone, signal.SIGSTOP)
            threading.Timer(blow.away, _signal, (everyone, signal.SIGCONT)).start()
            return
        self.rest_until = time.monotonic() + blow.away
        _signal(everyone, signal.SIGKILL)

    def end(self) -> None:
        """End it with all that it started; it is of no use any more."""
        if self.process is not None:
            everyone = [self.process.pid, *_children(self.process.pid)]
            _signal(everyone, signal.SIGKILL)
            self.process.wait()


class Database:
    """PostgreSQL among the actors; like them it is started again and again."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._away_until = 0.0
        self._stopped_until = 0.0

    def keep_up(self) -> None:
        """Start it where it does not run, once its rest is over."""
        now = time.monotonic()
        if now < max(self._away_until, self._stopped_until):
            return
        with contextlib.suppress(EmbeddedError):  # it may just be killed again
            if not self._cluster.running():
                self._cluster.start()

    def hit(self, blow: Blow) -> None:
        """Kill the postmaster with all its backends, or one of them, or stop them all."""
        try:
            first = int((self._cluster.home / "data" / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        everyone = [first, *_children(first)]
        if blow.how == "kill a part":
            _signal([_one_of(everyone, blow.part)], signal.SIGKILL)
        elif blow.how == "stop":
            self._stopped_until = time.monotonic() + blow.away
            _signal(everyone, signal.SIGSTOP)
            threading.Timer(blow.away, _signal, (everyone, signal.SIGCONT)).start()
        else:
            self._away_until = time.monotonic() + blow.away
            _signal(everyone, signal.SIGKILL)


class Cast:
    """All of a round's actors."""

    def __init__(self, actors: list[Actor], database: Database) -> None:
        self._actors = {(actor.who, actor.number): actor for actor in actors}
        self._database = database
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_up, name="actors"),
            threading.Thread(target=self._keep_database_up, name="postgresql"),
        ]

    def hit(self, blow: Blow) -> None:
        """Let a blow fall."""
        if blow.who == "postgresql":
            self._database.hit(blow)
        else:
            self._actors[blow.who, blow.number].hit(blow)

    def ended(self) -> dict[str, int]:
        """How often each ended by itself."""
        return {f"{a.who} {a.number}": a.ended for a in self._actors.values() if a.ended}

    def _keep_up(self) -> None:
        while not self._over.wait(_LOOK_AGAIN):
            for actor in self._actors.values():
                actor.keep_up()

    def _keep_database_up(self) -> None:
        while not self._over.wait(_LOOK_AGAIN):
            self._database.keep_up()

    @contextlib.contextmanager
    def on_stage(self) -> Iterator[Cast]:
        """All of them at work, for the block."""
        for actor in self._actors.values():
            actor.start()
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()
            for actor in self._actors.values():
                actor.end()


def program(*words: str) -> list[str]:
    """The command line of Upstate itself."""
    return [sys.executable, "-m", "upstate", *words]


def clean_environment() -> dict[str, str]:
    """Ours, without what would tell Upstate something."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}


def _children(process: int) -> list[int]:
    try:
        return [each.pid for each in psutil.Process(process).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _one_of(processes: list[int], part: float) -> int:
    return processes[min(len(processes) - 1, int(part * len(processes)))]


def _signal(processes: list[int], what: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, what)
