"""Some records of one object instead of whole objects: what was asked for, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.errors import PlanError
from upstate.planning.plan import Plan, Step, make_plan, offered
from upstate.planning.zone import Zone

Texts = tuple[str | None, ...]

MOST = 10_000  # records that may be asked for at once


@dataclass(frozen=True, slots=True)
class Asked:
    """Records of an object, by the parts of their keys as texts; or, where `by_id`, by the district's own ids.

    `parents`: with what they need; `dependents`: with what hangs on them. `heals`: it is the one root of what did not
    land, and what that held back follows by itself.
    """

    object: str
    keys: tuple[Texts, ...]
    by_id: bool = False
    parents: bool = True
    dependents: bool = False
    heals: bool = False


def ask(
    obj: SyncObject,
    rows: Iterable[Sequence[str]],
    *,
    by_id: bool = False,
    parents: bool = True,
    dependents: bool = False,
) -> Asked:
    """What people asked for, a row a record; each once. PlanError where there is none, too many, or one is no key.

    A key of several parts may come as one text, its parts joined by "|". A first row with the columns' names is none.
    """
    names = ["id"] if by_id else list(obj.key)
    width = len(names)
    keys: dict[Texts, None] = {}
    for number, row in enumerate(rows):
        parts = [part.strip() for part in row]
        if len(parts) == 1 and width > 1:
            parts = [part.strip() for part in parts[0].split("|")]
        if number == 0 and [part.casefold() for part in parts] == [name.casefold() for name in names]:
            continue
        if len(parts) != width or not all(parts):
            raise PlanError(
                f"{'|'.join(parts) or 'Nothing'} is no {'id' if by_id else 'key'} of {obj.name}: that is "
                f"{'one value' if width == 1 else f'{width} values'}" + ("." if by_id else f" ({'|'.join(obj.key)}).")
            )
        if any("\0" in part for part in parts):
            raise PlanError(f"A key of {obj.name} holds a character that no database takes.")
        keys[tuple(parts) if by_id else _spelled(obj, parts)] = None
    if not keys:
        raise PlanError(f"Name at least one {'id' if by_id else 'key'} of {obj.name}.")
    if len(keys) > MOST:
        raise PlanError(f"{len(keys):,} records are too many to ask for; {MOST:,} are the most. Send whole objects.")
    return Asked(obj.name, tuple(keys), by_id, parents, dependents)


def plan_asked(catalog: Catalog, asked: Asked, zone: Zone, *, year: int | None = None) -> Plan:
    """The objects that the records may lead to, parents first. PlanError where it cannot be sent in that year."""
    alone = make_plan(catalog, [asked.object], zone, check_dependencies=False, year=year)
    available = set(offered(catalog, zone, alone.school_year))
    names = {asked.object}
    if asked.dependents:
        while more := {o.name for o in catalog if o.name in available and {r.to for r in o.references} & names} - names:
            names |= more
    if asked.parents:
        while more := {r.to for name in names for r in catalog[name].references if r.to in available} - names:
            names |= more
    steps = tuple(
        Step(name, () if name == asked.object else (asked.object,), _year(catalog[name], alone.school_year))
        for name in Graph.of(catalog.offered(zone.edition, zone.switches)).order(names)
    )
    return Plan(alone.district, alone.school_year, "partial", steps, ())


def plans_freed(catalog: Catalog, held: Iterable[tuple[str, int | None]], zone: Zone) -> tuple[Plan, ...]:
    """What goes once a root has landed: a plan for each year of the objects (and years) whose records it held back.

    Parents first, as far as the year offers them; those of no year go with the zone's own.
    """
    by_year: dict[int, set[str]] = {}
    for name, year in held:
        by_year.setdefault(year or zone.school_year, set()).add(name)
    plans = [_plan_freed(catalog, names.intersection(catalog.objects), zone, year) for year, names in by_year.items()]
    return tuple(sorted((plan for plan in plans if plan.steps), key=lambda plan: plan.school_year))


def _plan_freed(catalog: Catalog, names: Iterable[str], zone: Zone, year: int) -> Plan:
    graph = Graph.of(catalog.offered(zone.edition, zone.switches))
    try:
        available = set(offered(catalog, zone, year))
    except PlanError:
        available = set()
    steps = (Step(name, (), _year(catalog[name], year)) for name in graph.order(available.intersection(names)))
    return Plan(zone.district, year, "partial", tuple(steps), ())


def _year(obj: SyncObject, year: int) -> int | None:
    return None if obj.school_year is None else year


def _spelled(obj: SyncObject, parts: Sequence[str]) -> Texts:
    """A uuid as everybody else writes it, so that what the district lacks is known for what it is."""
    return tuple(
        _plain_uuid(part) if column.type == "uuid" else part
        for column, part in zip(obj.key_columns, parts, strict=True)
    )


def _plain_uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text
