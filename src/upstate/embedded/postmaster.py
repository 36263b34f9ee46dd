"""Finds the server's processes and ends them; knows a stale, reused or zombie process id from a live one."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq

POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Postmaster:
    """The live first process of a cluster, with what it wrote of itself into `postmaster.pid`."""

    process: psutil.Process
    socket_folder: Path
    ready: bool

    def gone(self) -> bool:
        """Whether it has ended; a zombie has."""
        return not alive(self.process)


def find_postmaster(data: Path) -> Postmaster | None:
    """The server that runs on this data folder, if one does.

    The file alone proves nothing: its process id may be dead, a zombie, or somebody else's by now.
    """
    lines = pid_file_lines(data)
    process = process_of(lines)
    if process is None or not serves(process, data):
        return None
    return Postmaster(
        process=process,
        socket_folder=Path(lines[4]) if len(lines) > 4 else Path(),
        ready=len(lines) > 7 and lines[7].strip() == "ready",
    )


def pid_file_lines(data: Path) -> list[str]:
    """The lines of `postmaster.pid`; none where there is no such file."""
    try:
        return (data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return []


def process_of(lines: list[str]) -> psutil.Process | None:
    """The process named on the first line, dead ones left out."""
    try:
        return psutil.Process(int(lines[0]))
    except (IndexError, ValueError, psutil.NoSuchProcess):
        return None


def serves(process: psutil.Process, data: Path) -> bool:
    """Whether a process is a postmaster on this data folder, and alive."""
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return alive(process) and bool(words) and Path(words[0]).name == "postgres" and str(data) in words


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; neither a zombie nor another that took its number over does."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answers(url: str) -> bool:
    """Whether a server speaks to us at this URL; asked anew for 5 seconds at most."""
    return pq.PGconn.ping(f"{url}&connect_timeout=5".encode()) != pq.Ping.NO_RESPONSE


def orphans(cluster_name: str) -> Iterator[psutil.Process]:
    """Processes of a cluster that outlived its postmaster; a busy one notices only when it next waits.

    They are known by their title, which any user may read, and which begins with the cluster's name.
    """
    title = f"postgres: {cluster_name}: "
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if " ".join(process.cmdline()).startswith(title) and alive(process):
                yield process


def end_orphans(cluster_name: str, patience: float = 2.0) -> bool:
    """Wait for orphans to go, then make them. A new server must not start beside them: they share its files.

    Ending them harshly loses nothing: what they had not committed goes with the recovery that follows anyway.
    """

    def none_left() -> bool:
        return next(orphans(cluster_name), None) is None

    for blow in (signal.SIGQUIT, signal.SIGKILL):
        if wait_until(none_left, patience):
            return True
        for process in orphans(cluster_name):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(blow)
    return wait_until(none_left, patience)


def end_postmaster(postmaster: Postmaster, patience: float) -> bool:
    """Fast shutdown; then immediate; then the end of it. `patience` is in seconds, for the first."""
    for blow, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster.process.send_signal(blow)
        if wait_until(postmaster.gone, seconds):
            return True
    return False


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition, at most so many seconds; whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
