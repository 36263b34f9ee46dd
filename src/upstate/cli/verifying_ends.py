"""Both ends of a verification: one object's are compared, or two objects', while the state's side of the next is asked
for, and what differed in those before is looked at and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from threading import Lock

import pyarrow as pa

from upstate.agent.sources import Comparison, Snapshot, StateSide
from upstate.cli.verifying_beside import Beside
from upstate.errors import DatabaseError, LostSourceError, SourceError, WireError
from upstate.hub.districts import KnownDistrict
from upstate.hub.known_rejections import Verdicts, known_verdicts
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.verifications import MOST_KEPT
from upstate.loading.comparing import Held, can_digest, count_held, held_pairs, held_sums
from upstate.loading.task import Task
from upstate.loading.verifying import Looked, verify
from upstate.loading.verifying_known import all_known
from upstate.wire import Batch, encode_keys, table_of_keys
from upstate.wire.digests import Pairs, Sums, bucket_count, in_whole

_TROUBLE = (SourceError, WireError, DatabaseError)
_FEW = 4  # batches, which are as large as travels well: what is known to be rejected fits into them
Keep = Callable[[Connection, Looked], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """An object of which the state's sums are asked for, in so many buckets; None where it cannot be asked."""

    task: Task
    held: Held | None = None
    buckets: int = 0
    sums: Future[Sums] | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An object whose ends are compared since `began`, with the twin maybe; `looking` is at what differs."""

    asked: Asked
    began: float
    looking: Future[Future[Looked]]
    by_twin: bool = False

    @property
    def object(self) -> str:
        """The object's name."""
        return self.asked.task.object.name

    @property
    def lost(self) -> str:
        """Why the district was lost over it; empty where it was not. What the twin loses is not lost yet."""
        error = None if self.by_twin else self.looking.exception()
        return error.message if isinstance(error, LostSourceError) else ""


class Ends:
    """A snapshot of the district, and the state: `office` has its control tables, `asking` and `pairing` the district's
    rows, and by `looking` what differs is looked at, and handed to `keep`; four connections, which are at work at the
    same time. All are the caller's, and go after this is closed."""

    def __init__(
        self,
        office: Connection,
        asking: Connection,
        pairing: Connection,
        looking: Connection,
        snapshot: Snapshot,
        district: KnownDistrict,
        keep: Keep,
    ) -> None:
        self._office = office
        self._asking = asking
        self._pairing = pairing
        self._looking = looking
        self._snapshot = snapshot
        self._district = district
        self._keep = keep
        self._digests = can_digest(asking)
        self._beside = ThreadPoolExecutor(1, "upstate-asking")
        self._looks = ThreadPoolExecutor(1, "upstate-looking")
        self._one_looks, self._one_pairs = Lock(), Lock()  # a session has one transaction at a time
        self._twin = Beside(snapshot)

    def close(self) -> None:
        """Nothing is asked, compared or looked at any more."""
        for threads in (self._beside, self._looks):
            threads.shutdown(cancel_futures=True)
        self._twin.close()

    @database_errors()
    def ask(self, task: Task) -> Asked:
        """Ask for the state's side of an object; what has been asked for before is answered before it."""
        if not self._digests:
            return Asked(task)
        held = Held(in_whole(task.object), self._district.id, task.school_year)
        buckets = bucket_count(self._likely(held))
        return Asked(task, held, buckets, self._beside.submit(held_sums, self._asking, held, buckets))

    def begin(self, asked: Asked) -> Begun:
        """Compare an object's ends, and begin to look at what differs; with the snapshot's twin, if that is idle.

        What goes wrong is said at its end.
        """
        began = time.monotonic()
        beside = self._twin.begin(partial(self._begin, asked, began))
        if beside is not None:
            return Begun(asked, began, beside, by_twin=True)
        return Begun(asked, began, self._begin_here(asked, began))

    def end(self, begun: Begun) -> Looked:
        """What became of an object, once it is known. DatabaseError where the state is gone."""
        try:
            return begun.looking.result().result()
        except _TROUBLE as error:
            if any(connection.broken for connection in (self._asking, self._pairing, self._looking)):
                raise
            if not begun.by_twin:
                return Looked(begun.object, None, time.monotonic() - begun.began, error.message)
        # Whatever went wrong with the twin: the snapshot itself says whether it is so.
        return self.end(replace(begun, looking=self._begin_here(begun.asked, begun.began), by_twin=False))

    def _begin_here(self, asked: Asked, began: float) -> Future[Future[Looked]]:
        looking: Future[Future[Looked]] = Future()
        try:
            looking.set_result(self._begin(asked, began, self._snapshot))
        except _TROUBLE as error:
            looking.set_exception(error)
        return looking

    @database_errors()
    def _begin(self, asked: Asked, began: float, snapshot: Snapshot) -> Future[Looked]:
        task = asked.task
        compared = self._compare(asked, snapshot)
        if compared is None:  # all is read, and in this thread, as it is with a snapshot
            looked: Future[Looked] = Future()
            every = snapshot.read(task.object, task.school_year)
            looked.set_result(self._look(time.monotonic() - began, task, every))
            return looked
        found, held, verdicts = compared
        narrowed = replace(task, everything=False, district_records=found.records, gone=encode_keys(found.gone))
        if found.settled:
            return self._looks.submit(self._tell, time.monotonic() - began, narrowed, found.batches, held, verdicts)
        return self._looks.submit(self._look, time.monotonic() - began, narrowed, found.batches, held)

    def _compare(self, asked: Asked, snapshot: Snapshot) -> tuple[Comparison, int, Verdicts] | None:
        """What differs, how many rows the state has, what it is known to reject; None where all is to be looked at."""
        if asked.held is None or asked.sums is None:
            return None
        held, buckets = asked.held, asked.buckets
        obj, year = held.object, held.school_year

        def pairs(wanted: Sequence[int]) -> Pairs:  # not after the sums of what comes next
            with self._one_pairs:
                return held_pairs(self._pairing, held, buckets, wanted)

        verdicts: dict[tuple[str | None, ...], str] = {}

        def rejected() -> pa.Table:
            verdicts.update(known_verdicts(self._office, obj, self._district.id, year))
            return table_of_keys(obj.key, verdicts)

        try:
            found = snapshot.compare(obj, year, StateSide(buckets, asked.sums.result, pairs, rejected))
        except WireError:
            return None
        return None if found is None else (found, asked.sums.result().total, verdicts)

    def _tell(self, seconds: float, task: Task, batches: Iterator[Batch], held: int, verdicts: Verdicts) -> Looked:
        """As `_look`, without one where all that differs is known to be rejected."""
        began = time.monotonic()
        taken = list(islice(batches, _FEW))
        verified = all_known(task, taken, held, verdicts, show=MOST_KEPT)
        rest = next(batches, None)
        if verified is None or rest is not None:
            every = chain(taken, () if rest is None else (rest,), batches)
            return self._look(seconds + time.monotonic() - began, task, every, held)
        looked = Looked(task.object.name, verified, seconds + time.monotonic() - began)
        with self._one_looks, database_errors():
            self._keep(self._looking, looked)
        return looked

    def _look(self, seconds: float, task: Task, batches: Iterable[Batch], held: int | None = None) -> Looked:
        """Look at what differs, and keep it; the comparison took so many seconds."""
        with self._one_looks, database_errors():
            began = time.monotonic()
            verified = verify(self._looking, task, batches, show=MOST_KEPT, state_count=held)
            looked = Looked(task.object.name, verified, seconds + time.monotonic() - began)
            self._keep(self._looking, looked)
        return looked

    def _likely(self, held: Held) -> int:
        """How many records there may be: those of the last resync, where there was one, need not be counted."""
        values = {"zone": self._district.zone_id, "object": held.object.name, "school_year": held.school_year}
        row = self._office.execute(statement("records_landed"), values).fetchone()
        if row is not None:
            return int(row[0])
        with self._one_pairs:
            return count_held(self._pairing, held)
