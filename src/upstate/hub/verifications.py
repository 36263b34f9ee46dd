"""Placing verifications, keeping what they find object by object, and ending them; the truth is in their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from psycopg.types.json import Json, Jsonb

from upstate.catalog import SyncObject
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.loading.verifying import Verified
from upstate.planning import Plan

# of an object and either sort; where there are more they are counted, and said not to be listed
MOST_KEPT = 10_000
_MOST_ATTEMPTS = 3
_GAVE_UP = "It was begun three times and never came to its end; the hub's log says more. Verify again."


@dataclass(frozen=True, slots=True)
class PlacedVerification:
    """A verification that was placed: its objects with the school year of each (None: not bound to one), in order."""

    id: int
    zone: int
    school_year: int
    steps: tuple[tuple[str, int | None], ...]
    asked_by: str


@database_errors()
def place_verification(
    plan: Plan,
    zone_id: int,
    *,
    asked_by: str,
    person: models.Person | None = None,
    by_state: bool = False,
    at_once: bool = False,
) -> PlacedVerification:
    """Place a verification of the plan's objects: for a worker, or `at_once`, under the zone's lock, to run here.

    PlanError where the plan has none: what compares nothing would be called equal.
    """
    if not plan.steps:
        raise PlanError("There is nothing to verify.")
    with transaction.atomic():
        placed = models.Verification.objects.create(
            zone_id=zone_id,
            school_year=plan.school_year,
            mode=plan.mode,
            objects_in_order=list(plan.objects),
            asked_by=asked_by,
            asked_by_person=person,
            by_state=by_state,
            state="running" if at_once else "queued",
        )
        models.VerifiedObject.objects.bulk_create(
            models.VerifiedObject(
                verification=placed, position=position, object=step.object, school_year=step.school_year
            )
            for position, step in enumerate(plan.steps)
        )
    return _placed(placed)


@database_errors()
def next_verification(zone_id: int, school_year: int) -> PlacedVerification | None:
    """What is to be verified next in a zone and year, under its lock: what was left behind, else the oldest queued.

    None also where a resync was asked for before it: they take turns. One that was begun again and again is given up.
    """
    unended = models.Verification.objects.filter(
        zone=zone_id, school_year=school_year, state__in=("running", "queued")
    ).order_by("-state", "id")  # running before queued
    for found in unended:
        resyncs = models.Resync.objects.filter(zone=zone_id, school_year=school_year)
        ahead = resyncs.filter(state="running") | resyncs.filter(state="queued", placed_at__lt=found.placed_at)
        if ahead.exists():
            return None
        if found.attempts < _MOST_ATTEMPTS:
            return _placed(found)
        fail_verification(found.id, _GAVE_UP)
    return None


@database_errors()
def free_verifications(zone_id: int, school_year: int) -> None:
    """Set free what someone left behind who died: under the zone's lock nobody else is at it.

    A command's is told to have failed, as nobody waits for it any more; another goes back to its place in the queue.
    """
    left = models.Verification.objects.filter(zone=zone_id, school_year=school_year, state="running")
    for number in left.filter(asked_by_person=None).values_list("id", flat=True):
        fail_verification(number, "The command that ran it ended before its time.")
    left.update(state="queued")


@database_errors()
def leave_verification(verification: int) -> None:
    """Leave it to the next worker, as this one was told to stop; that was no attempt that failed."""
    models.Verification.objects.filter(id=verification, state="running").update(attempts=F("attempts") - 1)


@database_errors()
def begin_verification(verification: int) -> None:
    """Begin, or begin anew: what an attempt before found was of another snapshot, and goes. Under the zone's lock."""
    with transaction.atomic():
        found = models.Verification.objects.select_for_update().get(id=verification)
        found.state, found.attempts, found.started_at = "running", found.attempts + 1, timezone.now()
        found.save(update_fields=["state", "attempts", "started_at"])
        for each in found.verified.exclude(state="waiting"):
            each.delete()
            models.VerifiedObject.objects.create(
                verification=found, position=each.position, object=each.object, school_year=each.school_year
            )


@database_errors()
def keep_verified(
    connection: Connection, verification: int, obj: SyncObject, verified: Verified, seconds: float
) -> None:
    """Keep what comparing an object to its end found; durable with the end of the verification."""
    owners = {column.name: column.owner for column in obj.columns}
    kept = (*verified.first[:MOST_KEPT], *verified.first_expected[:MOST_KEPT])
    values: dict[str, Any] = {
        "verification": verification,
        "object": verified.object,
        "district_count": verified.district_count,
        "state_count": verified.state_count,
        "expected": Jsonb(dict(verified.expected)),
        "kept": len(kept),
        "seconds": seconds,
        **{str(kind): number for kind, number in verified.unexpected.items()},
    }
    with connection.transaction(), connection.cursor() as cursor:
        ((row,),) = cursor.execute(statement("keep_verified"), values).fetchall()
        if kept:
            differences = [
                {
                    "kind": each.kind,
                    "key": each.key,
                    "columns": each.columns,
                    "owners": [owners.get(name, "district") for name in each.columns],
                    "expected": each.expected,
                }
                for each in kept
            ]
            cursor.execute(statement("keep_differences"), {"row": row, "kept": Json(differences)})


@database_errors()
def keep_not_compared(verification: int, name: str, message: str, seconds: float) -> None:
    """Keep that an object was not compared to its end, and why: it is then equal to nothing."""
    models.VerifiedObject.objects.filter(verification=verification, object=name).update(
        state="not compared", message=message, seconds=seconds
    )


@database_errors()
def end_verification(verification: int) -> str:
    """End it; returns its state: finished where every object was compared to its end, else failed."""
    with transaction.atomic():
        rows = models.VerifiedObject.objects.filter(verification=verification)
        whole = rows.exists() and not rows.exclude(state="compared").exists()
        state = "finished" if whole else "failed"
        models.Verification.objects.filter(id=verification).update(state=state, finished_at=timezone.now())
    return state


@database_errors()
def fail_verification(verification: int, message: str) -> None:
    """End one that cannot go on: whatever waits of it was not compared, for this reason."""
    with transaction.atomic():
        rows = models.VerifiedObject.objects.filter(verification=verification, state="waiting")
        rows.update(state="not compared", message=message)
        models.Verification.objects.filter(id=verification, finished_at=None).update(
            state="failed", message=message, finished_at=timezone.now()
        )


def _placed(row: models.Verification) -> PlacedVerification:
    steps = tuple(row.verified.order_by("position").values_list("object", "school_year"))
    return PlacedVerification(row.id, row.zone_id, row.school_year, steps, row.asked_by)
