"""A hub that lives in memory: the door's promises kept by the simplest means, for tests of the round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from upstate.catalog import SyncObject
from upstate.errors import FencedError
from upstate.wire import (
    Compared,
    Parcel,
    Receipt,
    Selection,
    WorkOrder,
    arrow_schema,
    digest,
    encode_selection,
    table_of_keys,
)
from upstate.wire.digests import Pairs, Sums, Total, bucket_sums, for_shipping, pairs_of


@dataclass
class Standing:
    """One order: its state, its epoch, the batches that are kept."""

    order: WorkOrder
    state: str = "waiting"
    kept: dict[int, Parcel] = field(default_factory=dict)
    batches: int | None = None
    message: str = ""
    compared: Compared | None = None
    total: Total | None = None


class CutError(Exception):
    """The line was cut: whatever was asked for last may or may not have been done."""


class MemoryDoor:
    """See Door. `sent` is every delivery that arrived; `cut_after` cuts the line once so many have. What was claimed is
    handed out again once `let_go` has ended the leases.

    `state` has the rows to compare with, and `asked` how many buckets pairs were asked of.
    """

    def __init__(self, *orders: WorkOrder) -> None:
        self.standings = {order.id: Standing(order) for order in orders}
        self.leased: set[int] = set()
        self.sent: list[tuple[str, int]] = []
        self.forgotten: list[tuple[str, int]] = []
        self.cut_after: int | None = None
        self.state: dict[str, tuple[SyncObject, list[dict[str, Any]]]] = {}
        self.asked: list[tuple[str, int]] = []
        self.turned_away: dict[str, list[tuple[str | None, ...]]] = {}
        self.selected: dict[str, Selection] = {}

    def claim(self) -> WorkOrder | None:
        for number, standing in self.standings.items():
            if standing.state in ("waiting", "reading") and number not in self.leased:
                self.leased.add(number)
                standing.state = "reading"
                standing.order = replace(standing.order, epoch=standing.order.epoch + 1)
                return standing.order
        return None

    def let_go(self) -> None:
        self.leased.clear()

    def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
        kept = self._standing(order).kept
        self.leased.add(order.id)
        return tuple(Receipt(n, kept[n].digest, kept[n].records) for n in sorted(kept))

    def selection(self, order: WorkOrder) -> bytes:
        self._standing(order)
        return encode_selection(self.selected[order.object])

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        standing = self._standing(order)
        assert digest(parcel.payload) == parcel.digest
        if parcel.number in standing.kept:
            assert standing.kept[parcel.number] == parcel
        standing.kept[parcel.number] = parcel
        self.sent.append((order.object, parcel.number))
        if self.cut_after is not None and len(self.sent) >= self.cut_after:
            self.cut_after = None
            raise CutError
        return Receipt(parcel.number, parcel.digest, parcel.records)

    def forget(self, order: WorkOrder, first: int) -> None:
        standing = self._standing(order)
        standing.kept = {n: parcel for n, parcel in standing.kept.items() if n < first}
        self.forgotten.append((order.object, first))

    def sums(self, order: WorkOrder) -> Sums:
        self._standing(order)
        obj, rows = self._held(order)
        return bucket_sums(obj, [rows], order.buckets)

    def rejected(self, order: WorkOrder) -> pa.Table:
        self._standing(order)
        return table_of_keys(self.state[order.object][0].key, self.turned_away[order.object])

    def pairs(self, order: WorkOrder, wanted: Sequence[int]) -> Pairs:
        self._standing(order)
        self.asked.append((order.object, len(wanted)))
        obj, rows = self._held(order)
        return pairs_of(obj, [rows], order.buckets, wanted)

    def finish(
        self, order: WorkOrder, batches: int, compared: Compared | None = None, total: Total | None = None
    ) -> None:
        standing = self._standing(order)
        assert sorted(standing.kept) == list(range(batches))
        standing.state, standing.batches = "delivered", batches
        standing.compared, standing.total = compared, total

    def _held(self, order: WorkOrder) -> tuple[SyncObject, pa.RecordBatch]:
        obj, rows = self.state[order.object]
        return for_shipping(obj), pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj))

    def fail(self, order: WorkOrder, message: str) -> None:
        standing = self._standing(order)
        standing.state, standing.message = "failed", message

    def _standing(self, order: WorkOrder) -> Standing:
        standing = self.standings[order.id]
        if standing.order.epoch != order.epoch:
            raise FencedError(f"Order {order.id} has moved on.")
        return standing
