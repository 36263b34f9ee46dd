"""The desk behind every agent's door, over HTTPS or in this process: one method a request, each safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from upstate.catalog import Catalog
from upstate.errors import FencedError, WireError
from upstate.hub.backlog import Backlog
from upstate.hub.comparing import Comparing, claimed_of
from upstate.hub.failing import fail_order
from upstate.hub.fencing import fenced, order_standing
from upstate.hub.keeping import drop_batches, keep_batch, kept_receipts
from upstate.hub.known_rejections import rejected_keys
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.selections import selection_of
from upstate.loading.looking import Zone
from upstate.wire import Compared, Parcel, Receipt, WorkOrder, digest, encode_selection
from upstate.wire.digests import Pairs, Sums, Total, definition, for_shipping, total_of_sums

LEASE = timedelta(minutes=10)


class Desk:
    """What an agent may ask of the hub about the orders of a resync, over a connection that commits by itself.

    Every word about an order carries the epoch of its claim: FencedError where the order has moved on, DatabaseError
    where the hub's database is gone. Deliveries wait while landing is too far behind (see Backlog). `reader` names who
    reads: an agent's key, or None in-process; `ticket` which claim it is, where it may come again.
    """

    def __init__(
        self,
        connection: Connection,
        comparing: Comparing,
        resync: int,
        catalog: Catalog,
        backlog: Backlog,
        *,
        lease: timedelta = LEASE,
        reader: int | None = None,
        ticket: str | None = None,
    ) -> None:
        self._connection = connection
        self._comparing = comparing
        self._resync = resync
        self._catalog = catalog
        self._backlog = backlog
        self._lease = lease
        self._reader = reader
        self._ticket = ticket

    def claim(self) -> WorkOrder | None:
        """The next order to read, under a new epoch, or None when there is none."""
        self._check_stopped()
        rows = self._rows("claim", resync=self._resync, lease=self._lease, reader=self._reader, ticket=self._ticket)
        if not rows:
            return None
        (how,) = self._rows("how_to_read", resync=self._resync, order=rows[0][0])
        order, fingerprint = self._comparing.decide(claimed_of(how))
        self._rows(
            "settle_how", order=order.id, epoch=order.epoch, everything=order.everything, fingerprint=fingerprint
        )
        return order

    def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
        """The receipts of what is kept of this order, by number. It may have been claimed a while ago: its lease begins
        anew."""
        self.renew(order)
        return kept_receipts(self._connection, order)

    def selection(self, order: WorkOrder) -> bytes:
        """Of a selective order: which records it is about."""
        return encode_selection(selection_of(self._connection, self._catalog, order, self._scope(order)[0]))

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        """Keep a batch; it is durable when this returns. A repeat changes nothing and returns the old receipt.

        WireError where the payload is not what its digest says, or its number is kept with other contents.
        """
        if digest(parcel.payload) != parcel.digest:
            raise WireError(f"Batch {parcel.number} of {order.object} was damaged on its way; send it again.")
        while not self._backlog.wait_for_room():
            self.renew(order)
        receipt, is_new = keep_batch(self._connection, order, parcel, self._lease)
        if is_new:
            self._backlog.add(order.id, len(parcel.payload))
        return receipt

    def renew(self, order: WorkOrder) -> None:
        """The reader is still there: keep the order from being given to another."""
        if not self._rows("renew", order=order.id, epoch=order.epoch, lease=self._lease):
            raise fenced(self._connection, order)

    def forget(self, order: WorkOrder, first: int) -> None:
        """Drop the batches numbered `first` and above: they were read from another snapshot."""
        self._backlog.add(order.id, -drop_batches(self._connection, order, first))

    def sums(self, order: WorkOrder) -> Sums:
        """The sums of the state's rows that the order is about, in its number of buckets."""
        district, zone = self._scope(order)
        looked = self._comparing.sums(order, district, zone)
        with database_errors():
            compared = total_of_sums(looked.sums).numbers()
            values = {"order": order.id, "epoch": order.epoch, "compared": compared, "clear": sorted(looked.clear)}
            self._connection.execute(statement("keep_compared"), values)
        return looked.sums

    def rejected(self, order: WorkOrder) -> pa.Table:
        """The keys of its records that are rejected as things stand, as texts."""
        return rejected_keys(self._connection, self._catalog[order.object], self._scope(order)[0], order.school_year)

    def pairs(self, order: WorkOrder, wanted: Sequence[int]) -> Pairs:
        """The keys and digests of the state's rows in these buckets."""
        return self._comparing.pairs(order, self._scope(order)[0], wanted)

    def finish(
        self, order: WorkOrder, batches: int, compared: Compared | None = None, total: Total | None = None
    ) -> None:
        """All is delivered, in so many batches; FencedError too where one of them is not kept. Safe to repeat.

        Without `compared` it is everything the district has; `total` is the digest of that, for the receipt.
        """
        if self._rows(
            "finish",
            order=order.id,
            epoch=order.epoch,
            batches=batches,
            everything=compared is None,
            district_records=None if compared is None else compared.records,
            gone=None if compared is None else compared.gone,
            definition=self._definition(order),
            total=None if total is None else total.numbers(),
        ):
            self._backlog.delivered(order.id)
            return
        now = order_standing(self._connection, order)
        if now.epoch == order.epoch and now.state in ("delivered", "landed") and now.batches == batches:
            return
        if now.epoch == order.epoch and now.state == "reading":
            held = len(kept_receipts(self._connection, order))
            # such as after a late repeat of `forget`: whoever claims the order again sees what is missing
            self._rows("release_order", order=order.id, epoch=order.epoch)
            line = f"{order.object} cannot be finished: {held} of its batches are kept, {batches} were sent."
            raise FencedError(f"{line} It is to be claimed again.")
        raise fenced(self._connection, order)

    def fail(self, order: WorkOrder, message: str) -> None:
        """This object cannot be read; neither it nor what needs it will land. Safe to repeat."""
        with database_errors():
            failed = fail_order(self._connection, self._catalog, order, message, while_in="reading")
        if failed:
            for each in failed:
                self._backlog.settled(each)
            return
        now = order_standing(self._connection, order)
        if (now.state, now.epoch) != ("failed", order.epoch):
            raise fenced(self._connection, order)

    def _scope(self, order: WorkOrder) -> tuple[int, Zone]:
        """Whose rows the order is about and in which zone, as long as it is still this reader's."""
        self._check_stopped()
        rows = self._rows("scope", order=order.id, epoch=order.epoch, lease=self._lease)
        if not rows:
            raise fenced(self._connection, order)
        district, *zone = rows[0]
        return district, Zone(*zone)

    def _definition(self, order: WorkOrder) -> bytes | None:
        known = order.object in self._catalog
        return definition(for_shipping(self._catalog[order.object])) if known else None

    def _check_stopped(self) -> None:
        if self._backlog.error is not None:
            raise self._backlog.error

    def _rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        with database_errors():
            return self._connection.execute(statement(name), values).fetchall()
