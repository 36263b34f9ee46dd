"""Placing a resync and its work orders, in one transaction: to run at once, or to take its turn."""

from __future__ import annotations

from django.db import transaction

from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.placed_resync import PlacedResync, placed_resync
from upstate.hub.postgres import database_errors
from upstate.planning import Asked, Plan


@database_errors()
def place_resync(
    plan: Plan,
    zone_id: int,
    *,
    asked_by: str,
    check_dependencies: bool = True,
    reason: str = "",
    everything: bool = False,
    rehearse: bool = False,
    asked: Asked | None = None,
    remove_leftovers: bool = False,
) -> PlacedResync:
    """Place a resync that runs at once, and its work orders, in one transaction.

    Unless `everything` is to be sent, agents compare first and send what differs. To `rehearse` is to do all of it and
    write nothing. Of what was `asked` for, only those records are sent. With `remove_leftovers` rows at the state that
    the district no longer has go at the end. Call it under the zone's lock (zone_lock); DatabaseError where one is
    running for the zone and year all the same.
    """
    return _place(
        plan,
        zone_id,
        "running",
        asked_by=asked_by,
        check_dependencies=check_dependencies,
        reason=reason,
        everything=everything,
        rehearse=rehearse,
        asked=asked,
        remove_leftovers=remove_leftovers,
        person=None,
    )


@database_errors()
def queue_resync(
    plan: Plan,
    zone_id: int,
    *,
    person: models.Person,
    check_dependencies: bool = True,
    reason: str = "",
    everything: bool = False,
    rehearse: bool = False,
    asked: Asked | None = None,
    remove_leftovers: bool = False,
) -> PlacedResync:
    """Place a resync for a worker to run, after those that were asked for before it in this zone and year."""
    return _place(
        plan,
        zone_id,
        "queued",
        asked_by=person.name,
        check_dependencies=check_dependencies,
        reason=reason,
        everything=everything,
        rehearse=rehearse,
        asked=asked,
        remove_leftovers=remove_leftovers,
        person=person,
    )


def _place(
    plan: Plan,
    zone_id: int,
    state: str,
    *,
    asked_by: str,
    check_dependencies: bool,
    reason: str,
    everything: bool,
    rehearse: bool,
    asked: Asked | None,
    remove_leftovers: bool,
    person: models.Person | None,
) -> PlacedResync:
    if not plan.steps:
        raise PlanError("There is nothing to send.")
    with transaction.atomic():
        resync = models.Resync.objects.create(
            zone_id=zone_id,
            school_year=plan.school_year,
            mode="rehearsal" if rehearse else plan.mode if asked is None else "heal" if asked.heals else "selective",
            chosen=[step.object for step in plan.steps if not step.added_for],
            objects_in_order=list(plan.objects),
            check_dependencies=check_dependencies,
            asked_by=asked_by,
            asked_by_person=person,
            reason=reason,
            state=state,
            remove_leftovers=remove_leftovers and asked is None,
        )
        models.Order.objects.bulk_create(
            models.Order(
                resync=resync,
                position=position,
                object=step.object,
                school_year=step.school_year,
                everything=everything and asked is None,
                selective=asked is not None,
            )
            for position, step in enumerate(plan.steps)
        )
        if asked is not None:
            models.Selection.objects.create(
                resync=resync,
                object=asked.object,
                asked=[list(key) for key in asked.keys],
                by_id=asked.by_id,
                parents=asked.parents,
                dependents=asked.dependents,
            )
    return placed_resync(resync)
