"""The live part of the Batch page: drawn once for everyone who watches a district's year, however many they are."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string

from upstate.hub.districts import planning_zone
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Person
from upstate.hub.requests import undisclosed
from upstate.hub.web.pages.batch_cells import cells, sight_of
from upstate.hub.web.pages.batch_desk import FRESH_FOR, Drawn, desk_of
from upstate.hub.web.pages.batch_estimate import Estimate, Part, time_left
from upstate.hub.web.pages.batch_runs import Expected, LastOrder, Run, last_orders, runs_of
from upstate.hub.web.pages.batch_table import Row, table

SOON: Final = 2  # seconds between two looks of someone who watches a resync,
SELDOM: Final = 15  # and of someone who has the page open while none runs
_LOOKS: Final = 7.0  # a second, of all who watch together, as a resync is not to be slowed by its watchers
_VERSION: Final = "version-of-this"  # stands in the html where its own digest comes


@dataclass(frozen=True, slots=True)
class Glance:
    """How the objects of a district's year stand at a moment, what runs and waits, and how long it will take.

    `rehearsed` is the newest rehearsal, where no resync has ended since.
    """

    rows: tuple[Row, ...]
    running: Run | None
    queued: tuple[Run, ...]
    ended: Run | None
    estimate: Estimate | None
    rehearsed: Run | None = None

    @property
    def busy(self) -> bool:
        """Whether something runs or waits, so that a look again soon is worth it."""
        return self.running is not None or bool(self.queued)


def glance(district: District, year: int, person: Person) -> Glance:
    """Look at the database, once for all who come in the same moment while a resync runs.

    Which objects the state asked for is not shown to whom it does not say so: as long as such a resync has not ended,
    be it that it waits, its objects stand as they did before it.
    """
    zone, desk = district.zone.id, desk_of(district, year, person)
    runs = runs_of(zone, year)
    running = next((run for run in runs if run.state == "running"), None)
    hidden = undisclosed(person, [run.id for run in runs if run.finished_at is None])
    waiting = frozenset(name for run in runs if run.id not in hidden for name in run.waiting)
    with desk.lock:
        lines = desk.lines(catalog_in_force(), planning_zone(district), year)
        names = [line.object for line in lines]
        last = desk.stand(runs, lambda: last_orders(zone, year, names, hidden))
        expected = {} if running is None else desk.expect(zone, year, names, running.id)
    ended = next((run for run in runs if run.finished_at is not None and not run.rehearsal), None)
    rehearsed = next((run for run in runs if run.finished_at is not None and run.rehearsal), None)
    return Glance(
        rows=table(lines, last, expected, waiting),
        running=running,
        queued=tuple(run for run in runs if run.state == "queued"),
        ended=ended,
        estimate=_estimate(running, last, expected) if running and running.id not in hidden else None,
        rehearsed=rehearsed if rehearsed is not None and (ended is None or ended.id < rehearsed.id) else None,
    )


def pace(watched: float, seconds: float) -> int:
    """How many seconds each is to leave between two looks, where so much was watched in so many seconds."""
    return min(SELDOM, max(SOON, math.ceil(watched / seconds / _LOOKS)))


def draw(seen: Glance, district: District, year: int, person: Person, soon: int = SOON) -> Drawn:
    """The live part of a glance, as someone may see it; while a resync runs one looks again after `soon` seconds."""
    sight = sight_of(person, district, year)
    drawn = tuple(cells(row, sight) for row in seen.rows if not row.line.why_not)
    context = {"glance": seen, "district": district, "year": year, "live": True, "version": _VERSION}
    context["again"] = soon if seen.busy else SELDOM
    panel = render_to_string("hub/batch_live.html", context)
    version = hashlib.blake2b("".join((panel, *drawn)).encode(), digest_size=9).hexdigest()
    return Drawn(panel.replace(_VERSION, version), drawn, version, time.monotonic())


def watch(district: District, year: int, person: Person, seen: str, every: int) -> str | None:
    """The live part for someone who has the version `seen` and looks `every` so many seconds; None: nothing is new.

    It is not older than a moment. Of those who ask at once one draws it, and the others wait for that. Only those share
    it who may see the same.
    """
    desk = desk_of(district, year, person)
    with desk.lock:
        drawn, now = desk.drawn, time.monotonic()
        desk.watched += min(SELDOM, max(SOON, every))
        if drawn is None or now - drawn.at > FRESH_FOR:
            soon = SOON if drawn is None else pace(desk.watched, now - drawn.at)
            drawn = draw(glance(district, year, person), district, year, person, soon)
            desk.keep(drawn)
        known = desk.cells.get(seen, frozenset())
    return None if drawn.version == seen else drawn.since(known)


def _estimate(running: Run, last: Mapping[str, LastOrder], expected: Mapping[str, Expected]) -> Estimate | None:
    if running.rehearsal:
        return None
    parts = []
    for order in last.values():
        if order.resync == running.id:
            before = expected.get(order.object)
            known = (None, None) if before is None else (before.processed, before.seconds)
            parts.append(Part(order.state, order.read, *known))
    return time_left(parts, running.lasted.total_seconds())
