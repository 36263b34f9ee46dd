"""Making a district: the world, its tables, the faults in them, and the database they are written into."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from upstate.catalog import SyncObject, read_catalog, shipped_catalog
from upstate.demo.attendance_rows import attendance_tables
from upstate.demo.calendar_rows import calendar_tables
from upstate.demo.course_rows import course_tables, enrollment_tables
from upstate.demo.expectation import Expected, Foresight
from upstate.demo.faults import Planted, place_faults, spoil, widened, without_key
from upstate.demo.health_rows import health_tables
from upstate.demo.people_rows import people_tables
from upstate.demo.place_rows import place_tables
from upstate.demo.postgres_target import PostgresTarget
from upstate.demo.program_rows import program_tables
from upstate.demo.recipe import Recipe
from upstate.demo.score_rows import score_tables
from upstate.demo.service_rows import service_tables
from upstate.demo.sqlite_target import SqliteTarget, guid_texts
from upstate.demo.staff_rows import staff_tables
from upstate.demo.student_life_rows import student_life_tables
from upstate.demo.tribal_rows import tribal_tables
from upstate.demo.world import Columns, Table, World, make_world

CHUNK = 65_536  # rows made and written at a time; even, so that a faulty (odd) row has the row before it in its chunk


@dataclass(frozen=True, slots=True)
class Fault:
    """What was planted: `count` records of an object, by their keys, and what must become of them.

    `holds_back` counts the records of other objects that do not land for them.
    """

    kind: str
    object: str
    verdict: str
    reason: str
    column: str | None
    count: int
    keys: tuple[str, ...]
    holds_back: int


@dataclass(frozen=True, slots=True)
class Made:
    """A district that was made: rows by object, of them the school year's as they must be judged, and the faults."""

    recipe: Recipe
    rows: Mapping[str, int]
    expected: Mapping[str, Expected]
    faults: tuple[Fault, ...]
    seconds: float

    @property
    def total(self) -> int:
        """All rows of all tables."""
        return sum(self.rows.values())


class Target(Protocol):
    """A database that a district is written into."""

    database: str

    def create(self, synced: SyncObject, keyed: bool, wide: frozenset[str], /) -> None:
        """Make the object's table."""

    def write(self, synced: SyncObject, columns: Columns, odd: Mapping[str, Mapping[int, Any]], /) -> None:
        """Put rows into it."""

    def finish(self, synced: SyncObject, keyed: bool, /) -> None:
        """Complete it after its last row."""


def settle_world(recipe: Recipe) -> tuple[World, list[Table]]:
    """Everything but the rows: the world and its tables, parents before children."""
    catalog = read_catalog(shipped_catalog("k12")).offered(recipe.edition, frozenset({"reporting_entity"}))
    world = make_world(recipe, catalog)
    tables = [
        *place_tables(world),
        *calendar_tables(world),
        *people_tables(world),
        *course_tables(world),
        *enrollment_tables(world),
        *attendance_tables(world),
        *staff_tables(world),
        *score_tables(world),
        *student_life_tables(world),
        *health_tables(world),
        *service_tables(world),
        *program_tables(world),
        *tribal_tables(world),
    ]
    return world, [table for table in tables if table.object in catalog]


def make_district(
    recipe: Recipe,
    target: str | Path,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    schema: str = "public",
) -> Made:
    """Write the recipe's district into a database of its own; the same recipe gives the same rows everywhere.

    `target` is the path of a SQLite file (one made earlier is replaced) or a postgresql:// URL, where the tables go to
    `schema`. `progress` hears the object, the rows written so far and all rows. ConfigError where the target holds
    something already, DatabaseError where it cannot be reached.
    """
    began = time.perf_counter()
    world, tables = settle_world(recipe)
    text = str(target)
    if text.startswith(("postgresql://", "postgres://")):
        with PostgresTarget(text, schema) as postgres:
            faults, expected = _write(world, tables, postgres, progress)
    else:
        with SqliteTarget(Path(text.removeprefix("sqlite:///"))) as sqlite:
            faults, expected = _write(world, tables, sqlite, progress)
    rows = {table.object: table.count for table in tables}
    return Made(recipe, rows, expected, faults, time.perf_counter() - began)


def chunks(
    world: World, table: Table, placed: list[Planted]
) -> Iterator[tuple[np.ndarray, Columns, dict[str, dict[int, Any]]]]:
    """A table's rows as they are written, some at a time: numbers, columns, and values that fit no column's type."""
    mine = [one for one in placed if one.planting.object == table.object]
    for start in range(0, table.count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, table.count))
        columns, odd = world.fill(table, rows), dict[str, dict[int, Any]]()
        for one in mine:
            for name, values in spoil(world, one, columns, rows).items():
                odd.setdefault(name, {}).update(values)
        yield rows, columns, odd


def _write(
    world: World, tables: list[Table], target: Target, progress: Callable[[str, int, int], None] | None
) -> tuple[tuple[Fault, ...], dict[str, Expected]]:
    placed = place_faults(world, tables, target.database)
    foresight = Foresight(placed)
    wide, unkeyed = widened(world.catalog), without_key(world.catalog)
    total, done = sum(table.count for table in tables), 0
    for table in tables:
        synced, keyed = world.catalog[table.object], table.object not in unkeyed
        target.create(synced, keyed, frozenset(column for name, column in wide if name == table.object))
        for rows, columns, odd in chunks(world, table, placed):
            foresight.follow(synced, columns, rows, table.this_year)
            target.write(synced, columns, odd)
            done += len(rows)
            if progress is not None:
                progress(table.object, done, total)
        target.finish(synced, keyed)
    return tuple(_faults(placed, foresight)), foresight.expected()


def _faults(placed: list[Planted], foresight: Foresight) -> Iterator[Fault]:
    for number, one in enumerate(placed):
        keys = tuple(guid_texts(np.frombuffer(b"".join(foresight.keys[number]), dtype="V16")))
        if keys:
            planting = one.planting
            yield Fault(
                kind=planting.kind,
                object=planting.object,
                verdict=planting.verdict,
                reason=planting.reason,
                column=planting.column,
                count=len(keys),
                keys=keys,
                holds_back=int(foresight.held_back[number]),
            )
