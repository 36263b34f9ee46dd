"""The live part of the Batch page: drawn once for everyone who watches a district's year, however many they are."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connections
from django.template.loader import render_to_string

from upstate.hub.districts import planning_zone
from upstate.hub.models import District, Person
from upstate.hub.requests import undisclosed
from upstate.hub.rights import may
from upstate.hub.web.pages.batch_catalog import current_catalog
from upstate.hub.web.pages.batch_estimate import Estimate, Part, time_left
from upstate.hub.web.pages.batch_runs import Expected, LastOrder, Run, expected_of, last_orders, runs_of
from upstate.hub.web.pages.batch_table import Row, lines_of, table

FRESH_FOR: Final = 1.5  # seconds in which all who ask get the same
_KEPT_FOR: Final = 60.0
_VERSION: Final = "version-of-this"  # stands in the html where its own digest comes

_Key = tuple[str, int, int, bool, bool]  # the database, a district and year, and what may be seen


@dataclass(frozen=True, slots=True)
class Glance:
    """How the objects of a district's year stand at a moment, what runs and waits, and how long it will take."""

    rows: tuple[Row, ...]
    running: Run | None
    queued: tuple[Run, ...]
    ended: Run | None
    estimate: Estimate | None

    @property
    def busy(self) -> bool:
        """Whether something runs or waits, so that a look again soon is worth it."""
        return self.running is not None or bool(self.queued)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A live part as it is sent; `version` tells whether someone has it already."""

    html: str
    version: str
    at: float


@dataclass(slots=True)
class _Desk:
    """What the watchers of one district's year share; what is expected of a running resync is asked for once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    drawn: Drawn | None = None
    expected: dict[int, Mapping[str, Expected]] = field(default_factory=dict)

    def expect(self, zone: int, year: int, resync: int) -> Mapping[str, Expected]:
        """What is expected of the objects of this resync."""
        if resync not in self.expected:
            self.expected = {resync: expected_of(zone, year, before=resync)}
        return self.expected[resync]


_desks: dict[_Key, _Desk] = {}
_desks_lock = threading.Lock()


def glance(
    district: District,
    year: int,
    person: Person,
    expect: Callable[[int, int, int], Mapping[str, Expected]] = expected_of,
) -> Glance:
    """Look at the database. `expect` tells of a zone, year and running resync what is expected of its objects.

    Which objects the state asked for is not shown to whom it does not say so: as long as such a resync has not ended,
    its objects stand as they did before it.
    """
    zone = district.zone.id
    lines = lines_of(current_catalog(), planning_zone(district), year)
    runs = runs_of(zone, year)
    running = next((run for run in runs if run.state == "running"), None)
    hidden = undisclosed(person, [running.id]) if running else frozenset()
    last = last_orders(zone, year, hidden)
    expected = {} if running is None else expect(zone, year, running.id)
    return Glance(
        rows=table(lines, last, expected),
        running=running,
        queued=tuple(run for run in runs if run.state == "queued"),
        ended=next((run for run in runs if run.finished_at is not None), None),
        estimate=None if running is None or hidden else _estimate(running, last, expected),
    )


def draw(seen: Glance, district: District, year: int, person: Person) -> Drawn:
    """The live part of a glance, as someone may see it."""
    context = {
        "glance": seen,
        "district": district,
        "year": year,
        "may_see_errors": may(person, "errors.view", district.id),
        "live": True,
        "version": _VERSION,
    }
    html = render_to_string("hub/batch_live.html", context)
    version = hashlib.blake2b(html.encode(), digest_size=9).hexdigest()
    return Drawn(html.replace(_VERSION, version), version, time.monotonic())


def shared_drawing(district: District, year: int, person: Person) -> Drawn:
    """The live part, not older than a moment: of those who ask at once one draws it, and the others wait for that.

    Only those share it who may see the same.
    """
    rights = may(person, "errors.view", district.id), may(person, "requests.view", None)
    desk = _desk((connections.settings["default"]["UPSTATE_URL"], district.id, year, *rights))
    with desk.lock:
        if desk.drawn is None or time.monotonic() - desk.drawn.at > FRESH_FOR:
            desk.drawn = draw(glance(district, year, person, desk.expect), district, year, person)
        return desk.drawn


def _desk(key: _Key) -> _Desk:
    with _desks_lock:
        if key not in _desks:
            long_ago = time.monotonic() - _KEPT_FOR
            for left in [known for known, desk in _desks.items() if desk.drawn and desk.drawn.at < long_ago]:
                del _desks[left]
            _desks[key] = _Desk()
        return _desks[key]


def _estimate(running: Run, last: Mapping[str, LastOrder], expected: Mapping[str, Expected]) -> Estimate:
    parts = []
    for order in last.values():
        if order.resync == running.id:
            before = expected.get(order.object)
            known = (None, None) if before is None else (before.processed, before.seconds)
            parts.append(Part(order.state, order.records, *known))
    return time_left(parts, running.lasted.total_seconds())
