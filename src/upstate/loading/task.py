"""What there is to land: one order, its object, and the facts of its zone; and where its candidates are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from upstate.catalog import Catalog, SyncObject
from upstate.loading.statements import state_table


@dataclass(frozen=True, slots=True)
class Task:
    """One delivered order. `school_year` is the order's (None: the object is not year-bound), `zone_year` the one
    that rules see as zone.school_year."""

    order: int
    epoch: int
    resync: int
    district: int
    school_year: int | None
    zone_year: int
    edition: str | None
    catalog: Catalog
    object: SyncObject

    @property
    def values(self) -> dict[str, Any]:
        """The parameters that the statements of a landing share."""
        return {
            "order": self.order,
            "epoch": self.epoch,
            "resync": self.resync,
            "district": self.district,
            "school_year": self.school_year,
            "zone_year": self.zone_year,
            "edition": self.edition,
            "object": self.object.name,
        }


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows that may land: in the state's own table (the district had none there), or in a temporary one."""

    task: Task
    in_place: bool

    @property
    def table(self) -> sql.Identifier:
        """The table they are in; the district's rows of it are the candidates."""
        return state_table(self.task.object) if self.in_place else sql.Identifier("pg_temp", "candidate")
