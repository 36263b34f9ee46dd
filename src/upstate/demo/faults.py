"""The planted faults: read from faults.toml, placed on records by chance, and done to rows as they are made."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from upstate.catalog import SyncObject
from upstate.demo.chance import Rows
from upstate.demo.recipe import HERE
from upstate.demo.score_rows import OFFSET
from upstate.demo.world import Columns, Table, Values, World

DAYS_BEFORE = 3
TOO_LONG = 20  # characters more than fit


@dataclass(frozen=True, slots=True)
class Planting:
    """One kind of fault in one object, as faults.toml says it. The file's head says what each key does."""

    kind: str
    object: str
    verdict: Literal["failed", "excluded"]
    reason: str
    column: str | None = None
    records: int = 0
    at_least: int = 1
    rest: bool = False
    as_is: str | None = None
    copy: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    clear: tuple[str, ...] = ()
    orphan: tuple[str, ...] = ()
    point: Mapping[str, str] = field(default_factory=dict)
    move: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    long: tuple[str, ...] = ()
    repeat_key: bool = False
    wide: tuple[str, ...] = ()
    only: str | None = None
    twin: bool = False

    @property
    def looks_back(self) -> bool:
        """Whether it takes something from the record before."""
        return bool(self.copy) or self.repeat_key


@dataclass(frozen=True, slots=True)
class Planted:
    """Which rows of its object's table a planting is done to."""

    planting: Planting
    rows: Rows


def plantings(catalog: Iterable[SyncObject], database: str) -> tuple[Planting, ...]:
    """The faults of those objects that this kind of database ("sqlite" or "postgresql") can hold."""
    names = {synced.name for synced in catalog}
    entries = tomllib.loads((HERE / "faults.toml").read_text(encoding="utf-8"))["fault"]
    every = [_planting(entry) for entry in entries]
    return tuple(p for p in every if p.object in names and p.only in (None, database))


def _planting(entry: dict[str, Any]) -> Planting:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Planting(**given)


def widened(catalog: Iterable[SyncObject]) -> frozenset[tuple[str, str]]:
    """Columns, by object, that the district's database keeps wider than the state's, whatever that database is."""
    return frozenset((p.object, column) for p in plantings(catalog, "sqlite") for column in p.wide)


def without_key(catalog: Iterable[SyncObject]) -> frozenset[str]:
    """Objects whose tables have no primary key, as their faults repeat one."""
    return frozenset(p.object for p in plantings(catalog, "sqlite") if p.repeat_key)


def place_faults(world: World, tables: Iterable[Table], database: str) -> list[Planted]:
    """Choose the rows. Those chosen are the same whatever the database: each kind has its own, and no two share one."""
    mine = {id_of(p) for p in plantings(world.catalog, database)}
    by_object: dict[str, list[Planting]] = {}
    for planting in plantings(world.catalog, "sqlite"):
        by_object.setdefault(planting.object, []).append(planting)
    placed = []
    for table in tables:
        here = by_object.get(table.object, [])
        free = _shuffled(world, table, any(planting.looks_back for planting in here))
        for planting in here:
            rows, free = _choose(world, planting, free)
            if id_of(planting) in mine:
                placed.append(Planted(planting, np.sort(rows)))
    return placed


def id_of(planting: Planting) -> tuple[str, str, str | None]:
    """What tells one planting from another."""
    return planting.kind, planting.object, planting.column


def _shuffled(world: World, table: Table, looks_back: bool) -> Rows:
    """Rows that may be faulty, in the order of chance; odd ones only where the row before must be a sound one."""
    rows = table.faulty[table.faulty % 2 == 1] if looks_back else table.faulty
    return rows[np.argsort(world.of("fault", table.object).bits(rows), kind="stable")]


def _choose(world: World, planting: Planting, free: Rows) -> tuple[Rows, Rows]:
    match planting.as_is:
        case "excluded calendars":
            return np.flatnonzero(world.places.excluded), free
        case "excluded grade levels":
            return np.flatnonzero(world.places.grade_excluded), free
    wanted = len(free) if planting.rest else max(round(planting.records * world.recipe.scale), planting.at_least)
    return free[:wanted], free[wanted:]


def landmarks(world: World) -> dict[str, Values]:
    """Records that faults point at, by what they are called in faults.toml: a GUID each."""
    guardian = np.array([world.population.first_guardian_person])
    return {name: world.guid("Test", np.array([row])) for name, row in OFFSET.items()} | {
        "a guardian": world.guid("PersonIdentity", guardian)
    }


def spoil(world: World, placed: Planted, columns: Columns, rows: Rows) -> dict[str, dict[int, Any]]:
    """Do the planting to those of its rows that are among these consecutive ones.

    Changes the columns, and returns values that no column of that type holds, by column and place: they are for the
    database that holds anything.
    """
    planting = placed.planting
    there = placed.rows[(placed.rows >= rows[0]) & (placed.rows <= rows[-1])] - rows[0]
    odd: dict[str, dict[int, Any]] = {}
    if not len(there) or planting.as_is:
        return odd
    for name in (*planting.copy, *(("guid",) if planting.repeat_key else ())):
        _put(columns, name, there, lambda values, at: values[at - 1])
    for name, value in planting.set.items():
        if planting.only:
            odd[name] = dict.fromkeys(there.tolist(), value)
        else:
            _put(columns, name, there, lambda _values, _at, value=value: value)  # type: ignore[misc]
    for name in planting.clear:
        values = columns[name]
        if values.dtype == object:
            values[there] = None
        else:
            columns[name] = masked = np.ma.array(values)
            masked[there] = np.ma.masked
    for name in planting.orphan:
        _put(columns, name, there, lambda _values, at: world.of("orphan", planting.object).guids(at + rows[0]))
    for name, landmark in planting.point.items():
        _put(columns, name, there, lambda _values, _at, to=landmark: landmarks(world)[to])  # type: ignore[misc]
    for name, days in planting.move.items():
        _put(columns, name, there, lambda values, at, days=days: values[at] + days)  # type: ignore[misc]
    for name, other in planting.before.items():
        _put(columns, name, there, lambda _values, at, other=other: columns[other][at] - DAYS_BEFORE)  # type: ignore[misc]
    for name in planting.long:
        room = (world.catalog[planting.object].column(name).length or 0) + TOO_LONG
        _put(columns, name, there, lambda _values, _at, room=room: "too long " * (room // 9 + 1))  # type: ignore[misc]
    return odd


def _put(columns: Columns, name: str, there: Rows, value: Callable[[Values, Rows], Any]) -> None:
    """Set a column's values at these places; the column is copied, as others may share it."""
    values = columns[name].copy()
    values[there] = value(values, there)
    columns[name] = values
