"""The batches kept of an order: each is one row and its own receipt, kept once, by the claim that reads the order."""

from __future__ import annotations

from datetime import timedelta

from upstate.errors import WireError
from upstate.hub.fencing import fenced, order_standing
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import Parcel, Receipt, WorkOrder


@database_errors()
def kept_receipts(connection: Connection, order: WorkOrder) -> tuple[Receipt, ...]:
    """The receipts of what is kept of an order, by number."""
    rows = connection.execute(statement("held"), {"order": order.id}).fetchall()
    return tuple(Receipt(number, bytes(kept), records) for number, kept, records in rows)


@database_errors()
def keep_batch(connection: Connection, order: WorkOrder, parcel: Parcel, lease: timedelta) -> tuple[Receipt, bool]:
    """Keep a batch, and renew the lease; its receipt, and whether it is new: a repeat gets the old receipt.

    FencedError where the order has moved on, WireError where the number is kept with other contents.
    """
    values = {
        "order": order.id,
        "epoch": order.epoch,
        "number": parcel.number,
        "records": parcel.records,
        "digest": parcel.digest,
        "payload": parcel.payload,
        "lease": lease,
    }
    row = connection.execute(statement("deliver"), values).fetchone()
    if row is None:
        return _same(order, parcel, _old_receipt(connection, order, parcel)), False
    number, kept, records, is_new = row
    return _same(order, parcel, Receipt(number, bytes(kept), records)), is_new


@database_errors()
def drop_batches(connection: Connection, order: WorkOrder, first: int) -> int:
    """Drop the batches numbered `first` and above; how many bytes they were. FencedError as `keep_batch`."""
    values = {"order": order.id, "epoch": order.epoch, "first": first}
    row = connection.execute(statement("forget"), values).fetchone()
    if row is None:
        raise fenced(connection, order)
    size: int = row[0]
    return size


def _old_receipt(connection: Connection, order: WorkOrder, parcel: Parcel) -> Receipt:
    """The receipt of a batch that is kept though its order is read no more, as after a repeated last delivery."""
    now = order_standing(connection, order)
    if now.epoch == order.epoch and now.state in ("reading", "delivered"):
        for receipt in kept_receipts(connection, order):
            if receipt.number == parcel.number:
                return receipt
    raise fenced(connection, order)


def _same(order: WorkOrder, parcel: Parcel, receipt: Receipt) -> Receipt:
    if receipt.digest != parcel.digest:
        raise WireError(
            f"Batch {parcel.number} of {order.object} is kept with other contents; forget it before sending it anew."
        )
    return receipt
