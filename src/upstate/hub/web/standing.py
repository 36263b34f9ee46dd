"""How districts stand: of each object the status of its newest order; of a district so many objects of each colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection as control
from django.db.models import F, Max
from django.db.models.functions import Coalesce

from upstate.catalog import Catalog
from upstate.hub.models import District, Resync
from upstate.hub.postgres import database_errors, statement
from upstate.planning import Counts, Status, status_of

ORDER = (Status.RED, Status.YELLOW, Status.GREEN, Status.GRAY, Status.NEVER)


@dataclass(frozen=True, slots=True)
class Standing:
    """A district's objects by the status of their last run; `last` is when its newest resync started."""

    by_status: Mapping[Status, int] = field(default_factory=dict)
    last: datetime | None = None

    @property
    def worst(self) -> Status:
        """The status that wants attention most."""
        order = (Status.GRAY, Status.RED, Status.YELLOW, Status.GREEN)
        return next((status for status in order if self.by_status.get(status)), Status.NEVER)


def standing_of_districts(catalog: Catalog, districts: Iterable[District]) -> dict[int, Standing]:
    """The standing of each of these districts, who come with `zone` at hand and ever sent anything, by id."""
    listed = list(districts)
    offered = offered_in(catalog, listed)
    runs = Resync.objects.filter(
        zone__district__in=listed, school_year=F("zone__school_year"), mode__in=("full", "partial")
    ).exclude(state="queued")
    started = runs.order_by().values_list("zone__district").annotate(last=Max(Coalesce("started_at", "placed_at")))
    last = dict(started)
    standing = {}
    for district, mine in stands_of(offered).items():
        counted = Counter(status for name, status in mine.items() if name in offered[district])
        by_status = {status: counted[status] for status in ORDER if counted[status]}
        standing[district] = Standing(by_status, last.get(district))
    return standing


def offered_in(catalog: Catalog, districts: Iterable[District]) -> dict[int, frozenset[str]]:
    """Of each of these districts, by id, the objects that it is offered."""
    return {
        each.id: frozenset(catalog.offered(each.zone.edition, frozenset(each.zone.switches)).objects)
        for each in districts
    }


@database_errors()
def stands_of(offered: Mapping[int, frozenset[str]]) -> Mapping[int, Mapping[str, Status]]:
    """How each object of each district, by id, stands; what a full resync did not have is looked for before it."""
    stands: dict[int, dict[str, Status]] = {}
    bounded: set[int] = set()
    for district, name, status, has_full in _newest("standing_of_districts", offered):
        stands.setdefault(district, {})[name] = status
        if has_full:
            bounded.add(district)
    left = {district: names for district in bounded if (names := offered[district] - stands[district].keys())}
    if left:
        objects = sorted(frozenset().union(*left.values()))
        for district, name, status, _ in _newest("standing_of_objects", left, objects):
            stands[district].setdefault(name, status)
    return stands


def _newest(
    which: str, districts: Iterable[int], objects: Iterable[str] = ()
) -> Iterator[tuple[int, str, Status, bool]]:
    with control.cursor() as cursor:
        cursor.execute(statement(which).decode(), {"districts": list(districts), "objects": list(objects)})
        for district, name, state, landed, errors, has_full in cursor.fetchall():
            counts = Counts(created=landed, failed=errors)
            status = status_of(counts, running=state not in ("landed", "failed"), broken=state == "failed")
            yield district, name, status, has_full
