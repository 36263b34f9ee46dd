"""What a mended root held back goes with it: once the record itself has landed, a resync of those."""

from __future__ import annotations

from django.db import connection as control

from upstate.hub import models
from upstate.hub.districts import planning_zone
from upstate.hub.in_force import catalog_in_force
from upstate.hub.postgres import statement
from upstate.planning import Plan, plans_freed


def place_followers(resync: int) -> None:
    """Place what goes on from a resync that has just ended: for each year, the records that it freed.

    Call it in the transaction that ends it, so that neither is seen without the other. That of the same year runs at
    once, under the lock that the caller holds; those of other years take their turn.
    """
    ended = models.Resync.objects.select_related("zone__district", "asked_by_person").get(id=resync)
    district = ended.zone.district
    with control.cursor() as cursor:
        held_back = statement("freed") + statement("held_back_objects")
        cursor.execute(held_back.decode(), {"freed_by": resync, "district": district.id})
        held = cursor.fetchall()
    if not held:
        return
    for plan in plans_freed(catalog_in_force(), held, planning_zone(district)):
        _place(plan, ended, "running" if plan.school_year == ended.school_year else "queued")


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
