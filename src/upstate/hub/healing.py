"""What a mended root held back goes with it: the record itself first, and when it has landed, a resync of those."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection as control

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.districts import KnownDistrict, planning_zone
from upstate.hub.postgres import database_errors, statement
from upstate.hub.set_up import catalog_in_force
from upstate.planning import Asked, Plan, plan_asked, plan_freed


@dataclass(frozen=True, slots=True)
class Mending:
    """A root that is to be sent again: what is asked for, its plan, and whether it is open just now."""

    asked: Asked
    plan: Plan
    is_open: bool


@database_errors()
def find_root(catalog: Catalog, known: KnownDistrict, number: int, year: int | None = None) -> Mending:
    """The root that a rejection (its own, or one that it holds back) leads to; `number` is the rejection's id.

    PlanError where there is no such rejection, where it is mended and holds nothing back, or cannot be sent.
    """
    mine = models.Rejection.objects.filter(district_id=known.id)
    found = mine.filter(id=number).first()
    see = f"See: upstate errors {known.name} --roots."
    if found is None:
        raise PlanError(f"{known.name} has no root {number}. {see}")
    root, key = found.root_object, found.root_key
    own = mine.filter(object=root, key=key, resolved_at=None).order_by("school_year").first()
    held = mine.filter(root_object=root, root_key=key, resolved_at=None).exclude(object=root, key=key)
    if own is None and not held.exists():
        by = f" by resync {found.resolved_by_id}" if found.resolved_by_id else ""
        raise PlanError(f"Root {number} is mended{by}, and nothing is held back by it. {see}")
    if root not in catalog:
        raise PlanError(f"{root} is no longer in the catalog, so root {number} cannot be sent.")
    bound = own.school_year if own is not None else held.values_list("school_year", flat=True).first()
    year = year if catalog[root].school_year is None or bound is None else bound
    asked = Asked(root, (tuple(key),), parents=False, heals=True)
    return Mending(asked, plan_asked(catalog, asked, known.zone, year=year), own is not None)


def place_followers(resync: int) -> None:
    """Place what goes on from a resync that has just ended: for each year, the records that it freed.

    Call it in the transaction that ends it, so that neither is seen without the other. That of the same year runs at
    once, under the lock that the caller holds; those of other years take their turn.
    """
    ended = models.Resync.objects.select_related("zone__district", "asked_by_person").get(id=resync)
    district = ended.zone.district
    with control.cursor() as cursor:
        cursor.execute(statement("held_back_objects").decode(), {"freed_by": resync, "district": district.id})
        held = cursor.fetchall()
    if not held:
        return
    catalog, zone = catalog_in_force(), planning_zone(district)
    by_year: dict[int, set[str]] = {}
    for name, year in held:
        by_year.setdefault(year or zone.school_year, set()).add(name)
    for year, names in sorted(by_year.items()):
        plan = plan_freed(catalog, names.intersection(catalog.objects), zone, year)
        if plan.steps:
            _place(plan, ended, "running" if year == ended.school_year else "queued")


def _place(plan: Plan, ended: models.Resync, state: str) -> None:
    asked_for = ended.mode in ("heal", "selective")
    follower = models.Resync.objects.create(
        zone_id=ended.zone_id,
        school_year=plan.school_year,
        mode="heal",
        chosen=list(plan.objects),
        objects_in_order=list(plan.objects),
        check_dependencies=False,
        asked_by=f"Upstate, after resync {ended.id}",
        asked_by_person=ended.asked_by_person if asked_for else None,
        follows=ended,
        state=state,
    )
    models.Order.objects.bulk_create(
        models.Order(
            resync=follower,
            position=position,
            object=step.object,
            school_year=step.school_year,
            everything=False,
            selective=True,
        )
        for position, step in enumerate(plan.steps)
    )
