"""How a running resync is shown: a bar on a terminal, else one line for each object as it is settled."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from upstate.cli.printing import console, count, number, status_text
from upstate.hub.reports import ObjectRun

if TYPE_CHECKING:  # as in printing.py
    from rich.progress import Progress
    from rich.text import Text

_WIDEST_NAME = 28

Look = Callable[[], tuple[ObjectRun, ...]]


class Watcher(Protocol):
    """Who is told how a resync goes."""

    def say(self, line: str) -> None:
        """Something worth a line of its own."""

    def see(self, resync: int, look: Look) -> None:
        """Called a few times a second; `look` tells how every object of the resync stands now."""


class Silent:
    """A watcher that tells what must be told on standard error, and nothing else."""

    def say(self, line: str) -> None:
        """One line on standard error."""
        console(error=True).print(line)

    def see(self, resync: int, look: Look) -> None:
        """Nothing is shown."""


class Lines:
    """A line for each object, in the order they run."""

    def __init__(self) -> None:
        self._console = console()
        self._resync = 0
        self._shown = 0

    def say(self, line: str) -> None:
        """A line of its own."""
        self._console.print(line)

    def see(self, resync: int, look: Look) -> None:
        """Print what was settled since."""
        runs = look()
        if resync != self._resync:
            self._resync, self._shown = resync, 0
        while self._shown < len(runs) and runs[self._shown].settled:
            self._console.print(_line(runs[self._shown], self._shown + 1, len(runs)))
            self._shown += 1


class Bar:
    """A bar that counts objects, and says what is read and what lands."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._resync = 0
        self._task = bar.add_task("starting", total=None)

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._bar.console.print(line)

    def see(self, resync: int, look: Look) -> None:
        """Move the bar; another resync begins a new one."""
        runs = look()
        if resync != self._resync:
            self._resync = resync
            self._bar.reset(self._task)
        done = sum(run.settled for run in runs)
        self._bar.update(self._task, completed=done, total=len(runs), description=_now(runs))


@contextmanager
def watching(*, as_json: bool) -> Iterator[Watcher]:
    """The watcher that fits: none of it may get into the JSON on standard output."""
    if as_json:
        yield Silent()
    elif sys.stdout.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=console(), transient=True) as bar:
            yield Bar(bar)
    else:
        yield Lines()


def _now(runs: tuple[ObjectRun, ...]) -> str:
    landing = next((run for run in runs if not run.settled), None)
    reading = next((run for run in runs if run.state == "reading"), None)
    said = []
    if landing is not None and landing.state == "delivered":
        said.append(f"{landing.object} lands ({count(landing.records, 'record')})")
    if reading is not None:
        said.append(f"{reading.object} is read ({number(reading.records)})")
    return ", ".join(said)


def _line(run: ObjectRun, place: int, total: int) -> Text:
    from rich.text import Text

    line = Text(f"{place:>2}/{total} {run.object:<{_WIDEST_NAME}} ")
    if run.state == "failed":
        return line.append_text(status_text(run.status)).append(f"  {run.message}")
    line.append(f"{number(run.counts.processed):>9} processed {number(run.counts.errors):>7} errors  ")
    return line.append_text(status_text(run.status)).append(f"  {run.seconds:.1f} s")
