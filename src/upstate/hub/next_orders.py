"""Which order of a resync is to land next, and which large one may be filled in before its turn."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.catalog import Catalog
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.loading.task import Task
from upstate.wire import WorkOrder


@dataclass(frozen=True, slots=True)
class NextOrder:
    """A delivered order, and what its resync and zone say about it."""

    order: WorkOrder
    year: int
    district: int
    edition: str | None
    everything: bool
    district_records: int
    gone: bytes | None
    selective: bool
    clear: list[str]
    judged_alike: bool

    def task(self, catalog: Catalog) -> Task:
        """What there is to land; the catalog must have the order's object."""
        return Task(
            order=self.order.id,
            epoch=self.order.epoch,
            resync=self.order.resync,
            district=self.district,
            school_year=self.order.school_year,
            zone_year=self.year,
            edition=self.edition,
            object=catalog[self.order.object],
            catalog=catalog,
            everything=self.everything and not self.selective,
            chosen=self.selective,
            district_records=self.district_records,
            gone=self.gone,
            clear=frozenset(self.clear),
            judged_alike=self.judged_alike,
        )


def next_to_land(connection: Connection, resync: int) -> NextOrder | None:
    """The first order that is not settled, where it is delivered."""
    return _next(connection, resync=resync, order=None, large=None)


def next_to_fill(connection: Connection, resync: int, order: int, large: int) -> NextOrder | None:
    """The first order after this one that was sent whole, of at least so many records, where everything before it is
    delivered too."""
    return _next(connection, resync=resync, order=order, large=large)


@database_errors()
def _next(connection: Connection, **values: int | None) -> NextOrder | None:
    row = connection.execute(statement("next_to_land"), values).fetchone()
    return None if row is None else NextOrder(WorkOrder(*row[:5]), *row[5:])
