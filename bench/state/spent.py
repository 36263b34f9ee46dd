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
        self._last: dict[int, tuple[str, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.most_bytes: dict[str, int] = dict.fromkeys(roots, 0)

    def __enter__(self) -> Watch:
        self._look(beginning=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    @property
    def cpu(self) -> dict[str, float]:
        """Processor seconds of each group; what a process did between its last look and its end is missing."""
        spent = dict.fromkeys(self._roots, 0.0)
        for process, (group, seconds) in self._last.items():
            spent[group] += seconds - self._first.get(process, 0.0)
        return spent

    def _look_on(self) -> None:
        while not self._stop.wait(_EVERY):
            self._look()

    def _look(self, *, beginning: bool = False) -> None:
        held = dict.fromkeys(self._roots, 0)
        for group, process in self._alive():
            try:
                with process.oneshot():
                    times, own = process.cpu_times(), _bytes(process)
            except psutil.Error:
                continue
            self._last[process.pid] = (group, times.user + times.system)
            if beginning:
                self._first[process.pid] = times.user + times.system
            held[group] += own
        for group, size in held.items():
            self.most_bytes[group] = max(self.most_bytes[group], size)

    def _alive(self) -> Iterator[tuple[str, psutil.Process]]:
        for group, roots in self._roots.items():
            for root in roots:
                try:
                    process = psutil.Process(root)
                    yield group, process
                    for child in process.children(recursive=True):
                        yield group, child
                except psutil.Error:
                    continue


def _bytes(process: psutil.Process) -> int:
    """What it holds, of what it shares with others its part; where the system does not tell, all of it."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return int(process.memory_info().rss)
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
