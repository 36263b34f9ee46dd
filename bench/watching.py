"""Running a step: its seconds by the wall, and the memory and processor time of every process that works for it."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_EVERY = 0.05  # seconds between two looks
_TITLE = re.compile(r"postgres: (?:[^ ]+: )?(?:(parallel worker)|[^ ]+ ([^ ]+) \[local\])")
_KIB = 1024


class BenchError(Exception):
    """A step that did not run to its end; in one line, what it said."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run: the name it has in the report, its arguments, what its environment has besides ours."""

    name: str
    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Seen:
    """A process: the most bytes it held (`resident` counts what it shares, `private` does not), its seconds of CPU."""

    name: str
    resident: int = 0
    private: int = 0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """A step that ran: seconds from the start of its first process to the end of its last, what each program wrote."""

    seconds: float
    said: tuple[str, ...]
    processes: tuple[Seen, ...]

    @property
    def cpu(self) -> float:
        """Seconds of processor time, of all processes together, to within what they did after the last look."""
        return sum(seen.cpu for seen in self.processes)


def run(commands: Sequence[Command], postmaster: int) -> Run:
    """Run programs side by side to their ends, watching them and the server's backends that appear meanwhile.

    BenchError where one of them fails; the others are ended then.
    """
    watch = _Watch(postmaster)
    began = time.perf_counter()
    started = [
        subprocess.Popen(
            command.arguments,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    for command, process in zip(commands, started, strict=True):
        watch.add(command.name, process.pid)
    with watch:
        said = _outputs(commands, started)
        seconds = time.perf_counter() - began
    return Run(seconds, said, tuple(watch.seen.values()))


def _outputs(commands: Sequence[Command], started: Sequence[subprocess.Popen[str]]) -> tuple[str, ...]:
    answers: dict[int, tuple[str, str]] = {}

    def listen(number: int) -> None:
        answers[number] = started[number].communicate()
        if started[number].returncode:  # who waits for it at a pipe would wait for ever
            for other in started:
                other.terminate()

    threads = [threading.Thread(target=listen, args=(number,)) for number in range(len(started))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [number for number, process in enumerate(started) if process.returncode > 0]
    if failed or any(process.returncode for process in started):
        number = failed[0] if failed else 0
        lines = answers[number][1].strip().splitlines() or ["no word"]
        raise BenchError(f"{commands[number].name} ended with {started[number].returncode}: {lines[-1]}")
    return tuple(answers[number][0] for number in range(len(started)))


class _Watch:
    """A thread that looks at the processes again and again; those that the server had before are not ours."""

    def __init__(self, postmaster: int) -> None:
        self.seen: dict[int, Seen] = {}
        self._postmaster = postmaster
        self._before = set(_children(postmaster))
        self._roots: dict[int, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def add(self, name: str, process: int) -> None:
        """Watch this process and its descendants."""
        self._roots[process] = name

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._stop.wait(_EVERY):
            for process, name in self._alive():
                _look(self.seen.setdefault(process, Seen(name)), process)

    def _alive(self) -> Iterator[tuple[int, str]]:
        for root, name in self._roots.items():
            yield root, name
            for child in _descendants(root):
                yield child, f"{name}'s child"
        for process in _children(self._postmaster):
            if process not in self._before and (name := _backend(process)):
                yield process, name


def _backend(process: int) -> str:
    """What a process of the server works at; empty where it is none of those that serve a client."""
    try:
        title = psutil.Process(process).cmdline()
    except psutil.Error:
        return ""
    found = _TITLE.match(title[0]) if title else None
    if found is None:
        return ""
    return found[1] or f"backend in {found[2]}"


def _look(seen: Seen, process: int) -> None:
    """Raise what was seen of a process to what it holds now."""
    try:
        times = psutil.Process(process).cpu_times()
        seen.cpu = max(seen.cpu, times.user + times.system)
        status = Path(f"/proc/{process}/status")
        if status.exists():  # the peak since it began, and its own pages, without walking through its page table
            held = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            seen.resident = max(seen.resident, _bytes(held, "VmHWM"))
            seen.private = max(seen.private, _bytes(held, "RssAnon"))
        else:
            memory = psutil.Process(process).memory_full_info()
            seen.resident, seen.private = max(seen.resident, memory.rss), max(seen.private, memory.uss)
    except (psutil.Error, OSError):
        return  # it has just ended


def _bytes(status: Mapping[str, str], name: str) -> int:
    return int(status[name].split()[0]) * _KIB if name in status else 0


def _descendants(process: int) -> Iterator[int]:
    for child in _children(process):
        yield child
        yield from _descendants(child)


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")  # psutil would read every process of the machine
    try:
        return [int(child) for child in listed.read_text().split()]
    except OSError:
        try:
            return [child.pid for child in psutil.Process(process).children()]
        except psutil.Error:
            return []
