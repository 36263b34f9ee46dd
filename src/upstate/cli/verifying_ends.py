"""Both ends of a verification: an object's are compared, and what differs is looked at while the next's are."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial

from upstate.agent.sources import Comparison, Snapshot, StateSide
from upstate.errors import DatabaseError, LostSourceError, SourceError, WireError
from upstate.hub.districts import KnownDistrict
from upstate.hub.known_rejections import rejected_keys
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.verifications import MOST_KEPT
from upstate.loading.comparing import Held, can_digest, count_held, held_pairs, held_sums
from upstate.loading.task import Task
from upstate.loading.verifying import Looked, Verified, verify
from upstate.wire import Batch, encode_keys
from upstate.wire.digests import bucket_count, in_whole

_TROUBLE = (SourceError, WireError, DatabaseError)


@dataclass(frozen=True, slots=True)
class Begun:
    """An object whose ends were compared in so many `seconds`; what differs may still be looked at."""

    object: str
    seconds: float
    looking: Future[tuple[Verified, float]]

    @property
    def lost(self) -> str:
        """Why the district was lost over it; empty where it was not."""
        error = self.looking.exception() if self.looking.done() else None
        return error.message if isinstance(error, LostSourceError) else ""


class Ends:
    """A snapshot of the district, and the state: `office` has its control tables, `asking` the district's rows, and by
    `looking` what differs is looked at. All are the caller's, and go after this is closed."""

    def __init__(
        self, office: Connection, asking: Connection, looking: Connection, snapshot: Snapshot, district: KnownDistrict
    ) -> None:
        self._office = office
        self._asking = asking
        self._looking = looking
        self._snapshot = snapshot
        self._district = district
        self._digests = can_digest(asking)
        self._beside = ThreadPoolExecutor(1, "upstate-asking")
        self._looks = ThreadPoolExecutor(1, "upstate-looking")

    def close(self) -> None:
        """Nothing is asked or looked at any more."""
        for threads in (self._beside, self._looks):
            threads.shutdown(cancel_futures=True)

    def begin(self, task: Task) -> Begun:
        """Compare an object's ends, and begin to look at what differs. DatabaseError where the state is gone."""
        began = time.monotonic()
        try:
            with database_errors():
                looking = self._begin(task)
        except _TROUBLE as error:
            looking = Future()
            looking.set_exception(error)
        return Begun(task.object.name, time.monotonic() - began, looking)

    def end(self, begun: Begun) -> Looked:
        """What became of an object, once it is known. DatabaseError where the state is gone."""
        try:
            verified, seconds = begun.looking.result()
        except _TROUBLE as error:
            if self._asking.broken or self._looking.broken:
                raise
            return Looked(begun.object, None, begun.seconds, error.message)
        return Looked(begun.object, verified, begun.seconds + seconds)

    def _begin(self, task: Task) -> Future[tuple[Verified, float]]:
        compared = self._compare(task) if self._digests else None
        if compared is None:
            # all is read, and in this thread, as it is with a snapshot; what is looked at must be done with first
            self._looks.submit(lambda: None).result()
            looked: Future[tuple[Verified, float]] = Future()
            looked.set_result(self._look(task, self._snapshot.read(task.object, task.school_year)))
            return looked
        found, held = compared
        narrowed = replace(task, everything=False, district_records=found.records, gone=encode_keys(found.gone))
        return self._looks.submit(self._look, narrowed, found.batches, held)

    def _compare(self, task: Task) -> tuple[Comparison, int] | None:
        """What differs, and how many rows the state has; None where all is to be looked at."""
        whole = in_whole(task.object)
        held = Held(whole, self._district.id, task.school_year)
        buckets = bucket_count(self._likely(held))
        sums = self._beside.submit(held_sums, self._asking, held, buckets)
        pairs = partial(held_pairs, self._asking, held, buckets)
        rejected = partial(rejected_keys, self._office, whole, self._district.id, task.school_year)
        try:
            found = self._snapshot.compare(whole, task.school_year, StateSide(buckets, sums.result, pairs, rejected))
        except WireError:
            found = None
        finally:
            wait([sums])  # the connection is asked again
        return None if found is None else (found, sums.result().total)

    def _look(self, task: Task, batches: Iterable[Batch], held: int | None = None) -> tuple[Verified, float]:
        began = time.monotonic()
        with database_errors():
            verified = verify(self._looking, task, batches, show=MOST_KEPT, state_count=held)
        return verified, time.monotonic() - began

    def _likely(self, held: Held) -> int:
        """How many records there may be: those of the last resync, where there was one, need not be counted."""
        values = {"zone": self._district.zone_id, "object": held.object.name, "school_year": held.school_year}
        row = self._office.execute(statement("records_landed"), values).fetchone()
        return count_held(self._asking, held) if row is None else int(row[0])
