"""What groups of processes spend and hold while something runs: processor seconds, and memory at its peak."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

_EVERY = 0.5  # seconds between two looks


class Watch:
    """Looks at some processes and their descendants, by group, as long as the block lasts."""

    def __init__(self, roots: Mapping[str, list[int]]) -> None:
        self._roots = roots
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.most_bytes: dict[str, int] = dict.fromkeys(roots, 0)

    def __enter__(self) -> Watch:
        self._look()
        self._first = dict(self._last)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    @property
    def cpu(self) -> dict[str, float]:
        """Processor seconds of each group, those of descendants that came and went among them; of a first process that
        has ended, until it was looked at last."""
        return {
            group: sum(self._last.get(root, 0.0) - self._first.get(root, 0.0) for root in roots)
            for group, roots in self._roots.items()
        }

    def _look_on(self) -> None:
        while not self._stop.wait(_EVERY):
            self._look()

    def _look(self) -> None:
        for group, roots in self._roots.items():
            held = 0
            for root in roots:
                alive = list(_alive(root))
                if alive:
                    self._last[root] = sum(_spent(process) for process in alive)
                held += sum(_bytes(process) for process in alive)
            self.most_bytes[group] = max(self.most_bytes[group], held)


def _alive(root: int) -> Iterator[psutil.Process]:
    try:
        process = psutil.Process(root)
        if process.status() != psutil.STATUS_ZOMBIE:
            yield process
            yield from process.children(recursive=True)
    except psutil.Error:
        return


def _spent(process: psutil.Process) -> float:
    """What it and those of its children have spent that have ended; the others are looked at themselves."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _bytes(process: psutil.Process) -> int:
    """What it holds, of what it shares with others its part; where the system does not tell, all of it."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    except OSError:
        pass
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
