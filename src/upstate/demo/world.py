"""The whole made-up district as numbers, and the tables that its records are written from."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.catalog import Catalog, SyncObject
from upstate.demo.calendar_dates import day
from upstate.demo.chance import Chance, Guids, Rows
from upstate.demo.enrolling import Enrollments, enroll
from upstate.demo.places import Places, lay_out
from upstate.demo.population import Population, settle_people
from upstate.demo.recipe import HERE, Counts, Recipe, count_records
from upstate.demo.teaching import Teaching, schedule
from upstate.errors import CatalogError

Values = NDArray[Any]
"""A value a row. Dates are days since 1970, times seconds of the day, timestamps seconds since 1970; a masked array
has nulls, and an array of objects may hold None."""

Columns = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Table:
    """The records of one object: how many, how many of them in the school year, and any rows of them by number.

    `columns` need not give guid, end_year and code columns: those follow from the catalog. `faulty` are the rows that
    faults may be planted in.
    """

    object: str
    count: int
    columns: Callable[[Rows], Columns]
    this_year: int
    faulty: Rows


@dataclass(frozen=True)
class World:
    """Everything that is settled before the first row is written."""

    recipe: Recipe
    catalog: Catalog
    counts: Counts
    chance: Chance
    places: Places
    population: Population
    enrollments: Enrollments
    teaching: Teaching
    weights: Mapping[str, Mapping[str, float]] = field(repr=False)

    def guid(self, object_name: str, rows: Rows) -> Guids:
        """The GUIDs of records by their numbers."""
        return self.chance.of("guid", object_name).guids(rows)

    def of(self, *names: object) -> Chance:
        """The chance of this name."""
        return self.chance.of(*names)

    def table(
        self,
        object_name: str,
        columns: Callable[[Rows], Columns],
        count: int | None = None,
        this_year: int | None = None,
        faulty: Rows | None = None,
    ) -> Table:
        """A table of as many records as the counts say, or `count`, of which `this_year` are of the school year."""
        total = self.counts[object_name] if count is None else count
        current = total if this_year is None else this_year
        return Table(object_name, total, columns, current, np.arange(current) if faulty is None else faulty)

    def codes(self, object_name: str, column: str, rows: Rows) -> Values:
        """Codes of the column's list: those with weights by their weights, else all alike."""
        codes = self.catalog[object_name].column(column).codes or {}
        weights = self.weights.get(f"{object_name}.{column}", self.weights.get(column, {}))
        shares = {code: weights[code] for code in codes if code in weights} or dict.fromkeys(codes, 1.0)
        return np.asarray(
            self.of("code", object_name, column).one_of(list(shares), rows, list(shares.values())), dtype=object
        )

    def fill(self, table: Table, rows: Rows) -> Columns:
        """All columns of these rows of a table, in the catalog's order; those that nobody gives are null.

        CatalogError where the catalog lacks a column that is given.
        """
        synced: SyncObject = self.catalog[table.object]
        given = table.columns(rows)
        given.setdefault("guid", self.guid(table.object, rows))
        year = self.recipe.school_year
        if synced.school_year is not None:
            given.setdefault(synced.school_year, np.where(rows < table.this_year, year, year - 1))
        for column in synced.columns:
            if column.name not in given:
                given[column.name] = (
                    self.codes(table.object, column.name, rows) if column.codes else _nothing(column.type, rows)
                )
        columns = {column.name: given.pop(column.name) for column in synced.columns}
        if given:
            unknown = ", ".join(given)
            raise CatalogError(f"The made-up district has {unknown} in {table.object}, which the catalog has not.")
        return columns

    def students(self, object_name: str, rows: Rows) -> tuple[Rows, Rows]:
        """A student for each row, nobody twice before everybody was once; and how often everybody was before."""
        total = self.population.students
        return self.of("students", object_name).shuffled(rows, total), rows // total

    def enrolled(self, object_name: str, rows: Rows, among: Rows) -> tuple[Rows, Rows]:
        """An enrollment for each row out of these, none twice before all were once; and how often all were before."""
        return among[self.of("enrolled", object_name).shuffled(rows, len(among))], rows // len(among)

    @functools.cached_property
    def attending(self) -> Rows:
        """The students' main enrollments, less those of students who never came, by number."""
        return np.flatnonzero(~self.enrollments.no_show[: self.population.students])

    def during(self, enrollments: Rows, chance: Chance, rows: Rows) -> tuple[Rows, Rows]:
        """A first day for each row within its enrollment, and a last one within it, too."""
        start, last = self.enrollments.start[enrollments], self.enrollments.last_day(self.places)[enrollments]
        first = start + chance.of("first").below(np.maximum((last - start) // 2, 1), rows)
        return first, first + chance.of("last").below(np.maximum(last - first, 1), rows)

    def autumn(self, chance: Chance, rows: Rows, within: int = 60) -> Rows:
        """A day for each row within so many days from 14 August."""
        return day(self.recipe.school_year - 1, 8, 14) + chance.below(within, rows)


def _nothing(column_type: str, rows: Rows) -> Values:
    empty = np.zeros(len(rows), dtype="V16" if column_type == "uuid" else np.int64)
    return np.asanyarray(np.ma.array(empty, mask=True))


def unset(values: Values, where: NDArray[np.bool_]) -> Values:
    """The values, null where the condition holds."""
    if values.dtype == object:
        kept = values.copy()
        kept[where] = None
        return kept
    return np.asanyarray(np.ma.array(values, mask=where))


def texts(form: str, *columns: Values) -> Values:
    """A text a row: `form` with the row's values of the columns in its braces."""
    return np.array([form.format(*row) for row in zip(*(c.tolist() for c in columns), strict=True)], dtype=object)


def always(value: object, rows: Rows) -> Values:
    """The same value for every row."""
    return np.full(len(rows), value, dtype=object if isinstance(value, str) or value is None else None)


def student_table(world: World, name: str, more: Callable[[Rows, Rows, Rows], Columns]) -> Table:
    """A table with a student a row; `more` gives columns from rows, students and how often everybody was before."""

    def columns(rows: Rows) -> Columns:
        student, again = world.students(name, rows)
        return {"person_guid": world.guid("PersonIdentity", student)} | more(rows, student, again)

    return world.table(name, columns)


def make_world(recipe: Recipe, catalog: Catalog) -> World:
    """Settle everything that a recipe leads to; the same recipe gives the same world."""
    counts = count_records(recipe.scale)
    chance = Chance(recipe.seed, "district")
    places = lay_out(recipe, counts, chance.of("places"))
    population = settle_people(counts, places, chance.of("people"))
    enrollments = enroll(counts, places, population, chance.of("enrollments"))
    teaching = schedule(counts, places, population, enrollments, chance.of("teaching"))
    weights = tomllib.loads((HERE / "weights.toml").read_text(encoding="utf-8"))
    return World(recipe, catalog, counts, chance, places, population, enrollments, teaching, weights)
