"""From the objects someone chose and a year to the ordered steps of a resync."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.catalog.nearest import did_you_mean
from upstate.errors import PlanError
from upstate.planning.zone import Zone, year_name


@dataclass(frozen=True, slots=True)
class Step:
    """One object of a plan: whether it was chosen or added for others that need it, and the year it is limited to.

    `school_year` is None for an object that is not bound to a year.
    """

    object: str
    added_for: tuple[str, ...]
    school_year: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a resync will do, in order; "full" where it takes in everything that this year offers the zone."""

    district: str
    school_year: int
    mode: Literal["full", "partial"]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]

    @property
    def objects(self) -> tuple[str, ...]:
        """The names of the objects, in order."""
        return tuple(step.object for step in self.steps)


def make_plan(
    catalog: Catalog,
    chosen: Iterable[str] | None,
    zone: Zone,
    *,
    check_dependencies: bool = True,
    year: int | None = None,
    ever_sent: frozenset[str] = frozenset(),
) -> Plan:
    """The ordered steps for the chosen objects (None: all that are offered) in a year (None: the zone's own).

    With `check_dependencies` every ancestor that the year offers is added. What a record may need and this plan does
    not send is a warning, unless it is in `ever_sent`, the objects this district has sent before.
    PlanError where nothing is chosen, or a name or the year cannot be planned.
    """
    year = zone.school_year if year is None else year
    available = offered(catalog, zone, year)
    picked = available if chosen is None else _resolve(catalog, chosen, zone, year, available)
    if not picked:
        raise PlanError(
            f"Nothing is chosen for {zone.district}. Name at least one object, or ask for all of them."
            if chosen is not None
            else f"{zone.district} is offered no object in {year_name(year)}. Check its edition and what that year has."
        )
    graph = Graph.of(catalog.offered(zone.edition, zone.switches))
    needed = graph.closure(picked) if check_dependencies else frozenset(picked)
    names = graph.order(needed & frozenset(available))
    if check_dependencies:
        warnings = _hidden(catalog, graph, needed.difference(names, ever_sent), names, zone, year)
    else:
        warnings = _orphaned(graph, ever_sent.union(names), names, zone)
    steps = tuple(
        Step(
            object=name,
            added_for=() if name in picked else tuple(p for p in names if p in picked and name in graph.ancestors(p)),
            school_year=year if catalog[name].school_year is not None else None,
        )
        for name in names
    )
    return Plan(
        district=zone.district,
        school_year=year,
        mode="full" if names == available else "partial",
        steps=steps,
        warnings=tuple(warnings),
    )


def offered(catalog: Catalog, zone: Zone, year: int | None = None) -> tuple[str, ...]:
    """The objects a zone may choose from in a year (None: its own), in order; PlanError for a year it does not have.

    A previous or next year offers only objects that are bound to a year and configured for that one.
    """
    year = zone.school_year if year is None else year
    here = catalog.offered(zone.edition, zone.switches)
    names = [obj.name for obj in here]
    if year != zone.school_year:
        if abs(year - zone.school_year) != 1:
            raise PlanError(
                f"{year_name(year)} is neither the year before nor the year after {year_name(zone.school_year)}, "
                f"which {zone.district} is scoped to. Take {zone.school_year - 1}, {zone.school_year} or "
                f"{zone.school_year + 1}, or change the zone's year."
            )
        if not zone.other_years.get(year):
            raise PlanError(
                f"{zone.district} is not configured to send {year_name(year)}. "
                f"Configure objects for that year, or take {zone.school_year}."
            )
        names = [n for n in names if here[n].school_year is not None and n in zone.other_years[year]]
    return Graph.of(here).order(names)


def _resolve(
    catalog: Catalog, chosen: Iterable[str], zone: Zone, year: int, available: tuple[str, ...]
) -> tuple[str, ...]:
    by_folded = {obj.name.casefold(): obj.name for obj in catalog}
    picked: dict[str, None] = {}
    for asked in chosen:
        name = asked if asked in catalog else by_folded.get(asked.strip().casefold())
        if name is None:
            hint = did_you_mean(asked, catalog.objects) or "See `upstate catalog graph`."
            raise PlanError(f'There is no object "{asked}". {hint}')
        if name not in available:
            raise PlanError(_why_not(catalog[name], zone, year))
        picked[name] = None
    return tuple(picked)


def _why_not(obj: SyncObject, zone: Zone, year: int) -> str:
    edition = f"edition {zone.edition}" if zone.edition else "no edition"
    if obj.switch is not None and obj.switch not in zone.switches:
        return f'{obj.name} is offered only where "{obj.switch}" is turned on; {zone.district} has it off.'
    if obj.editions and zone.edition not in obj.editions:
        editions = " or ".join(sorted(obj.editions))
        return f"{obj.name} is offered only in edition {editions}; {zone.district} has {edition}."
    if zone.edition in obj.not_editions:
        return f"{obj.name} is not offered in edition {zone.edition}, which {zone.district} has."
    if obj.school_year is None:
        return f"{obj.name} is not bound to a school year; send it with {zone.school_year}, not with {year}."
    return f"{obj.name} is not configured for {year_name(year)}. Configure it for {zone.district}, or leave it out."


def _hidden(
    catalog: Catalog, graph: Graph, hidden: frozenset[str], names: tuple[str, ...], zone: Zone, year: int
) -> list[str]:
    """A line for each ancestor that this year does not offer and that was never sent."""
    lines = []
    for missing in graph.order(hidden):
        needing = [name for name in names if missing in graph.ancestors(name)]
        bound = catalog[missing].school_year is not None
        mend = f"Configure it for {year_name(year)}" if bound else f"Send it with {year_name(zone.school_year)}"
        lines.append(
            f"{missing} is not offered in {year_name(year)} and {zone.district} has never sent it, but "
            f"{_listed(needing)} {'needs' if len(needing) == 1 else 'need'} it. "
            f"{mend} first, or records that point at it will fail."
        )
    return lines


def _orphaned(graph: Graph, sent: frozenset[str], names: tuple[str, ...], zone: Zone) -> list[str]:
    """A line for each object with direct parents that this plan does not send and that were never sent."""
    lines = []
    for name in names:
        missing = [parent for parent in graph.parents[name] if parent not in sent]
        if missing:
            lines.append(
                f"{name} needs {_listed(missing)}, which {zone.district} has never sent and this plan does not send. "
                f"Add {'it' if len(missing) == 1 else 'them'}, or records that point there will fail."
            )
    return lines


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
