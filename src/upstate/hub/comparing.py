"""Which orders are compared before anything is sent, and what the state answers an agent that compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import psycopg

from upstate.catalog import Catalog, fingerprint
from upstate.hub.known_rejections import MOST_TOLD
from upstate.hub.postgres import Connection, database_errors
from upstate.loading.comparing import Held, any_held, can_digest, held_pairs
from upstate.loading.looking import Look, Zone, look
from upstate.loading.placing import at_district
from upstate.wire import WorkOrder
from upstate.wire.digests import Pairs, bucket_count, for_shipping


@dataclass(frozen=True, slots=True)
class Claimed:
    """An order as it was claimed, and what decides how it is read: whether everything is asked for, whose it is, and
    by what, and how many, records were judged and how many of them rejected when the object last landed for its zone
    and year."""

    order: WorkOrder
    everything: bool
    district: int
    edition: str | None
    year: int
    judged_by: str | None
    records: int | None
    rejected: int | None
    selective: bool


def claimed_of(row: Sequence[Any]) -> Claimed:
    """An order by what `how_to_read.sql` says of it."""
    return Claimed(WorkOrder(*row[:5]), *row[5:])


class Comparing:
    """The state's side of comparisons, over a connection that nobody else asks meanwhile, as its answers take long;
    several threads may ask, one after the other.

    All is read from the rows themselves; nothing is remembered of them. DatabaseError where the database is gone.
    """

    def __init__(self, connection: Connection, catalog: Catalog) -> None:
        self._catalog = catalog
        self._connection = connection
        self._can_digest: bool | None = None
        self._one_asks = Lock()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @database_errors()
    def decide(self, claimed: Claimed) -> tuple[WorkOrder, str]:
        """The order with how it is to be read, and the fingerprint of what its records will be judged by.

        Everything is sent where that is asked for, where the catalog or the zone says otherwise than at the last
        landing, where the state has no such row yet, and where its database cannot compute digests.
        """
        order = claimed.order
        if order.object not in self._catalog or claimed.selective:
            return replace(order, everything=not claimed.selective, selective=claimed.selective), ""
        obj = self._catalog[order.object]
        judged_by = fingerprint(obj, {"school_year": claimed.year, "edition": claimed.edition})
        everything = claimed.everything or judged_by != claimed.judged_by or not self._holds(order, claimed.district)
        if everything:
            return replace(order, everything=True), judged_by
        buckets, rejected = bucket_count(claimed.records or 0), 0 < (claimed.rejected or 0) <= MOST_TOLD
        return replace(order, everything=False, buckets=buckets, rejected=rejected), judged_by

    @database_errors()
    def sums(self, order: WorkOrder, district: int, zone: Zone) -> Look:
        """The sums of the district's rows that the order is about, and what else shows in the same look at them;
        WireError where they do not hold together."""
        with self._one_asks, at_district(self._connection, district) as holder:
            return look(holder, self._held(order, district), self._catalog[order.object], order.buckets, zone)

    @database_errors()
    def pairs(self, order: WorkOrder, district: int, wanted: Sequence[int]) -> Pairs:
        """The keys and digests of those in these buckets; WireError as `sums`."""
        with self._one_asks, at_district(self._connection, district) as holder:
            return held_pairs(holder, self._held(order, district), order.buckets, wanted)

    def _holds(self, order: WorkOrder, district: int) -> bool:
        """Whether there are rows to compare with, and a database that can."""
        try:
            with self._one_asks, at_district(self._connection, district) as holder:
                if self._can_digest is None:
                    self._can_digest = can_digest(holder)
                return self._can_digest and any_held(holder, self._held(order, district))
        except psycopg.errors.UndefinedTable:
            return False  # landing will say it

    def _held(self, order: WorkOrder, district: int) -> Held:
        return Held(for_shipping(self._catalog[order.object]), district, order.school_year)
