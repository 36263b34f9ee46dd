"""A hub elsewhere, asked through its REST API: the same answers as from this machine's own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Literal

import click

from upstate.cli.choosing import find_name
from upstate.cli.hubs import Decision, Ended, ReceiptChecked, Records, Standing, VerificationEnded
from upstate.cli.progress import Watcher
from upstate.cli.remote_client import RemoteClient
from upstate.cli.remote_reading import (
    read_held_removal,
    read_history,
    read_left_over,
    read_leftover,
    read_looked,
    read_outlook,
    read_plan,
    read_receipt,
    read_rejection,
    read_root,
    read_run,
)
from upstate.errors import ConfigError, HubError
from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
from upstate.hub.reports import Outlook, Root
from upstate.loading.dependents import Listed
from upstate.planning import Plan

_LOOK_AGAIN = (0.3, 2.0)  # seconds between two looks at a resync, at first and at most
_AT_ONCE = 5_000
_MOST_ROOTS = 100_000
_MOST_NAMED = 5  # differences of an object, as the command prints them
_INTERRUPTED = 130


class LeftRunning(click.ClickException):
    """Someone stopped watching; the resync goes on at the hub."""

    exit_code = _INTERRUPTED

    def show(self, file: Any = None) -> None:
        """One line on standard error."""
        click.echo(f"upstate: {self.message}", file=file or sys.stderr)


class RemoteHub:
    """Asks a hub elsewhere, as the person whose token it is."""

    def __init__(self, client: RemoteClient) -> None:
        self._client = client
        self._districts: dict[str, int] = {}

    def district_named(self, name: str) -> str:
        """The district's own name; ConfigError where the token's person may see none of that name."""
        if not self._districts:
            self._districts = {each["name"]: each["id"] for each in self._client.get("/districts")["districts"]}
        by_folded = {known.casefold(): known for known in self._districts}
        found = name if name in self._districts else by_folded.get(name.strip().casefold())
        if found is None:
            near = get_close_matches(name, self._districts, n=1)
            seen = f"Did you mean {near[0]}?" if near else f"You may see: {', '.join(self._districts) or 'none'}."
            raise ConfigError(f'There is no district "{name}". {seen}')
        return found

    def object_named(self, name: str) -> str:
        """The object's own name; PlanError where there is none."""
        return find_name((each["object"] for each in self._client.get("/objects")["objects"]), name)

    def plan(self, district: str, objects: Sequence[str] | None, *, year: int | None, check_dependencies: bool) -> Plan:
        """What a resync of these objects would do."""
        chosen = None if objects is None else list(objects)
        answer = self._get(district, "plan", object=chosen, year=year, check_dependencies=check_dependencies)
        return read_plan(answer)

    def resync(
        self,
        district: str,
        objects: Sequence[str] | None,
        *,
        year: int | None,
        check_dependencies: bool,
        everything: bool,
        rehearse: bool,
        remove_leftovers: bool,
        watcher: Watcher,
    ) -> Ended:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        for warning in self.plan(district, objects, year=year, check_dependencies=check_dependencies).warnings:
            watcher.say(f"Mind: {warning}")
        wanted = {
            "objects": None if objects is None else list(objects),
            "year": year,
            "check_dependencies": check_dependencies,
            "everything": everything,
            "rehearse": rehearse,
            "remove_leftovers": remove_leftovers,
        }
        return self._follow(district, self._client.post(f"{self._path(district)}/resyncs", wanted), began, watcher)

    def select(
        self,
        district: str,
        object_name: str,
        records: Records,
        *,
        year: int | None,
        check_dependencies: bool,
        watcher: Watcher,
    ) -> tuple[Ended, tuple[str, ...]]:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        wanted = {
            "object": self.object_named(object_name),
            "records": [list(row) for row in records.rows],
            "by_id": records.by_id,
            "parents": check_dependencies,
            "dependents": records.dependents,
            "year": year,
        }
        placed = self._client.post(f"{self._path(district)}/selections", wanted)
        ended = self._follow(district, placed, began, watcher)
        told = self._client.get(f"{self._path(district)}/selections/{ended.resync}")
        return ended, tuple(told["not_there"])

    def heal(self, district: str, root: int, *, year: int | None, watcher: Watcher) -> Ended:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        placed = self._client.post(f"{self._path(district)}/roots/{root}/heal", {"year": year})
        return self._follow(district, placed, began, watcher)

    def _follow(self, district: str, placed: dict[str, Any], began: float, watcher: Watcher) -> Ended:
        """Watch a resync to its end, and then what goes on from it."""
        number = placed["resync"]
        try:
            ended = self._watch(district, placed, watcher)
        except KeyboardInterrupt:
            raise LeftRunning(f"stopped watching. Resync {number} goes on at the hub.") from None
        except HubError as error:
            raise HubError(f"{error.message} Resync {number} may go on at the hub; see upstate history.") from error
        runs = tuple(read_run(each) for each in ended["objects"])
        followers: list[Ended] = []
        for each in ended["followed_by"]:
            watcher.say(f"Going on with what was held back (resync {each}).")
            following = self._client.get(f"{self._path(district)}/resyncs/{each}", patient=True)
            last = self._follow(district, following, time.monotonic(), watcher)
            followers += [replace(last, followers=()), *last.followers]
        seconds = time.monotonic() - began
        return Ended(number, ended["district"], ended["year"], ended["state"], runs, seconds, tuple(followers))

    def left_over(self, district: str) -> tuple[tuple[LeftOver, ...], tuple[HeldRemoval, ...]]:
        """What is left over, and what is or was held."""
        answer = self._get(district, "leftovers")
        return tuple(map(read_left_over, answer["objects"])), tuple(map(read_held_removal, answer["held"]))

    def left_over_of(self, district: str, object_name: str, *, year: int | None) -> Iterator[Listed]:
        """The leftovers of an object, page by page."""
        for page in self._pages(district, f"leftovers/{object_name}", year=year, limit=1_000):
            yield from map(read_leftover, page["leftovers"])

    def decide(self, district: str, removal: int, decision: Decision, reason: str) -> str:
        """As the person whose token it is."""
        wanted = {"decision": decision, "reason": reason}
        return str(self._client.post(f"{self._path(district)}/leftovers/held/{removal}", wanted)["said"])

    def removal_outcome(self, district: str, resync: int) -> RemovalOutcome | None:
        """What came of it."""
        answer = self._get(district, f"resyncs/{resync}/leftovers")
        held = tuple(map(read_held_removal, answer["held"]))
        return RemovalOutcome(answer["removed"], answer["message"], held) if answer["settled"] else None

    def verify(
        self, district: str, objects: Sequence[str] | None, *, year: int | None, say: Callable[[str], None]
    ) -> VerificationEnded:
        """Place it there, and watch it to its end."""
        path = f"{self._path(district)}/verifications"
        placed = self._client.post(path, {"objects": None if objects is None else list(objects), "year": year})
        number = placed["verification"]
        try:
            ended = self._await(f"{path}/{number}", placed, f"Verification {number} waits for its turn.", say)
        except KeyboardInterrupt:
            raise LeftRunning(f"stopped watching. Verification {number} goes on at the hub.") from None
        except HubError as error:
            raise HubError(f"{error.message} Verification {number} may go on at the hub.") from error
        found = []
        for each in ended["objects"]:
            unequal = each["state"] == "compared" and not each["equal"]
            query = {"object": each["object"], "expected": False, "limit": _MOST_NAMED}
            first = self._client.get(f"{path}/{number}/differences", **query)["differences"] if unequal else ()
            found.append(read_looked(each, first))
        return VerificationEnded(number, ended["district"], tuple(found))

    def receipt(self, district: str | None, resync: int, *, say: Callable[[str], None]) -> ReceiptChecked:
        """As it was written; both ends are read on the hub's own machine."""
        if district is None:
            raise ConfigError("Name the district: upstate --hub URL verify DISTRICT --receipt ID.")
        found = read_receipt(self._client.get(f"{self._path(district)}/resyncs/{resync}/receipt"))
        say("This is the receipt as it was written. Both ends are read again by the same command on the hub's machine.")
        return ReceiptChecked(found)

    def standing(self, district: str) -> Standing:
        """Where each object stands."""
        answer = self._get(district, "status")
        ran = sorted((each for each in answer["objects"] if each["state"] is not None), key=lambda each: each["object"])
        return Standing(
            answer["district"],
            answer["year"],
            tuple(each["object"] for each in answer["objects"]),
            {each["object"]: read_run(each) for each in ran},
            answer["unfinished"],
        )

    def history(self, district: str) -> Iterator[dict[str, Any]]:
        """Every object of every run, page by page."""
        for page in self._pages(district, "history", limit=50):
            for resync in page["resyncs"]:
                yield from read_history(resync)

    def rejections(self, district: str, *, object_name: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
        """The open rejections, page by page."""
        left = limit
        size = _AT_ONCE if limit is None else min(limit, _AT_ONCE)
        for page in self._pages(district, "rejections", object=object_name, limit=size):
            rows = page["rejections"] if left is None else page["rejections"][:left]
            yield from map(read_rejection, rows)
            if left is not None:
                left -= len(rows)
                if not left:
                    return

    def count_rejections(self, district: str, *, object_name: str | None) -> int:
        """How many rejections are open."""
        return int(self._get(district, "rejections", object=object_name, limit=1, count=True)["total"])

    def roots(
        self,
        district: str,
        *,
        resync: int | None = None,
        object_name: str | None = None,
        verdict: Literal["failed", "excluded"] | None = None,
        limit: int | None = None,
    ) -> Iterator[Root]:
        """What must be mended."""
        most = _MOST_ROOTS if limit is None else min(limit, _MOST_ROOTS)
        answer = self._get(district, "roots", resync=resync, object=object_name, verdict=verdict, limit=most)
        if answer["more"] and limit is None:
            click.echo(f"upstate: a hub tells of {most:,} roots at most; there are more.", err=True)
        return map(read_root, answer["roots"])

    def outlook(self, district: str, *, resync: int | None = None) -> Outlook:
        """What the open rejections come to."""
        return read_outlook(self._get(district, "roots", resync=resync, limit=1)["outlook"])

    def _watch(self, district: str, placed: dict[str, Any], watcher: Watcher) -> dict[str, Any]:
        path = f"{self._path(district)}/resyncs/{placed['resync']}"

        def see(seen: dict[str, Any]) -> None:
            watcher.see(placed["resync"], lambda: tuple(read_run(each) for each in seen["objects"]))

        return self._await(path, placed, f"Resync {placed['resync']} waits for its turn.", watcher.say, see)

    def _await(
        self,
        path: str,
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
            seen = self._client.get(path, patient=True)
            if seen["state"] == "queued" and pause == longest and not told:
                say(waits)
                told = True
            if seen["state"] != "queued":
                see(seen)
        return seen

    def _pages(self, district: str, name: str, **query: Any) -> Iterator[dict[str, Any]]:
        start = None
        while True:
            page = self._get(district, name, from_=start, **query)
            yield page
            start = page["next"]
            if start is None:
                return

    def _get(self, district: str, name: str, **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(f"{self._path(district)}/{name}", **query)
        return answer

    def _path(self, district: str) -> str:
        name = self.district_named(district)  # fills the districts
        return f"/districts/{self._districts[name]}"
