"""The agent's protocol over HTTPS, in the words that both ends share: version, headers, what a refusal may be.

docs/reference/agent-protocol.md is its reference.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import blake2b
from typing import Any, Final, Literal, get_args

from upstate.catalog import Catalog, parse_catalog
from upstate.catalog.owners import with_owners
from upstate.errors import CatalogError, WireError
from upstate.wire.messages import Receipt, WorkOrder

ROOT: Final = "/agent/v1"
CATALOG_HEADER: Final = "Upstate-Catalog"  # the stamp of the catalog that the agent works by
DIGEST_HEADER: Final = "Upstate-Digest"  # of a batch's payload, in hex
BINARY: Final = "application/vnd.apache.arrow.stream"
HEARTBEAT_SECONDS: Final = 20.0  # where the hub says nothing else
LONGEST_WAIT: Final = 25  # seconds that a claim may wait for work

Refusal = Literal["key", "absent", "fenced", "damaged", "wire", "catalog", "large", "busy", "often", "away", "wrong"]
"""key: none, wrong or revoked; absent: there is no such order (for this district); fenced: the order has moved on;
damaged: a body did not arrive as it was sent; wire: a batch or a message is not what it says; catalog: the agent's is
not the hub's; large: more than is taken; busy, often: come again after Retry-After seconds; away: the state's database
is; wrong: a request that makes no sense.
"""
REFUSALS: Final = frozenset(get_args(Refusal))


def heartbeat_of(lease: float) -> float:
    """Every how many seconds an agent is to say that it is there, to keep a lease of so many: three may get lost."""
    return lease / 4.5


def order_to_json(order: WorkOrder) -> dict[str, Any]:
    """A claimed order as JSON has it; bytes in base64."""
    values = {each.name: getattr(order, each.name) for each in fields(order)}
    return {name: base64.b64encode(v).decode() if isinstance(v, bytes) else v for name, v in values.items()}


def order_from_json(said: Any) -> WorkOrder:
    """What `order_to_json` made, by this or a newer hub; WireError where it is no order."""
    try:
        known = {each.name: said[each.name] for each in fields(WorkOrder) if each.name in said}
        order = WorkOrder(**known)
        numbers = (order.id, order.resync, order.epoch, order.buckets)
        if not all(type(number) is int for number in numbers) or not isinstance(order.object, str):
            raise TypeError("an order is of numbers")
    except (TypeError, KeyError) as error:
        raise WireError(f"The hub's order cannot be read ({error}). Use the same version of agent and hub.") from error
    return order


def receipt_to_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON has it."""
    return {"number": receipt.number, "digest": receipt.digest.hex(), "records": receipt.records}


def receipt_from_json(said: Any) -> Receipt:
    """What `receipt_to_json` made; WireError where it is no receipt."""
    try:
        return Receipt(int(said["number"]), bytes.fromhex(said["digest"]), int(said["records"]))
    except (TypeError, KeyError, ValueError) as error:
        raise WireError(f"The hub's receipt cannot be read ({error}).") from error


def encode_catalog(texts: Mapping[str, str], owners: Mapping[str, Mapping[str, str]]) -> bytes:
    """A catalog as it travels: its files by name, and by object and column the owners that were set otherwise."""
    return json.dumps({"files": dict(texts), "owners": owners}, sort_keys=True, ensure_ascii=False).encode()


def decode_catalog(data: bytes) -> Catalog:
    """What `encode_catalog` made; WireError where it is no catalog that this version understands."""
    try:
        said = json.loads(data)
        owners = ((name, column, owner) for name, each in said["owners"].items() for column, owner in each.items())
        return with_owners(parse_catalog(said["files"]), owners)
    except CatalogError as error:
        raise WireError(f"The hub's catalog is not understood: {error.message} Update the agent.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WireError("What the hub sent is no catalog. Check the hub's address.") from error


def catalog_stamp(data: bytes) -> str:
    """What tells this catalog, as it travels, from any other: 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()
