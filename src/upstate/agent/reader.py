"""A thread that reads a district's objects, one order after the other, while what was read before is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from queue import Empty, Queue
from threading import Event, Thread
from types import TracebackType

from upstate.agent.door import Door
from upstate.agent.selecting import Selected, Selecting
from upstate.agent.sharing import select_sharing
from upstate.agent.sources import Comparison, Snapshot, Source, StateSide
from upstate.catalog import Catalog, SyncObject
from upstate.errors import FencedError, SourceError, WireError
from upstate.wire import (
    Batch,
    Compared,
    Parcel,
    WorkOrder,
    decode_selection,
    digest,
    encode,
    encode_keys,
    encode_lacking,
)
from upstate.wire.digests import Total, Totalling

_AHEAD = 3  # parcels that may wait between reader and sender: a few MB, enough that neither waits long for the other


@dataclass(frozen=True, slots=True)
class End:
    """An object is read to its end, or could not be; `compared` where only what differs was shipped; `total` is that of
    all the district has."""

    error: BaseException | None = None
    compared: Compared | None = None
    total: Total | None = None


class Reader:
    """A thread that holds the snapshot, and reads and encodes an order's object while earlier batches are sent.

    Where it compares, the state's side is asked in yet another thread, so that both databases work at the same time.
    """

    def __init__(self, source: Source, catalog: Catalog, door: Door) -> None:
        self._source = source
        self._catalog = catalog
        self._door = door
        self._asking = ThreadPoolExecutor(2, "upstate-asking")  # for sums, and for what is rejected
        self._orders: Queue[WorkOrder | None] = Queue()
        self._parcels: Queue[Parcel | End] = Queue(_AHEAD)
        self._left: set[WorkOrder] = set()  # with their epochs: what is claimed anew is another
        self._stop = Event()
        self._thread = Thread(target=self._run, name="upstate-reader", daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        opened = self._parcels.get()
        if isinstance(opened, End) and opened.error is not None:
            self._thread.join()
            raise opened.error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._orders.put(None)
        while self._thread.is_alive():  # it may wait for room in the queue
            try:
                self._parcels.get(timeout=0.02)
            except Empty:
                continue
        self._asking.shutdown()

    def begin(self, order: WorkOrder) -> None:
        """Have this order read as soon as those begun before it are."""
        self._orders.put(order)

    def parcels(self) -> Iterator[Parcel | End]:
        """Of the first order begun of which they were not asked for yet: its batches as parcels, numbered from 0, and
        last how it ended; raises what the reading raised.

        All of it stems from one snapshot, as does what an earlier round sent of it wherever the digests are equal.
        """
        while not isinstance(item := self._parcels.get(), End):
            yield item
        if item.error is not None:
            raise item.error
        yield item

    def leave(self, order: WorkOrder) -> None:
        """Nobody wants what has not been read of it yet."""
        self._left.add(order)

    def _run(self) -> None:
        try:
            with self._source.snapshot() as snapshot:
                self._parcels.put(End())
                selecting = Selecting(snapshot, self._catalog)
                while (order := self._orders.get()) is not None and not self._stop.is_set():
                    self._parcels.put(self._read(snapshot, selecting, order))
        except BaseException as error:  # noqa: BLE001  # it belongs to the thread that waits for it
            self._parcels.put(End(error))

    def _read(self, snapshot: Snapshot, selecting: Selecting, order: WorkOrder) -> End:
        try:
            if order in self._left:
                raise FencedError(f"{order.object} was left to another claim.")
            if order.object not in self._catalog:
                raise SourceError(f"The agent's catalog has no object {order.object}; give it the hub's catalog.")
            obj = self._catalog[order.object]
            if order.selective:
                asked = decode_selection(self._door.selection(order))
                return self._select(snapshot, selecting.part(order, asked), order)
            comparison = None if order.everything else self._compare(snapshot, order, obj)
            if comparison is None:
                totalling = Totalling(obj)
                self._ship(order, _added(totalling, snapshot.read(obj, order.school_year)))
                return End(total=totalling.total)
            self._ship(order, comparison.batches)
        except BaseException as error:  # noqa: BLE001  # as above
            return End(error)
        return End(compared=Compared(comparison.records, encode_keys(comparison.gone)), total=comparison.total)

    def _select(self, snapshot: Snapshot, selected: Selected, order: WorkOrder) -> End:
        """What a selective order asks for, and whatever that cannot be judged without; told with it is which records it
        asks for that the district does not have."""
        wanted = selected.wanted
        batches, lacking = wanted.lacking(select_sharing(snapshot, wanted, order.school_year))
        records = self._ship(order, batches)
        lacked = lacking() if selected.unknown_ids is None else selected.unknown_ids
        return End(compared=Compared(records, encode_lacking(lacked)))

    def _ship(self, order: WorkOrder, batches: Iterable[Batch]) -> int:
        records = 0
        for number, batch in enumerate(batches):
            payload = encode(batch)
            self._parcels.put(Parcel(number, payload, digest(payload), batch.size))
            records += batch.size
            if self._stop.is_set() or order in self._left:
                break
        return records

    def _compare(self, snapshot: Snapshot, order: WorkOrder, obj: SyncObject) -> Comparison | None:
        """What differs; None where everything is to be sent, also as the two sides cannot be compared for certain."""
        sums = self._asking.submit(self._door.sums, order)
        rejected = [self._asking.submit(self._door.rejected, order)] if order.rejected else []
        try:
            told = rejected[0].result if rejected else None
            state = StateSide(order.buckets, sums.result, partial(self._door.pairs, order), told)
            return snapshot.compare(obj, order.school_year, state)
        except WireError:
            return None
        finally:
            wait([sums, *rejected])  # nothing is asked any more once this order is left


def _added(totalling: Totalling, batches: Iterable[Batch]) -> Iterator[Batch]:
    for batch in batches:
        totalling.add(batch.records)
        yield batch
