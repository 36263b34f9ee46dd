"""What is left over at the state of a district, object by object, and what came of removing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.loading.comparing import Held, count_held
from upstate.loading.dependents import Dependents, Listed, dependents_of, leftovers_listed


@dataclass(frozen=True, slots=True)
class LeftOver:
    """The leftovers of an object: how many of its `rows` at the state, since when, by the snapshot of which resync.

    Of those that were to be removed, so many stay as a row needs them, as they are the state's own too, or as their
    removal waits for approval. `dependents` hang on them directly.
    """

    object: str
    school_year: int | None
    leftovers: int
    since: datetime
    resync: int
    needed: int
    state_owned: int
    held: int
    rows: int
    dependents: tuple[Dependents, ...]

    @property
    def in_the_way(self) -> int:
        """Rows that are not left over themselves and point at one that is."""
        return sum(each.in_the_way for each in self.dependents)


@dataclass(frozen=True, slots=True)
class HeldRemoval:
    """A removal that was held: what would go of an object, what was decided, by whom and why."""

    id: int
    resync: int
    object: str
    school_year: int | None
    rows: int
    rows_before: int
    school: str | None
    school_rows: int | None
    school_rows_before: int | None
    state: str
    held_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    removed: int | None

    @property
    def says(self) -> str:
        """How much would go: rows and share, of the object and, where that was too much, of one school."""
        said = f"{self.rows:,} of {self.rows_before:,} rows ({_share(self.rows, self.rows_before)})"
        if self.school is None or self.school_rows is None or self.school_rows_before is None:
            return said
        share = _share(self.school_rows, self.school_rows_before)
        return f"{said}; of school {self.school} {self.school_rows:,} of {self.school_rows_before:,} ({share})"


@dataclass(frozen=True, slots=True)
class RemovalOutcome:
    """What came of removing a resync's leftovers: why none were removed, if so, and what is or was held."""

    removed: int
    message: str
    held: tuple[HeldRemoval, ...]


@database_errors()
def left_over(connection: Connection, catalog: Catalog, district: int) -> tuple[LeftOver, ...]:
    """Every object of which something is left over, by name; those that the catalog has no more are left out."""
    rows = connection.execute(statement("leftovers_by_object"), {"district": district}).fetchall()
    known = [row for row in rows if row[0] in catalog]
    hanging = dependents_of(connection, catalog, district, [(catalog[name], year) for name, year, *_ in known])
    found = []
    for row, dependents in zip(known, hanging, strict=True):
        name, year, leftovers, since, resync, needed, state_owned, held = row
        at_state = count_held(connection, Held(catalog[name], district, year))
        found.append(LeftOver(name, year, leftovers, since, resync, needed, state_owned, held, at_state, dependents))
    return tuple(found)


@database_errors()
def left_over_of(
    connection: Connection, catalog: Catalog, district: int, name: str, year: int | None, *, after: int, most: int
) -> tuple[Listed, ...]:
    """The leftovers of an object by key, those past an id; PlanError where the catalog has no such object."""
    if name not in catalog:
        raise PlanError(f'There is no object "{name}".')
    return leftovers_listed(connection, catalog, catalog[name], district, year, after=after, most=most)


@database_errors()
def years_left_over(connection: Connection, district: int, name: str) -> tuple[int | None, ...]:
    """The school years of which an object has leftovers, the newest first; None stands for no year."""
    rows = connection.execute(statement("years_left_over"), {"district": district, "object": name}).fetchall()
    return tuple(year for (year,) in rows)


@database_errors()
def held_removals(
    connection: Connection, district: int, *, resync: int | None = None, number: int | None = None
) -> tuple[HeldRemoval, ...]:
    """Removals of a district that are or were held, the newest first: all but rehearsed ones, those of one resync, or
    one by its id."""
    values = {"district": district, "resync": resync, "number": number}
    return tuple(HeldRemoval(*row) for row in connection.execute(statement("held_removals"), values).fetchall())


@database_errors()
def removal_outcome(connection: Connection, district: int, resync: int) -> RemovalOutcome | None:
    """What came of removing a resync's leftovers; None where that was not asked for, or has not come to it yet."""
    row = connection.execute(statement("removal_outcome"), {"district": district, "resync": resync}).fetchone()
    return None if row is None else RemovalOutcome(row[0], row[1], held_removals(connection, district, resync=resync))


def _share(rows: int, before: int) -> str:
    return f"{100 * rows / before:.1f} %" if before else "100.0 %"
