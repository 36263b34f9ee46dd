"""A plan for a district that the hub knows, by the catalog in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from upstate.catalog import Catalog
from upstate.hub.districts import KnownDistrict, ever_sent, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.planning import Plan, make_plan


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the district it is for, and the catalog it was made by."""

    catalog: Catalog
    district: KnownDistrict
    plan: Plan


def plan_resync(
    district: str,
    objects: Iterable[str] | None,
    *,
    year: int | None = None,
    check_dependencies: bool = True,
) -> Planned:
    """What a resync of these objects (None: all) would do. PlanError or ConfigError where it cannot be planned."""
    catalog = catalog_in_force()
    known = find_district(district)
    plan = make_plan(
        catalog, objects, known.zone, check_dependencies=check_dependencies, year=year, ever_sent=ever_sent(known)
    )
    return Planned(catalog, known, plan)
