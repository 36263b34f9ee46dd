"""Which leftovers may go: none that something needs, none of the state's own, and no large share without approval."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Reference, SyncObject
from upstate.catalog.ways import way_to_school
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.pointing import Pointing, pointing_at
from upstate.loading.statements import (
    Part,
    any_of,
    column,
    equal,
    fetch_row,
    key_text,
    literal,
    state_table,
    statement,
)
from upstate.loading.task import of_year

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Swept:
    """An object whose leftovers are to be removed, and the school year that its snapshot was about (None: no year)."""

    object: SyncObject
    school_year: int | None


@dataclass(frozen=True, slots=True)
class Removal:
    """What a resync is to remove: leftovers of its objects, given in the order in which they landed."""

    district: int
    resync: int
    catalog: Catalog
    swept: tuple[Swept, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """More than so many per cent of an object's rows, or of one school's rows of it, go only with approval.

    What is `approved` goes whatever its share; what is `withheld` (others still wait for approval, or had none) stays.
    """

    of_object: int
    of_school: int
    approved: Collection[str] = ()
    withheld: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Large:
    """A removal past the limits: so many rows of so many; where one school's share is too large, that school's too."""

    rows: int
    rows_before: int
    school: tuple[str | None, ...] | None = None
    school_rows: int | None = None
    school_rows_before: int | None = None


class Leaving:
    """The leftovers of one object, in a temporary table of this transaction: each goes, or stays for a reason."""

    def __init__(self, cursor: Cursor, removal: Removal, place: int) -> None:
        swept = removal.swept[place]
        self.object, self.school_year = swept.object, swept.school_year
        self.table = sql.Identifier("pg_temp", f"leaving {place}")
        self.values: Mapping[str, Any] = {
            "district": removal.district,
            "resync": removal.resync,
            "object": self.object.name,
            "school_year": self.school_year,
        }
        self._catalog = removal.catalog
        self.pointing = pointing_at(cursor, removal.catalog, self.object)
        cursor.execute(
            statement(
                "make_leaving",
                leaving=sql.Identifier(f"leaving {place}"),
                owned=_owned(self.object),
                typed_keys=typed_keys(self.object),
                readable=readable(self.object),
                **self.parts(),
                on=equal("known", "held", self.keys),
            ),
            self.values,
        )
        cursor.execute(statement("analyze_leaving", leaving=self.table))

    @property
    def keys(self) -> dict[str, str]:
        """The names of the key's columns here, each with that at the state."""
        return dict(zip(found_keys(self.object), self.object.key, strict=True))

    def parts(self) -> dict[str, Part]:
        """The state's table, and the condition on the year of its rows `held`."""
        return {"table": state_table(self.object), "same_year": of_year(self.object, self.school_year)}

    def goes(self, alias: str) -> Part:
        """The condition that a row of the state's table is one that goes."""
        return sql.SQL("exists (select from {} as theirs where theirs.stays = '' and {})").format(
            self.table, equal("theirs", alias, self.keys)
        )

    def stay_where_needed(self, cursor: Cursor, others: Mapping[str, Leaving]) -> None:
        """Have those stay at which a row points that does not go; `others`: what was judged before, by object."""
        among_themselves = any(each.object is self.object for each in self.pointing)
        while sum(self._needed_by(cursor, each, others) for each in self.pointing) and among_themselves:
            continue

    def _needed_by(self, cursor: Cursor, pointing: Pointing, others: Mapping[str, Leaving]) -> int:
        child = None if pointing.object is None else others.get(pointing.object.name)
        goes = sql.SQL("false") if child is None else child.goes("child")
        cursor.execute(
            statement(
                "stay_needed",
                leaving=self.table,
                child=literal(pointing.name),
                table=pointing.table,
                points=pointing.points,
                goes=goes,
            ),
            self.values,
        )
        return cursor.rowcount

    def hold(self, cursor: Cursor) -> None:
        """Have all that would go stay until it is approved."""
        cursor.execute(statement("stay_held", leaving=self.table))

    def beyond(self, cursor: Cursor, limits: Limits) -> Large | None:
        """Whether more would go than may without approval."""
        rows, before = fetch_row(cursor, statement("count_leaving", leaving=self.table, **self.parts()), self.values)
        if not rows:
            return None
        school = self._largest_of_school(cursor, limits.of_school)
        if school is not None:
            return Large(rows, before, tuple(school[0]), school[1], school[2])
        return Large(rows, before) if rows * 100 > before * limits.of_object else None

    def _largest_of_school(self, cursor: Cursor, percent: int) -> tuple[Any, ...] | None:
        way = way_to_school(self._catalog, self.object.name)
        if not way:  # of a school itself, each is the whole of its own
            return None
        last = "held" if len(way) == 1 else f"step{len(way) - 1}"
        query = statement(
            "count_leaving_of_school",
            leaving=self.table,
            school=key_text(last, way[-1].columns),
            steps=sql.SQL(" ").join(_steps(self._catalog, way)),
            complete=sql.SQL(" and ").join(sql.SQL("{} is not null").format(column(last, c)) for c in way[-1].columns),
            same=equal("mine", "held", self.keys),
            **self.parts(),
        )
        return cursor.execute(query, {**self.values, "percent": percent}).fetchone()


def judge_removal(cursor: Cursor, removal: Removal, limits: Limits) -> tuple[tuple[Leaving, ...], dict[str, Large]]:
    """Say of every leftover whether it goes; children come first in what is returned, then what is past the limits."""
    judged: dict[str, Leaving] = {}
    for place in reversed(range(len(removal.swept))):
        leaving = Leaving(cursor, removal, place)
        judged[leaving.object.name] = leaving
        leaving.stay_where_needed(cursor, judged)
    large = {}
    for name, leaving in judged.items():
        decided = name in limits.approved or name in limits.withheld
        found = None if decided else leaving.beyond(cursor, limits)
        if found is not None:
            large[name] = found
    for name, leaving in judged.items():
        if name in large or name in limits.withheld:
            leaving.hold(cursor)
        leaving.stay_where_needed(cursor, judged)
    return tuple(judged.values()), large


def _owned(obj: SyncObject) -> Part:
    """Why a row stays as it is the state's own too: a column that the state owns has a value, or it owns them all."""
    owned = [c for c in obj.columns if c.owner == "state" and c.name not in obj.key]
    if owned and not obj.pushed:
        return sql.SQL("'state_owned'::text")
    condition = any_of(sql.SQL("{} is not null").format(column("held", c.name)) for c in owned)
    return sql.SQL("case when {} then 'state_owned' else ''::text end").format(condition)


def _steps(catalog: Catalog, way: Sequence[Reference]) -> list[Part]:
    """The joins from a row `held` to the one before its school."""
    steps: list[Part] = []
    before = "held"
    for number, reference in enumerate(way[:-1], start=1):
        parent, here = catalog[reference.to], f"step{number}"
        steps.append(
            statement(
                "step_to_school",
                table=state_table(parent),
                step=sql.Identifier(here),
                step_district=column(here, "district_id"),
                on=equal(here, before, dict(zip(parent.key, reference.columns, strict=True))),
            )
        )
        before = here
    return steps
