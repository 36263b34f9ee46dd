"""Where zones stand in their scoped year, what must be so before it is switched, and the switch itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from django.db import connection as control
from django.db import transaction
from django.urls import reverse

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.alerts import people_with, tell
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors, statement
from upstate.hub.requests import PROCESS
from upstate.hub.state_settings import switches
from upstate.hub.verification_result import Result
from upstate.hub.verified import newest_full
from upstate.hub.year_checks import Check, checklist
from upstate.planning import Status, year_name

DUE: Final = "Start-of-Year Resync Due"
_LOST: Final = "One of these districts is no longer there. Reload the page."


@dataclass(frozen=True, slots=True)
class YearStanding:
    """Where a zone stands in its scoped year. `colours` counts the objects of the full resync by how it left them.

    `unended`: a resync waits or runs, so nothing can be switched now. `start_due`: the year was switched to, and the
    full resync at its start is still to come.
    """

    district: models.District
    checks: tuple[Check, ...]
    resync: int | None
    unended: bool
    start_due: bool
    colours: Mapping[Status, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def missing(self) -> tuple[str, ...]:
        """What speaks against switching; to go on all the same takes a written reason."""
        return tuple(check.name for check in self.checks if check.asked and not check.met)


@database_errors()
def year_standings(catalog: Catalog, districts: Iterable[models.District]) -> tuple[YearStanding, ...]:
    """The standing of each of these districts, in their order; they come with `zone` at hand."""
    by_zone = {district.zone.id: district for district in districts}
    with control.cursor() as cursor:
        cursor.execute(statement("year_standing").decode(), {"zones": list(by_zone)})
        names = [column.name for column in cursor.description]
        rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    compared = newest_full({zone: district.zone.school_year for zone, district in by_zone.items()})
    may_compare = any(on for switch, on in switches() if switch.name in ("districts_verify", "state_verifies"))
    return tuple(
        _standing(catalog, district, rows[zone], compared.get(zone), may_compare)
        for zone, district in by_zone.items()
        if zone in rows
    )


def _standing(
    catalog: Catalog, district: models.District, row: Mapping[str, Any], compared: Result | None, may_compare: bool
) -> YearStanding:
    done = row["resync"] is not None
    colours = {status: row[status.value] for status in (Status.RED, Status.YELLOW, Status.GREEN)} if done else {}
    return YearStanding(
        district=district,
        checks=checklist(catalog, district, row, compared, may_compare=may_compare),
        resync=row["resync"],
        unended=row["unended"],
        start_due=row["switched_at"] is not None and not done,
        colours=MappingProxyType(colours),
    )


@database_errors()
def switch_years(
    catalog: Catalog, from_years: Mapping[int, int], step: int, person: models.Person, reason: str
) -> tuple[YearStanding, ...]:
    """Move the scoped year of districts by one: `step` 1 to the next, -1 back; returns where they stood before.

    `from_years` has, by district, the year that the person saw. PlanError, and nothing changed, where one was switched
    meanwhile, has a resync that has not ended, or lacks something, or goes back, without a reason.
    """
    if step not in (1, -1) or not from_years:
        raise PlanError("Choose at least one district, and the year after or before its own.")
    with transaction.atomic():
        # FOR UPDATE waits for a resync that is being placed in one of these zones, and lets none be placed meanwhile
        zones = models.Zone.objects.select_for_update(of=("self",)).select_related("district")
        locked = list(zones.filter(district__in=from_years).order_by("id"))
        if len(locked) != len(from_years):
            raise PlanError(_LOST)
        standings = year_standings(catalog, [zone.district for zone in locked])
        for zone, standing in zip(locked, standings, strict=True):
            _check_may_switch(standing, zone, from_years[zone.district_id], step, reason)
        for zone, standing in zip(locked, standings, strict=True):
            _switch(zone, standing, step, person, reason)
    return standings


def _check_may_switch(standing: YearStanding, zone: models.Zone, seen: int, step: int, reason: str) -> None:
    name = zone.district.name
    if zone.school_year != seen:
        raise PlanError(f"{name} was switched to {year_name(zone.school_year)} meanwhile, so nothing was done.")
    if standing.unended:
        raise PlanError(f"{name} has a resync that has not ended. Switch its year when it has.")
    if not reason and standing.missing:
        raise PlanError(f"{name}: not so yet: {'; '.join(standing.missing)}. To go on all the same, write why.")
    if not reason and step < 0:
        raise PlanError("To go back a year, write why.")


def _switch(zone: models.Zone, standing: YearStanding, step: int, person: models.Person, reason: str) -> None:
    before, after = zone.school_year, zone.school_year + step
    district, missing = zone.district, list(standing.missing) if step > 0 else []
    models.YearSwitch.objects.create(
        zone=zone, from_year=before, to_year=after, person=person, who=person.name, reason=reason, missing=missing
    )
    zone.school_year = after
    zone.save(update_fields=["school_year"])
    subject = f"{year_name(before)} to {year_name(after)}"
    if missing:
        subject += f", though not so: {'; '.join(missing)}"
    audit(person, "switched the school year", district, f"{subject}. Reason: {reason}" if reason else subject)
    if step > 0:
        tell(
            people_with("alerts.view", district.id, "district"),
            PROCESS,
            DUE,
            f"{district.name} is now in {year_name(after)}. Once enrollments are rolled forward, send a full resync.",
            district=district.id,
            address=reverse("batch", kwargs={"district": district.id}),
        )
