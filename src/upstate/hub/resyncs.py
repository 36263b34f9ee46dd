"""Placing resyncs and ending them; finding the one that a command left behind."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection as control
from django.db import transaction
from django.utils import timezone

from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.postgres import database_errors, statement
from upstate.planning import Plan


@dataclass(frozen=True, slots=True)
class PlacedResync:
    """A resync that was placed: its objects in the order they run, and who asked for it."""

    id: int
    school_year: int
    objects: tuple[str, ...]
    asked_by: str

    def is_for(self, plan: Plan) -> bool:
        """Whether this is what the plan would do: the same objects in the same year."""
        return (self.school_year, self.objects) == (plan.school_year, plan.objects)


@database_errors()
def place_resync(
    plan: Plan, zone_id: int, *, asked_by: str, check_dependencies: bool = True, reason: str = ""
) -> PlacedResync:
    """Place a resync and its work orders, in one transaction.

    Call it under the zone's lock (zone_lock); DatabaseError where one is running for the zone and year all the same.
    """
    if not plan.steps:
        raise PlanError("There is nothing to send.")
    with transaction.atomic():
        resync = models.Resync.objects.create(
            zone_id=zone_id,
            school_year=plan.school_year,
            mode=plan.mode,
            chosen=[step.object for step in plan.steps if not step.added_for],
            objects_in_order=list(plan.objects),
            check_dependencies=check_dependencies,
            asked_by=asked_by,
            reason=reason,
        )
        models.Order.objects.bulk_create(
            models.Order(resync=resync, position=position, object=step.object, school_year=step.school_year)
            for position, step in enumerate(plan.steps)
        )
    return _placed(resync)


@database_errors()
def unfinished_resync(zone_id: int, school_year: int) -> PlacedResync | None:
    """The resync of a zone and year that has not ended; under the zone's lock: whose command died."""
    found = models.Resync.objects.filter(zone_id=zone_id, school_year=school_year, state="running").first()
    return None if found is None else _placed(found)


@database_errors()
def start_resync(resync: int) -> None:
    """Note when it started, and set free what a command that died still held of it. Under the zone's lock."""
    models.Resync.objects.filter(id=resync, started_at=None).update(started_at=timezone.now())
    with control.cursor() as cursor:
        cursor.execute(statement("release").decode(), {"resync": resync})


@database_errors()
def finish_resync(resync: int) -> str:
    """End a resync whose orders are all settled; returns its state: finished, failed, or running where some are not."""
    with control.cursor() as cursor:
        cursor.execute(statement("finish_resync").decode(), {"resync": resync})
    return models.Resync.objects.values_list("state", flat=True).get(id=resync)


def _placed(resync: models.Resync) -> PlacedResync:
    return PlacedResync(resync.id, resync.school_year, tuple(resync.objects_in_order), resync.asked_by)
