"""Changing what a zone may send: its edition, its switches, and its objects for the years beside its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """What a state administrator sets of a zone; the objects are those it may send for the years beside its own."""

    edition: str | None
    switches: frozenset[str]
    previous_year: frozenset[str]
    next_year: frozenset[str]

    @staticmethod
    def of(zone: models.Zone) -> ZoneSettings:
        """The settings as they are."""
        return ZoneSettings(
            zone.edition, frozenset(zone.switches), frozenset(zone.previous_year), frozenset(zone.next_year)
        )


def year_bound(catalog: Catalog, edition: str | None, switches: Iterable[str]) -> tuple[str, ...]:
    """The objects that such a zone has and that are tied to a school year, by name: what another year may offer."""
    offered = catalog.offered(edition, frozenset(switches))
    return tuple(sorted(obj.name for obj in offered if obj.school_year is not None))


@database_errors()
def change_zone(
    catalog: Catalog, district: models.District, seen: ZoneSettings, wanted: ZoneSettings, person: models.Person
) -> tuple[str, ...]:
    """Set a zone as wanted; returns what changed, a line each (none: it was so already).

    With another edition or switch, the objects that are new to the zone are on in each other year that was on at all,
    and those it no longer has are off. PlanError, and nothing changed, where what the zone had is no longer what the
    person saw, a name is not in the catalog, or an edition or switch would change under a resync that has not ended.
    """
    if wanted.edition is not None and wanted.edition not in catalog.editions:
        raise PlanError(f'There is no edition "{wanted.edition}".')
    if unknown := wanted.switches - catalog.switches:
        raise PlanError(f'There is no switch "{min(unknown)}".')
    with transaction.atomic():
        zone = models.Zone.objects.select_for_update().get(district=district)
        before = ZoneSettings.of(zone)
        if before != seen:
            raise PlanError(f"Someone else changed {district.name} meanwhile, so nothing was done. Look and try again.")
        here = frozenset(year_bound(catalog, before.edition, before.switches))
        there = frozenset(year_bound(catalog, wanted.edition, wanted.switches))
        if unknown := (wanted.previous_year | wanted.next_year) - here - there:
            raise PlanError(f'{district.name} has no object "{min(unknown)}" that is tied to a school year.')
        moved = (before.edition, before.switches) != (wanted.edition, wanted.switches)
        if moved and zone.resyncs.filter(state__in=["queued", "running"]).exists():
            raise PlanError(f"{district.name} has a resync that has not ended. Change what it offers when it has.")
        zone.edition, zone.switches = wanted.edition, sorted(wanted.switches)
        zone.previous_year = _listed(wanted.previous_year, there, there - here)
        zone.next_year = _listed(wanted.next_year, there, there - here)
        lines = tuple(_changes(before, ZoneSettings.of(zone)))
        if lines:
            zone.save()
            audit(person, "changed a zone", district, "; ".join(lines))
    return lines


def _listed(wanted: frozenset[str], there: frozenset[str], new: frozenset[str]) -> list[str]:
    return sorted((wanted & there) | new) if wanted else []


def _changes(before: ZoneSettings, after: ZoneSettings) -> Iterable[str]:
    if before.edition != after.edition:
        yield f"edition {before.edition or 'none'} to {after.edition or 'none'}"
    for name in sorted(before.switches ^ after.switches):
        yield f"{name} {'on' if name in after.switches else 'off'}"
    for which, was, now in (
        ("previous year", before.previous_year, after.previous_year),
        ("next year", before.next_year, after.next_year),
    ):
        for said, names in (("on", now - was), ("off", was - now)):
            if names:
                yield f"{which} {said} for {', '.join(sorted(names))}"
