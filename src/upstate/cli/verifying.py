"""Where agent and loading meet to verify: one snapshot of the district, compared, and what differs looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial

from upstate.agent.sources import Snapshot, Source, StateSide
from upstate.catalog import Catalog, SyncObject
from upstate.cli.running import who
from upstate.cli.sources import source_of
from upstate.errors import DatabaseError, LostSourceError, SourceError, WireError
from upstate.hub.districts import KnownDistrict
from upstate.hub.planned import Planned
from upstate.hub.postgres import Connection, connect, database_errors, statement
from upstate.hub.verifications import (
    MOST_KEPT,
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
from upstate.loading.comparing import Held, can_digest, count_held, held_pairs, held_sums
from upstate.loading.placing import at_district
from upstate.loading.task import Task
from upstate.loading.verifying import Looked, Verified, verify
from upstate.wire import encode_keys
from upstate.wire.digests import Sums, bucket_count, for_shipping


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
    for looked in _look(database_url, placed, district, catalog, source):
        if looked.verified is None:
            keep_not_compared(placed.id, looked.object, looked.message, looked.seconds)
        else:
            keep_verified(placed.id, catalog[looked.object], looked.verified, looked.seconds)
        see(looked)
    return end_verification(placed.id)


def _look(
    database_url: str, placed: PlacedVerification, district: KnownDistrict, catalog: Catalog, source: Source
) -> Iterator[Looked]:
    with (
        connect(database_url) as office,
        at_district(office, district.id) as asking,
        connect(database_url) as holding,
        ThreadPoolExecutor(1, "upstate-asking") as beside,
        source.snapshot() as snapshot,
    ):
        state = _State(office, asking, beside, can_digest(asking), district)
        lost = ""
        for name, school_year in placed.steps:
            began = time.monotonic()
            verified, message = None, lost
            if not lost:
                try:
                    with database_errors():
                        task = _task(placed, district, catalog, name, school_year)
                        verified = _verify(task, snapshot, state, holding)
                except (SourceError, WireError, DatabaseError) as error:
                    if asking.broken or holding.broken:
                        raise
                    message = error.message
                    lost = message if isinstance(error, LostSourceError) else ""
            yield Looked(name, verified, time.monotonic() - began, message)


def _task(
    placed: PlacedVerification, district: KnownDistrict, catalog: Catalog, name: str, school_year: int | None
) -> Task:
    if name not in catalog:
        raise SourceError(f"{name} is no longer in the catalog.")
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


@dataclass(frozen=True, slots=True)
class _State:
    """The state's side of the comparisons, asked in a thread of its own so that both databases work at once."""

    office: Connection
    connection: Connection
    beside: ThreadPoolExecutor
    digests: bool
    district: KnownDistrict

    def ask(self, obj: SyncObject, school_year: int | None) -> tuple[StateSide, Future[Sums]]:
        """The state's side of one comparison, and its sums, which are being asked for."""
        held = Held(for_shipping(obj), self.district.id, school_year)
        buckets = bucket_count(self._likely(held))
        sums = self.beside.submit(held_sums, self.connection, held, buckets)
        return StateSide(buckets, sums.result, partial(held_pairs, self.connection, held, buckets)), sums

    def _likely(self, held: Held) -> int:
        """How many records there may be: those of the last resync, where there was one, need not be counted."""
        values = {"zone": self.district.zone_id, "object": held.object.name, "school_year": held.school_year}
        row = self.office.execute(statement("records_landed"), values).fetchone()
        return count_held(self.connection, held) if row is None else int(row[0])


def _verify(task: Task, snapshot: Snapshot, state: _State, holding: Connection) -> Verified:
    obj = task.object
    # A value that the state owns is in no digest: where there are such, every record is looked at.
    if state.digests and not any(column.owner == "state" for column in obj.columns):
        side, sums = state.ask(obj, task.school_year)
        try:
            found = snapshot.compare(obj, task.school_year, side)
        except WireError:
            found = None
        finally:
            wait([sums])  # the connection is asked again
        if found is not None:
            gone = encode_keys(found.gone)
            compared = replace(task, everything=False, district_records=found.records, gone=gone)
            return verify(holding, compared, found.batches, show=MOST_KEPT, state_count=sums.result().total)
    return verify(holding, task, snapshot.read(obj, task.school_year), show=MOST_KEPT)
