"""Where agent and loading meet to verify: one snapshot of the district, compared, and what differs looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice

from upstate.agent.sources import Source
from upstate.catalog import Catalog
from upstate.cli.caller import who
from upstate.cli.sources import source_of
from upstate.cli.verifying_ends import Begun, Ends
from upstate.errors import SourceError
from upstate.hub.districts import KnownDistrict
from upstate.hub.planned import Planned
from upstate.hub.postgres import Connection, connect
from upstate.hub.verifications import (
    PlacedVerification,
    begin_verification,
    end_verification,
    fail_verification,
    free_verifications,
    keep_not_compared,
    keep_verified,
    place_verification,
)
from upstate.hub.zone_lock import zone_lock
from upstate.loading.placing import at_district
from upstate.loading.task import Task
from upstate.loading.verifying import Looked

_AHEAD = 3  # objects


def verify_here(database_url: str, planned: Planned, on_wait: Callable[[], None]) -> tuple[int, tuple[Looked, ...]]:
    """Verify what is planned, here and now, waiting for whatever runs for its zone and year (`on_wait` is called once
    then); the verification's id, as it is kept, and what became of each object.

    Nothing is kept where the district cannot be opened (SourceError). DatabaseError where the state is gone: what
    waited then is kept as not compared.
    """
    district, catalog, year = planned.district, planned.catalog, planned.plan.school_year
    source = source_of(district.source_url, district.mapping, catalog)
    source.check([catalog[step.object] for step in planned.plan.steps])
    found: list[Looked] = []
    with zone_lock(database_url, district.zone_id, year, on_wait):
        free_verifications(district.zone_id, year)
        placed = place_verification(planned.plan, district.zone_id, asked_by=who(), at_once=True)
        try:
            run_verification(database_url, placed, district, catalog, source, found.append)
        except SourceError as error:
            fail_verification(placed.id, error.message)
            raise
        except KeyboardInterrupt:
            fail_verification(placed.id, "It was interrupted.")
            raise
    return placed.id, tuple(found)


def run_verification(
    database_url: str,
    placed: PlacedVerification,
    district: KnownDistrict,
    catalog: Catalog,
    source: Source,
    see: Callable[[Looked], None] = lambda _: None,
) -> str:
    """Carry out a placed verification under its zone's lock, all of it in one snapshot of the district; moves nothing.

    What is found is kept object by object, then `see` hears of it; what it raises stops the verification, which can
    be begun anew. Returns how it ended: "finished", or "failed" where an object was not compared to its end.
    SourceError where the district cannot be opened, DatabaseError where the state is gone.
    """
    begin_verification(placed.id)

    def keep(connection: Connection, looked: Looked) -> None:
        if looked.verified is not None:
            keep_verified(connection, placed.id, catalog[looked.object], looked.verified, looked.seconds)

    with (
        connect(database_url) as office,
        connect(database_url) as looking,
        connect(database_url) as here,
        at_district(here, district.id) as asking,
        connect(database_url) as there,
        at_district(there, district.id) as pairing,
        source.snapshot() as snapshot,
        closing(Ends(office, asking, pairing, looking, snapshot, district, keep)) as ends,
    ):
        for looked in _look(placed, district, catalog, ends):
            if looked.verified is None:
                keep_not_compared(placed.id, looked.object, looked.message, looked.seconds)
            see(looked)
    return end_verification(placed.id)


def _look(placed: PlacedVerification, district: KnownDistrict, catalog: Catalog, ends: Ends) -> Iterator[Looked]:
    """What became of each object, in the plan's order, while those after it are under way."""
    known = ((name, year) for name, year in placed.steps if name in catalog)
    tasks = (_task(placed, district, catalog, name, year) for name, year in known)
    asked = deque(map(ends.ask, islice(tasks, _AHEAD)))
    under_way: deque[Begun] = deque()
    lost = ""
    for name, _ in placed.steps:
        if lost or name not in catalog:
            yield from map(ends.end, under_way)
            under_way.clear()
            yield Looked(name, None, 0.0, lost or f"{name} is no longer in the catalog.")
            continue
        begun = ends.begin(asked.popleft())
        lost = begun.lost
        under_way.append(begun)
        if not lost:
            asked.extend(map(ends.ask, islice(tasks, 1)))
        if len(under_way) > _AHEAD:
            yield ends.end(under_way.popleft())
    yield from map(ends.end, under_way)


def _task(
    placed: PlacedVerification, district: KnownDistrict, catalog: Catalog, name: str, school_year: int | None
) -> Task:
    return Task(
        order=0,
        epoch=0,
        resync=0,
        district=district.id,
        school_year=school_year,
        zone_year=placed.school_year,
        edition=district.zone.edition,
        catalog=catalog,
        object=catalog[name],
    )
