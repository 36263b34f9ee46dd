"""What the agent may ask of the hub, one method per request; the hub may be in this process or across a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pyarrow as pa

from upstate.wire import Compared, Parcel, Receipt, WorkOrder
from upstate.wire.digests import Pairs, Sums, Total


class Door(Protocol):
    """The hub as an agent sees it. Every method may be called again with the same arguments after any failure. What is
    only asked, and the claim of the next order, may come from other threads than what is told.

    Each but `claim` raises FencedError where the order has moved on to another claim.
    """

    def claim(self) -> WorkOrder | None:
        """The next order to read, in the plan's order, with its epoch raised; None where nothing is left.

        An order that was delivered in full is not handed out again.
        """

    def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
        """What the hub already keeps of this order, by number."""

    def selection(self, order: WorkOrder) -> bytes:
        """Of a selective order: which records it is about; `wire.decode_selection` reads it."""

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        """Keep this batch, durable when this returns; a repeat returns the old receipt and changes nothing."""

    def forget(self, order: WorkOrder, first: int) -> None:
        """Drop the batches numbered `first` and later: they were read from another snapshot."""

    def sums(self, order: WorkOrder) -> Sums:
        """The sums of the state's rows that the order is about, in as many buckets as it says.

        For an order that does not want everything. WireError where the state's rows cannot be digested.
        """

    def rejected(self, order: WorkOrder) -> pa.Table:
        """The keys of its records that are rejected as things stand, as texts, a column for each part of the key."""

    def pairs(self, order: WorkOrder, wanted: Sequence[int]) -> Pairs:
        """Keys and digests of the state's rows in these buckets; WireError as `sums`."""

    def finish(
        self, order: WorkOrder, batches: int, compared: Compared | None = None, total: Total | None = None
    ) -> None:
        """Every batch, `batches` of them, is delivered; the hub may land the object.

        Without `compared` the batches are everything the district has, whatever the order wanted. `total` is the digest
        of what the district has, for the receipt; a selective order has none.
        """

    def fail(self, order: WorkOrder, message: str) -> None:
        """This object cannot be read; the message is one line for people."""
