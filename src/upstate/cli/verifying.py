"""Where agent and loading meet to verify: one snapshot of the district, compared, and what differs looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from upstate.agent.sources import Snapshot, StateSide
from upstate.catalog import SyncObject
from upstate.cli.planned import Planned
from upstate.cli.sources import source_of
from upstate.errors import WireError
from upstate.hub.postgres import Connection, connect, database_errors
from upstate.hub.zone_lock import zone_lock
from upstate.loading.comparing import Held, can_digest, count_held, held_pairs, held_sums
from upstate.loading.task import Task
from upstate.loading.verifying import Verified, verify
from upstate.planning import Step
from upstate.wire import encode_keys
from upstate.wire.digests import bucket_count, for_shipping


@dataclass(frozen=True, slots=True)
class Timed:
    """An object's verification, and how many seconds it took."""

    verified: Verified
    seconds: float


def verify_district(database_url: str, planned: Planned, on_wait: Callable[[], None]) -> Iterator[Timed]:
    """Verify the planned objects one by one, all in one snapshot of the district; nothing is moved or changed.

    Waits for a resync of the same zone and year, calling `on_wait` first. SourceError, WireError or DatabaseError where
    an answer is not whole: then there is none.
    """
    district, catalog = planned.district, planned.catalog
    source = source_of(district.source_url, district.mapping, catalog)
    source.check([catalog[step.object] for step in planned.plan.steps])
    with (
        zone_lock(database_url, district.zone_id, planned.plan.school_year, on_wait),
        connect(database_url) as asking,
        connect(database_url) as holding,
        ThreadPoolExecutor(1, "upstate-asking") as beside,
        source.snapshot() as snapshot,
    ):
        state = _State(asking, beside, can_digest(asking), district.id)
        for step in planned.plan.steps:
            began = time.monotonic()
            with database_errors():
                verified = _verify(planned, step, snapshot, state, holding)
            yield Timed(verified, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _State:
    """The state's side of the comparisons, asked in a thread of its own so that both databases work at once."""

    connection: Connection
    beside: ThreadPoolExecutor
    digests: bool
    district: int

    def side(self, obj: SyncObject, school_year: int | None) -> StateSide:
        held = Held(for_shipping(obj), self.district, school_year)
        buckets = bucket_count(count_held(self.connection, held))
        sums = self.beside.submit(held_sums, self.connection, held, buckets)
        return StateSide(buckets, sums.result, partial(held_pairs, self.connection, held, buckets))


def _verify(planned: Planned, step: Step, snapshot: Snapshot, state: _State, holding: Connection) -> Verified:
    obj = planned.catalog[step.object]
    task = Task(
        order=0,
        epoch=0,
        resync=0,
        district=planned.district.id,
        school_year=step.school_year,
        zone_year=planned.plan.school_year,
        edition=planned.district.zone.edition,
        catalog=planned.catalog,
        object=obj,
    )
    # A value that the state owns is in no digest: where there are such, every record is looked at.
    if state.digests and not any(column.owner == "state" for column in obj.columns):
        try:
            found = snapshot.compare(obj, step.school_year, state.side(obj, step.school_year))
        except WireError:
            found = None
        if found is not None:
            gone = encode_keys(found.gone)
            compared = replace(task, everything=False, district_records=found.records, gone=gone)
            return verify(holding, compared, found.batches)
    return verify(holding, task, snapshot.read(obj, step.school_year))
