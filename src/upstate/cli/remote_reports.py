"""How things stand at a hub elsewhere, as its REST API tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import click

from upstate.cli.hubs import Standing
from upstate.cli.remote_districts import RemoteDistricts
from upstate.cli.remote_reading import read_history, read_outlook, read_rejection, read_root, read_run
from upstate.hub.reports import Outlook, Root

_AT_ONCE = 5_000
_MOST_ROOTS = 100_000


class RemoteReports:
    """Asks a hub elsewhere, as the person whose token it is."""

    def __init__(self, districts: RemoteDistricts) -> None:
        self._districts = districts

    def district_named(self, name: str) -> str:
        """The district's own name; ConfigError where the token's person may see none of that name."""
        return self._districts.district_named(name)

    def object_named(self, name: str) -> str:
        """The object's own name; PlanError where there is none."""
        return self._districts.object_named(name)

    def standing(self, district: str) -> Standing:
        """Where each object stands."""
        answer = self._districts.get(district, "status")
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
        for page in self._districts.pages(district, "history", limit=50):
            for resync in page["resyncs"]:
                yield from read_history(resync)

    def rejections(self, district: str, *, object_name: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
        """The open rejections, page by page."""
        left = limit
        size = _AT_ONCE if limit is None else min(limit, _AT_ONCE)
        for page in self._districts.pages(district, "rejections", object=object_name, limit=size):
            rows = page["rejections"] if left is None else page["rejections"][:left]
            yield from map(read_rejection, rows)
            if left is not None:
                left -= len(rows)
                if not left:
                    return

    def count_rejections(self, district: str, *, object_name: str | None) -> int:
        """How many rejections are open."""
        return int(self._districts.get(district, "rejections", object=object_name, limit=1, count=True)["total"])

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
        answer = self._districts.get(district, "roots", resync=resync, object=object_name, verdict=verdict, limit=most)
        if answer["more"] and limit is None:
            click.echo(f"upstate: a hub tells of {most:,} roots at most; there are more.", err=True)
        return map(read_root, answer["roots"])

    def outlook(self, district: str, *, resync: int | None = None) -> Outlook:
        """What the open rejections come to."""
        return read_outlook(self._districts.get(district, "roots", resync=resync, limit=1)["outlook"])
