"""The agent's round: claim an order, read it, deliver what the hub does not hold yet, finish; until none is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from upstate.agent.door import Door
from upstate.agent.reader import End, Reader
from upstate.agent.sources import Source
from upstate.catalog import Catalog
from upstate.errors import LostSourceError, SourceError, WireError
from upstate.wire import Compared, Parcel, WorkOrder, decode_selection
from upstate.wire.digests import Total

Progress = Callable[[WorkOrder, int], None]


def run_round(
    door: Door,
    source: Source,
    catalog: Catalog,
    progress: Progress = lambda _order, _records: None,
    *,
    ahead: bool = False,
) -> int:
    """Carry out every order the door hands out, all from one snapshot; how many there were.

    `progress` hears, after each batch, how many records of the order the hub holds. An object that cannot be read, or
    that the hub refuses, fails its order and the round goes on. SourceError where the source cannot be opened or is
    lost, FencedError where another agent has taken over; whatever was delivered stays, and the next round goes on from
    there. `ahead`: the next order is claimed while one is read, which only who is alone with the resync may do: what
    was claimed and not read is handed out again to who comes next, and must not wait for a lease to run out.
    """
    order = door.claim()
    if order is None:
        return 0
    count = 0
    with Reader(source, catalog, door) as reader:
        _begin(order, reader)
        while order is not None:
            held = {receipt.number: receipt.digest for receipt in door.held(order)}
            coming = _next(door, reader) if ahead and not order.selective else None
            _carry_out(order, held, door, reader, progress)
            count += 1
            order = coming or _next(door, reader)
    return count


def _next(door: Door, reader: Reader) -> WorkOrder | None:
    order = door.claim()
    if order is not None:
        _begin(order, reader)
    return order


def _begin(order: WorkOrder, reader: Reader) -> None:
    if not order.selective:  # what a selective one is about has yet to be asked
        reader.begin(order)


def _carry_out(order: WorkOrder, held: dict[int, bytes], door: Door, reader: Reader, progress: Progress) -> None:
    batches = records = 0
    compared: Compared | None = None
    total: Total | None = None
    parcels: Iterator[Parcel | End] = iter(())
    try:
        if order.selective:
            reader.begin(order, decode_selection(door.selection(order)))
        parcels = reader.parcels()
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
