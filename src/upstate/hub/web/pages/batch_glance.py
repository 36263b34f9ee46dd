"""The live part of the Batch page: drawn once for everyone who watches a district's year, however many they are."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connections
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from upstate.hub.districts import planning_zone
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Person
from upstate.hub.requests import undisclosed
from upstate.hub.rights import may
from upstate.hub.web.pages.batch_cells import cells, sight_of
from upstate.hub.web.pages.batch_estimate import Estimate, Part, time_left
from upstate.hub.web.pages.batch_runs import Expected, LastOrder, Run, expected_of, last_orders, runs_of
from upstate.hub.web.pages.batch_table import Row, lines_of, table

FRESH_FOR: Final = 1.5  # seconds in which all who ask get the same
SOON: Final = 2  # seconds between two looks of someone who watches a resync,
SELDOM: Final = 15  # and of someone who has the page open while none runs
_LOOKS: Final = 7.0  # a second, of all who watch together, as a resync is not to be slowed by its watchers
_KEPT_FOR: Final = 60.0
_VERSIONS: Final = 16
_VERSION: Final = "version-of-this"  # stands in the html where its own digest comes

_Key = tuple[str, int, int, bool, bool]  # the database, a district and year, and what may be seen


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """A live part: what runs, and the cells of each row. `version` tells it from what someone has already."""

    panel: str
    cells: tuple[SafeString, ...]
    version: str
    at: float

    def since(self, seen: frozenset[str]) -> str:
        """The part for someone who has these cells already."""
        fresh = "".join(each for each in self.cells if each not in seen)
        return f"{self.panel}<template>{fresh}</template>"


@dataclass(slots=True)
class _Desk:
    """What the watchers of one district's year share; what is expected of a running resync is asked for once.

    `cells` are those of the newest versions that were drawn, by version, the oldest first. `watched` adds up, since the
    last drawing, how long each who looked leaves between two looks: in a second that comes to the number of watchers.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    drawn: Drawn | None = None
    watched: float = 0.0
    cells: dict[str, frozenset[str]] = field(default_factory=dict)
    expected: dict[int, Mapping[str, Expected]] = field(default_factory=dict)

    def expect(self, zone: int, year: int, objects: Iterable[str], resync: int) -> Mapping[str, Expected]:
        """What is expected of these objects in this resync."""
        if resync not in self.expected:
            self.expected = {resync: expected_of(zone, year, objects, resync)}
        return self.expected[resync]

    def keep(self, drawn: Drawn) -> None:
        """This is the newest; forget the oldest."""
        self.drawn, self.watched = drawn, 0.0
        self.cells.pop(drawn.version, None)
        self.cells[drawn.version] = frozenset(drawn.cells)
        while len(self.cells) > _VERSIONS:
            del self.cells[next(iter(self.cells))]


_desks: dict[_Key, _Desk] = {}
_desks_lock = threading.Lock()


def glance(
    district: District,
    year: int,
    person: Person,
    expect: Callable[[int, int, Iterable[str], int], Mapping[str, Expected]] = expected_of,
) -> Glance:
    """Look at the database. `expect` tells what is expected of objects of a zone and year in a running resync.

    Which objects the state asked for is not shown to whom it does not say so: as long as such a resync has not ended,
    be it that it waits, its objects stand as they did before it.
    """
    zone = district.zone.id
    lines = lines_of(catalog_in_force(), planning_zone(district), year)
    runs = runs_of(zone, year)
    running = next((run for run in runs if run.state == "running"), None)
    hidden = undisclosed(person, [run.id for run in runs if run.finished_at is None])
    waiting = frozenset(name for run in runs if run.id not in hidden for name in run.waiting)
    names = [line.object for line in lines]
    last = last_orders(zone, year, names, hidden)
    expected = {} if running is None else expect(zone, year, names, running.id)
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
    of_district = (may(person, right, district.id) for right in ("errors.view", "leftovers.view"))
    rights = (*of_district, may(person, "requests.view", None))
    desk = _desk((connections.settings["default"]["UPSTATE_URL"], district.id, year, *rights))
    with desk.lock:
        drawn, now = desk.drawn, time.monotonic()
        desk.watched += min(SELDOM, max(SOON, every))
        if drawn is None or now - drawn.at > FRESH_FOR:
            soon = SOON if drawn is None else pace(desk.watched, now - drawn.at)
            drawn = draw(glance(district, year, person, desk.expect), district, year, person, soon)
            desk.keep(drawn)
        known = desk.cells.get(seen, frozenset())
    return None if drawn.version == seen else drawn.since(known)


def _desk(key: _Key) -> _Desk:
    with _desks_lock:
        if key not in _desks:
            long_ago = time.monotonic() - _KEPT_FOR
            for left in [known for known, desk in _desks.items() if desk.drawn and desk.drawn.at < long_ago]:
                del _desks[left]
            _desks[key] = _Desk()
        return _desks[key]


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
