"""Watches what runs at a hub elsewhere until it has ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import click

from upstate.cli.hubs import Ended
from upstate.cli.progress import Watcher
from upstate.cli.remote_districts import RemoteDistricts
from upstate.cli.remote_reading import read_run
from upstate.errors import HubError

_LOOK_AGAIN = (0.3, 2.0)  # seconds between two looks at a resync, at first and at most
_INTERRUPTED = 130


class LeftRunning(click.ClickException):
    """Someone stopped watching; what was watched goes on at the hub."""

    exit_code = _INTERRUPTED

    def show(self, file: Any = None) -> None:
        """One line on standard error."""
        click.echo(f"upstate: {self.message}", file=file or sys.stderr)


def watch_resync(
    districts: RemoteDistricts, district: str, placed: dict[str, Any], began: float, watcher: Watcher
) -> Ended:
    """Watch a resync to its end, and then what goes on from it; `began` is when its command did."""
    number = placed["resync"]
    look = partial(districts.get, district, f"resyncs/{number}", patient=True)

    def see(seen: dict[str, Any]) -> None:
        watcher.see(number, lambda: tuple(read_run(each) for each in seen["objects"]))

    with _going_on(f"Resync {number}", "; see upstate history"):
        ended = _await(look, placed, f"Resync {number} waits for its turn.", watcher.say, see)
    runs = tuple(read_run(each) for each in ended["objects"])
    followers: list[Ended] = []
    for each in ended["followed_by"]:
        watcher.say(f"Going on with what was held back (resync {each}).")
        following = districts.get(district, f"resyncs/{each}", patient=True)
        last = watch_resync(districts, district, following, time.monotonic(), watcher)
        followers += [replace(last, followers=()), *last.followers]
    seconds = time.monotonic() - began
    return Ended(number, ended["district"], ended["year"], ended["state"], runs, seconds, tuple(followers))


def watch_verification(
    districts: RemoteDistricts, district: str, placed: dict[str, Any], say: Callable[[str], None]
) -> dict[str, Any]:
    """Watch a verification to its end: what the hub tells of it then."""
    number = placed["verification"]
    look = partial(districts.get, district, f"verifications/{number}", patient=True)
    with _going_on(f"Verification {number}"):
        return _await(look, placed, f"Verification {number} waits for its turn.", say)


@contextmanager
def _going_on(what: str, where: str = "") -> Iterator[None]:
    """Whoever stops watching, or cannot go on, is told that the hub does."""
    try:
        yield
    except KeyboardInterrupt:
        raise LeftRunning(f"stopped watching. {what} goes on at the hub.") from None
    except HubError as error:
        raise HubError(f"{error.message} {what} may go on at the hub{where}.") from error


def _await(
    look: Callable[[], dict[str, Any]],
    seen: dict[str, Any],
    waits: str,
    say: Callable[[str], None],
    see: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:
    """Look again and again until what is there has ended; `say` it once where it waits for long."""
    pause, longest = _LOOK_AGAIN
    told = False
    while seen["state"] not in ("finished", "failed"):
        time.sleep(pause)
        pause = min(pause * 1.2, longest)
        seen = look()
        if seen["state"] == "queued" and pause == longest and not told:
            say(waits)
            told = True
        if seen["state"] != "queued":
            see(seen)
    return seen
