"""What there is to land: one order, its object, and the facts of its zone; and where its candidates are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from upstate.catalog import Catalog, SyncObject, Unique
from upstate.loading.keys import found_keys
from upstate.loading.statements import Part, column, columns, equal, state_table, statement

OWN_RULES = "own rules"


def unique_name(unique: Unique) -> str:
    """What a unique rule is called in `Task.clear`."""
    return "unique: " + ", ".join(unique.columns)


@dataclass(frozen=True, slots=True)
class Task:
    """One delivered order. `school_year` is the order's (None: the object is not year-bound), `zone_year` the one
    that rules see as zone.school_year.

    Where not `everything` was sent, the batches hold what differs; `district_records` says how many records the
    district has, and `gone` (Arrow IPC of the key's columns) which rows of the state's it has no more. Where some
    records were `chosen`, the batches hold all that the district has of those, `gone` says which it lacks (see
    wire.encode_lacking), and nothing is said of any other record. `clear` is what the comparison's look at the state's
    rows has settled of judging them: OWN_RULES where none breaks a rule of its own, and the names of unique rules that
    no two of them break. `judged_alike`: the object last landed by the same catalog and zone.
    """

    order: int
    epoch: int
    resync: int
    district: int
    school_year: int | None
    zone_year: int
    edition: str | None
    catalog: Catalog
    object: SyncObject
    everything: bool = True
    district_records: int = 0
    gone: bytes | None = None
    chosen: bool = False
    clear: frozenset[str] = frozenset()
    judged_alike: bool = False

    @property
    def compared(self) -> bool:
        """Whether what was not sent is equal here already."""
        return not self.everything and not self.chosen

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
    """The records that were sent and may land: in the state's own table (the district had none there), or waiting in a
    temporary one."""

    task: Task
    in_place: bool

    @property
    def table(self) -> sql.Identifier:
        """The table they are in; the district's rows of it are the candidates."""
        return state_table(self.task.object) if self.in_place else sql.Identifier("pg_temp", "candidate")

    @property
    def judged(self) -> Part:
        """Every record of the district's snapshot: what was sent and, of a comparison, what is equal here already."""
        return self._with_held if self.task.compared else self.table

    @property
    def around(self) -> Part:
        """What a rule that looks around may see: of a selective order, what the state holds of others too."""
        return self.table if self.task.everything else self._with_held

    @property
    def _with_held(self) -> Part:
        # by name: a candidate may have been numbered since (isolating.py), and has a column more then
        names = columns(None, ("district_id", *(c.name for c in self.task.object.columns)))
        return sql.SQL("(select {} from {} union all {})").format(names, self.table, equal_rows(self.task))

    @property
    def equal(self) -> Part:
        """Of a comparison, the records that were not sent, as they are equal here already."""
        return sql.SQL("({})").format(equal_rows(self.task))


def equal_rows(task: Task) -> sql.Composed:
    """The state's rows that a comparison found equal: in its scope, and not set aside (see aside.py)."""
    obj = task.object
    return statement(
        "equal_rows",
        columns=columns("held", ("district_id", *(c.name for c in obj.columns))),
        table=state_table(obj),
        same_year=same_year(task),
        aside=equal("aside", "held", dict(zip(found_keys(obj), obj.key, strict=True))),
    )


def same_year(task: Task) -> Part:
    """The condition that a held row is one that this order's snapshot speaks for."""
    return of_year(task.object, task.school_year)


def of_year(obj: SyncObject, school_year: int | None) -> Part:
    """The condition that a held row is of the year in the parameter `school_year`, where the object has years and one
    is given."""
    return sql.SQL("true") if obj.school_year is None or school_year is None else equal_year(obj, "held")


def equal_year(obj: SyncObject, alias: str) -> Part:
    """The condition that a row of an object with years is of the year in the parameter `school_year`."""
    return sql.SQL("{} = %(school_year)s::integer").format(column(alias, str(obj.school_year)))
