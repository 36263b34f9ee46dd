"""What agent and hub say to each other, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One object of a resync for an agent, as claimed: `epoch` fences every later word about it.

    `school_year` limits the reading to that year's records; None reads all of them (an object not bound to a year).
    Where not `everything` is wanted, the agent may compare first, in so many `buckets`, and ship what differs; where
    some were `rejected` when the object last landed, the door says which. A `selective` order is about some records
    only: the door says which (see Selection).
    """

    id: int
    resync: int
    object: str
    school_year: int | None
    epoch: int
    everything: bool = True
    buckets: int = 1
    selective: bool = False
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What an agent found that compared before it shipped: how many records the district has, misfits among them, and
    `gone`, the keys of the state's rows that it has no more (an Arrow IPC stream of the key's columns).

    Of a selective order: how many records were found, and what was asked for and is not there (see encode_lacking).
    """

    records: int
    gone: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the hub keeps this batch of an order: its number, counted from 0, and the digest of its payload."""

    number: int
    digest: bytes
    records: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch as it is delivered: its number within the order, its payload, how many records it carries."""

    number: int
    payload: bytes
    digest: bytes
    records: int
