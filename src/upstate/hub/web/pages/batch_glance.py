"""How the objects of a district's year stand at a moment, what runs and waits, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from upstate.catalog import Catalog
from upstate.hub.districts import planning_zone
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Person
from upstate.hub.requests import undisclosed
from upstate.hub.web.pages.batch_estimate import Estimate, Part, time_left
from upstate.hub.web.pages.batch_runs import Expected, LastOrder, Run, last_orders, runs_of
from upstate.hub.web.pages.batch_table import Line, Row, table
from upstate.planning import Zone

Lines = Callable[[Catalog, Zone, int], tuple[Line, ...]]
Expect = Callable[[int, int, Iterable[str], int], Mapping[str, Expected]]


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


def look(district: District, year: int, person: Person, lines: Lines, expect: Expect) -> Glance:
    """Look at the database. `lines` gives the tree of a catalog, zone and year, `expect` what is expected of objects of
    a zone and year in a running resync.

    Which objects the state asked for is not shown to whom it does not say so: as long as such a resync has not ended,
    be it that it waits, its objects stand as they did before it.
    """
    zone = district.zone.id
    rows = lines(catalog_in_force(), planning_zone(district), year)
    runs = runs_of(zone, year)
    running = next((run for run in runs if run.state == "running"), None)
    hidden = undisclosed(person, [run.id for run in runs if run.finished_at is None])
    waiting = frozenset(name for run in runs if run.id not in hidden for name in run.waiting)
    names = [line.object for line in rows]
    last = last_orders(zone, year, names, hidden)
    expected = {} if running is None else expect(zone, year, names, running.id)
    ended = next((run for run in runs if run.finished_at is not None and not run.rehearsal), None)
    rehearsed = next((run for run in runs if run.finished_at is not None and run.rehearsal), None)
    return Glance(
        rows=table(rows, last, expected, waiting),
        running=running,
        queued=tuple(run for run in runs if run.state == "queued"),
        ended=ended,
        estimate=_estimate(running, last, expected) if running and running.id not in hidden else None,
        rehearsed=rehearsed if rehearsed is not None and (ended is None or ended.id < rehearsed.id) else None,
    )


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
