"""The agent's round: claim an order, read it, deliver what the hub does not hold yet, finish; until none is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
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
from upstate.errors import LostSourceError, SourceError, WireError
from upstate.wire import (
    Batch,
    Compared,
    Parcel,
    Selection,
    WorkOrder,
    decode_selection,
    digest,
    encode,
    encode_keys,
    encode_lacking,
)
from upstate.wire.digests import Total, Totalling

Progress = Callable[[WorkOrder, int], None]

_AHEAD = 3  # parcels that may wait between reader and sender: a few MB, enough that neither waits long for the other


def run_round(door: Door, source: Source, catalog: Catalog, progress: Progress = lambda _order, _records: None) -> int:
    """Carry out every order the door hands out, all from one snapshot; how many there were.

    `progress` hears, after each batch, how many records of the order the hub holds. An object that cannot be read, or
    that the hub refuses, fails its order and the round goes on. SourceError where the source cannot be opened or is
    lost, FencedError where another agent has taken over; whatever was delivered stays, and the next round goes on from
    there.
    """
    order = door.claim()
    if order is None:
        return 0
    count = 0
    with _Reader(source, catalog, door) as reader:
        while order is not None:
            _carry_out(order, door, reader, progress)
            count += 1
            order = door.claim()
    return count


def _carry_out(order: WorkOrder, door: Door, reader: _Reader, progress: Progress) -> None:
    held = {receipt.number: receipt.digest for receipt in door.held(order)}
    batches = records = 0
    compared: Compared | None = None
    total: Total | None = None
    parcels: Iterator[Parcel | _End] = iter(())
    try:
        parcels = reader.read(order, decode_selection(door.selection(order)) if order.selective else None)
        for parcel in parcels:
            if isinstance(parcel, _End):
                compared, total = parcel.compared, parcel.total
                continue
            if held.get(parcel.number) != parcel.digest:
                # From here on the hub holds nothing, or what an earlier round read before the data changed.
                _forget_from(parcel.number, order, held, door)
                held = {}
                door.deliver(order, parcel)
            batches += 1
            records += parcel.records
            progress(order, records)
        _forget_from(batches, order, held, door)
        door.finish(order, batches, compared, total)
    except LostSourceError as error:
        raise LostSourceError(error.message, order=order.id, records=records) from error
    except (SourceError, WireError) as error:  # it cannot be read, or the hub will not have it as it is
        door.fail(order, error.message)
        with suppress(SourceError):
            deque(parcels, 0)  # what else the reader has of it is nobody's


def _forget_from(first: int, order: WorkOrder, held: dict[int, bytes], door: Door) -> None:
    if any(number >= first for number in held):
        door.forget(order, first)


@dataclass(frozen=True, slots=True)
class _End:
    """An object is read to its end, or could not be; `compared` where only what differs was shipped; `total` is that of
    all the district has."""

    error: BaseException | None = None
    compared: Compared | None = None
    total: Total | None = None


class _Reader:
    """A thread that holds the snapshot, and reads and encodes an order's object while earlier batches are sent.

    Where it compares, the state's side is asked in yet another thread, so that both databases work at the same time.
    """

    def __init__(self, source: Source, catalog: Catalog, door: Door) -> None:
        self._source = source
        self._catalog = catalog
        self._door = door
        self._asking = ThreadPoolExecutor(2, "upstate-asking")  # for sums, and for what is rejected
        self._orders: Queue[tuple[WorkOrder, Selection | None] | None] = Queue()
        self._parcels: Queue[Parcel | _End] = Queue(_AHEAD)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="upstate-reader", daemon=True)

    def __enter__(self) -> _Reader:
        self._thread.start()
        opened = self._parcels.get()
        if isinstance(opened, _End) and opened.error is not None:
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

    def read(self, order: WorkOrder, selection: Selection | None) -> Iterator[Parcel | _End]:
        """The order's batches as parcels, numbered from 0, and last how it ended; raises what the reading raised.

        All of it stems from one snapshot, as does what an earlier round sent of it wherever the digests are equal.
        """
        self._orders.put((order, selection))
        while not isinstance(item := self._parcels.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
        yield item

    def _run(self) -> None:
        try:
            with self._source.snapshot() as snapshot:
                self._parcels.put(_End())
                selecting = Selecting(snapshot, self._catalog)
                while (item := self._orders.get()) is not None and not self._stop.is_set():
                    order, selection = item
                    self._parcels.put(self._read(snapshot, selecting, order, selection))
        except BaseException as error:  # noqa: BLE001  # it belongs to the thread that waits for it
            self._parcels.put(_End(error))

    def _read(self, snapshot: Snapshot, selecting: Selecting, order: WorkOrder, selection: Selection | None) -> _End:
        try:
            if order.object not in self._catalog:
                raise SourceError(f"The agent's catalog has no object {order.object}; give it the hub's catalog.")
            obj = self._catalog[order.object]
            if selection is not None:
                return self._select(snapshot, selecting.part(order, selection), order)
            comparison = None if order.everything else self._compare(snapshot, order, obj)
            if comparison is None:
                totalling = Totalling(obj)
                self._ship(_added(totalling, snapshot.read(obj, order.school_year)))
                return _End(total=totalling.total)
            self._ship(comparison.batches)
        except BaseException as error:  # noqa: BLE001  # as above
            return _End(error)
        return _End(compared=Compared(comparison.records, encode_keys(comparison.gone)), total=comparison.total)

    def _select(self, snapshot: Snapshot, selected: Selected, order: WorkOrder) -> _End:
        """What a selective order asks for, and whatever that cannot be judged without; told with it is which records it
        asks for that the district does not have."""
        wanted = selected.wanted
        batches, lacking = wanted.lacking(select_sharing(snapshot, wanted, order.school_year))
        records = self._ship(batches)
        lacked = lacking() if selected.unknown_ids is None else selected.unknown_ids
        return _End(compared=Compared(records, encode_lacking(lacked)))

    def _ship(self, batches: Iterable[Batch]) -> int:
        records = 0
        for number, batch in enumerate(batches):
            payload = encode(batch)
            self._parcels.put(Parcel(number, payload, digest(payload), batch.size))
            records += batch.size
            if self._stop.is_set():
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
