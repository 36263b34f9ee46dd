"""The agent's round: claim an order, read it, deliver what the hub does not hold yet, finish; until none is left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from upstate.agent.door import Door
from upstate.agent.reader import End, Reader
from upstate.agent.sources import Source
from upstate.catalog import Catalog
from upstate.errors import FencedError, LostSourceError, SourceError, UpstateError, WireError
from upstate.wire import Compared, Parcel, WorkOrder
from upstate.wire.digests import Total

Progress = Callable[[WorkOrder, int], None]
_A_WHILE = 30.0  # seconds that a claim may wait for its reader without a word


def run_round(door: Door, source: Source, catalog: Catalog, progress: Progress = lambda _order, _records: None) -> int:
    """Carry out every order the door hands out, all from one snapshot; how many there were.

    While one is read the next is claimed, and the one before it finished, so that nobody waits for the hub's answers to
    that. `progress` hears, after each batch, how many records of the order the hub holds. An object that cannot be
    read, or that the hub refuses, fails its order and the round goes on. SourceError where the source cannot be opened
    or is lost: what was claimed by then is the caller's to have handed out again. FencedError where another agent has
    taken over, once what was claimed meanwhile is carried out. Whatever was delivered stays, and the next round goes on
    from there.
    """
    first = door.claim()
    if first is None:
        return 0
    count = 0
    overtaken: FencedError | None = None
    with Reader(source, catalog, door) as reader, ThreadPoolExecutor(2, "upstate-beside") as beside:
        claim = partial(_claim, door, reader)
        claimed: _Claimed | None = _begun(first, reader)
        ending: Future[FencedError | None] = beside.submit(lambda: None)
        while claimed is not None:
            parcels = reader.parcels()
            coming = delivered = None
            try:
                held = _held(claimed, door, doubtful=overtaken is not None)
                coming = None if overtaken else beside.submit(claim)
                delivered = None if held is None else _deliver(claimed.order, held, parcels, door, progress)
                count += 1
            except FencedError as error:
                overtaken = error
            reader.leave(claimed.order)
            with suppress(UpstateError):
                deque(parcels, 0)  # what else the reader has of it is nobody's
            overtaken = ending.result() or overtaken
            if delivered is not None:
                ending = beside.submit(_finish, delivered, door)
            if _long_ago(claimed):  # its lease may have run out, and the next claim would be handed it out again
                overtaken = ending.result() or overtaken
            claimed = None if coming is None else coming.result()
            if claimed is None:
                overtaken = ending.result() or overtaken
                claimed = None if overtaken else claim()
    if overtaken is not None:
        raise overtaken
    return count


@dataclass(frozen=True, slots=True)
class _Claimed:
    """An order, and since when it is ours (`time.monotonic`)."""

    order: WorkOrder
    since: float


def _claim(door: Door, reader: Reader) -> _Claimed | None:
    order = door.claim()
    return None if order is None else _begun(order, reader)


def _begun(order: WorkOrder, reader: Reader) -> _Claimed:
    reader.begin(order)
    return _Claimed(order, time.monotonic())


@dataclass(frozen=True, slots=True)
class _Delivered:
    """An order of which everything is delivered: in how many batches, and what else is told at its end."""

    order: WorkOrder
    batches: int
    compared: Compared | None
    total: Total | None


def _held(claimed: _Claimed, door: Door, *, doubtful: bool) -> dict[int, bytes] | None:
    """The digests of what the hub holds of it already, by number; None where that failed, which it was told.

    What is claimed for the first time is not asked after, as nothing is held of it, unless that was a while ago, as to
    ask begins its lease anew, or it is `doubtful` whether it is ours still.
    """
    order = claimed.order
    if order.epoch == 1 and not doubtful and not _long_ago(claimed):
        return {}
    try:
        return {receipt.number: receipt.digest for receipt in door.held(order)}
    except WireError as error:
        door.fail(order, error.message)
        return None


def _long_ago(claimed: _Claimed) -> bool:
    return time.monotonic() - claimed.since >= _A_WHILE


def _deliver(
    order: WorkOrder, held: dict[int, bytes], parcels: Iterator[Parcel | End], door: Door, progress: Progress
) -> _Delivered | None:
    """Deliver what the hub does not hold yet; None where that failed, which it was told."""
    batches = records = 0
    compared: Compared | None = None
    total: Total | None = None
    try:
        for parcel in parcels:
            if isinstance(parcel, End):
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
    except LostSourceError as error:
        raise LostSourceError(error.message, order=order.id, records=records) from error
    except (SourceError, WireError) as error:  # it cannot be read, or the hub will not have it as it is
        door.fail(order, error.message)
        return None
    return _Delivered(order, batches, compared, total)


def _finish(delivered: _Delivered, door: Door) -> FencedError | None:
    """Tell the hub that everything is delivered; the error, where the order is ours no more."""
    try:
        try:
            door.finish(delivered.order, delivered.batches, delivered.compared, delivered.total)
        except WireError as error:
            door.fail(delivered.order, error.message)
    except FencedError as error:
        return error
    return None


def _forget_from(first: int, order: WorkOrder, held: dict[int, bytes], door: Door) -> None:
    if any(number >= first for number in held):
        door.forget(order, first)
