"""The hub's door over HTTPS: see Door for what each method promises, docs/reference/agent-protocol.md for the wire."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from threading import Lock
from typing import Any

import pyarrow as pa

from upstate.agent.hub_client import LONG, HubClient
from upstate.agent.withdrawing import Withdrawing
from upstate.catalog import Catalog, SyncObject
from upstate.errors import WireError
from upstate.wire import Compared, Parcel, Receipt, WorkOrder, decode_rejected
from upstate.wire.digests import Pairs, Sums, Total, for_shipping, pairs_from_bytes, sums_from_bytes
from upstate.wire.protocol import (
    BINARY,
    CATALOG_HEADER,
    DIGEST_HEADER,
    HEARTBEAT_SECONDS,
    catalog_stamp,
    decode_catalog,
    order_from_json,
    receipt_from_json,
)


@dataclass(frozen=True, slots=True)
class HubCatalog:
    """The hub's catalog, and what tells it from any other."""

    catalog: Catalog
    stamp: str


def fetch_catalog(client: HubClient) -> HubCatalog:
    """The catalog in force at the hub; WireError where this version does not understand it."""
    sent = client.send("GET", "/catalog").content
    return HubCatalog(decode_catalog(sent), catalog_stamp(sent))


def here() -> dict[str, str]:
    """Where this agent runs, in which version."""
    return {"place": platform.node(), "version": version("upstate")}


class HttpsDoor:
    """The door for one round: whichever resync the first claim is of, the others are too, as they share a snapshot.

    `claimed` has the orders that were handed out and are neither finished nor failed; `after` says in how many seconds
    it is worth asking again where there was none, and `line` why.
    """

    def __init__(self, client: HubClient, catalog: HubCatalog, *, resync: int | None = None, wait: int = 0) -> None:
        self._client = client
        self._catalog = catalog
        self._resync = resync
        self._wait = wait
        self._claimed: dict[int, WorkOrder] = {}
        self._one_at_them = Lock()  # the next is claimed while one is read, and both are told of by the heartbeat
        self.after = 0.0
        self.line = ""

    @property
    def claimed(self) -> tuple[WorkOrder, ...]:
        """The orders that were handed out and are neither finished nor failed, the first of them first."""
        with self._one_at_them:
            return tuple(self._claimed.values())

    def claim(self) -> WorkOrder | None:
        """The next order of the round's resync; the first time, of any, waiting for one where we were told to."""
        wait = self._wait if self._resync is None else 0
        ticket = secrets.token_hex(8)
        with Withdrawing(self._client, ticket) if wait else nullcontext():
            said = self._client.ask(
                "POST",
                "/claim",
                # the same in every repeat of this request: an order whose answer was lost is handed out again
                json={"resync": self._resync, "wait": wait, "ticket": ticket, **here()},
                headers={CATALOG_HEADER: self._catalog.stamp},
            )
        if said.get("order") is None:
            self.after, self.line = _seconds(said.get("after")), str(said.get("line", ""))
            return None
        order = order_from_json(said["order"])
        self._resync = order.resync
        with self._one_at_them:
            self._claimed[order.id] = order
        return order

    def held(self, order: WorkOrder) -> tuple[Receipt, ...]:
        """What the hub keeps of it, by number."""
        said = self._client.ask("GET", f"/orders/{order.id}/held", params={"epoch": order.epoch})
        receipts = said.get("receipts")
        if not isinstance(receipts, list):
            raise WireError("The hub's receipts cannot be read. Use the same version of agent and hub.")
        return tuple(receipt_from_json(each) for each in receipts)

    def selection(self, order: WorkOrder) -> bytes:
        """Which records it is about, where it is selective."""
        return self._client.send("GET", f"/orders/{order.id}/selection", params={"epoch": order.epoch}).content

    def deliver(self, order: WorkOrder, parcel: Parcel) -> Receipt:
        """Send a batch; it is kept, durably, when this returns."""
        said = self._client.ask(
            "PUT",
            f"/orders/{order.id}/batches/{parcel.number}",
            params={"epoch": order.epoch, "records": parcel.records},
            headers={DIGEST_HEADER: parcel.digest.hex(), "Content-Type": BINARY},
            content=parcel.payload,
        )
        receipt = receipt_from_json(said)
        if (receipt.number, receipt.digest) != (parcel.number, parcel.digest):
            raise WireError(f"The hub's receipt is for another batch than {parcel.number} of {order.object}.")
        return receipt

    def forget(self, order: WorkOrder, first: int) -> None:
        """Drop its batches from a number on."""
        self._client.ask("DELETE", f"/orders/{order.id}/batches", params={"epoch": order.epoch, "from": first})

    def sums(self, order: WorkOrder) -> Sums:
        """The sums of the state's rows that it is about."""
        params = {"epoch": order.epoch, "buckets": order.buckets}
        answer = self._client.send("GET", f"/orders/{order.id}/sums", params=params, timeout=LONG)
        return sums_from_bytes(self._compared(order), answer.content)

    def rejected(self, order: WorkOrder) -> pa.Table:
        """The keys of its records that are rejected, as texts."""
        answer = self._client.send("GET", f"/orders/{order.id}/rejected", params={"epoch": order.epoch})
        return decode_rejected(self._compared(order).key, answer.content)

    def pairs(self, order: WorkOrder, wanted: Sequence[int]) -> Pairs:
        """The keys and digests of the state's rows in these buckets."""
        params = {"epoch": order.epoch, "buckets": order.buckets}
        body = {"wanted": [int(each) for each in wanted]}
        answer = self._client.send("POST", f"/orders/{order.id}/pairs", params=params, json=body, timeout=LONG)
        return pairs_from_bytes(self._compared(order), answer.content)

    def finish(
        self, order: WorkOrder, batches: int, compared: Compared | None = None, total: Total | None = None
    ) -> None:
        """All of it is delivered."""
        params: dict[str, Any] = {"epoch": order.epoch, "batches": batches}
        if total is not None:
            params["total"] = total.to_text()
        how: dict[str, Any] = {}
        if compared is not None:
            params["records"] = compared.records
            how = {"content": compared.gone, "headers": {"Content-Type": BINARY}}
        self._client.ask("POST", f"/orders/{order.id}/finish", params=params, **how)
        self._let_go(order)

    def fail(self, order: WorkOrder, message: str) -> None:
        """It cannot be read."""
        self._client.ask("POST", f"/orders/{order.id}/fail", params={"epoch": order.epoch}, json={"message": message})
        self._let_go(order)

    def beat(self, order: WorkOrder) -> None:
        """This order is still ours; asked once, without patience, so that it never comes late."""
        path, params = f"/orders/{order.id}/heartbeat", {"epoch": order.epoch}
        self._client.send("POST", path, params=params, json=here(), patient=False)

    def _let_go(self, order: WorkOrder) -> None:
        with self._one_at_them:
            self._claimed.pop(order.id, None)

    def _compared(self, order: WorkOrder) -> SyncObject:
        if order.object not in self._catalog.catalog:
            raise WireError(f"The agent's catalog has no object {order.object}; give it the hub's catalog.")
        return for_shipping(self._catalog.catalog[order.object])


def heartbeat_told(hello: Mapping[str, Any]) -> float:
    """Every how many seconds the hub wants to hear from us, by what it answered to hello."""
    return _seconds(hello.get("heartbeat_seconds")) or HEARTBEAT_SECONDS


def _seconds(said: Any) -> float:
    return float(said) if isinstance(said, int | float) and said >= 0 else 0.0
