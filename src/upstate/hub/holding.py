"""Pausing, resuming and cancelling a resync that has not ended: asked for here, carried out by whoever runs it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from django.db import connection as control
from django.db import transaction
from django.db.models import QuerySet

from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.rights import may
from upstate.planning.quiet import quiet_until

Wish = Literal["pause", "resume", "cancel"]
WISHES: tuple[Wish, ...] = ("pause", "resume", "cancel")
_DONE: dict[Wish, str] = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}
_TO_ITS_END = "What an agent has in hand, two objects at most, is read to its end; then nothing until it is resumed."
_HOLDS: dict[Wish, str] = {"pause": "paused", "resume": "", "cancel": "cancelled"}


@database_errors()
def hold_resync(district: models.District, resync: int, wish: Wish, *, by: str, person: models.Person | None) -> str:
    """Pause, resume or cancel a resync of this district; a line that says what comes of it. Audited for a person.

    PlanError where it has ended, or cannot be held so, or where the state asked for it and a district would cancel it.
    Who may send a resync in the district is the caller's to check; without a person it is an operator, who may.
    """
    with transaction.atomic():
        found = models.Resync.objects.select_for_update().filter(zone=district.zone, pk=resync).first()
        if found is None:
            raise PlanError(f"{district.name} has no resync {resync}.")
        if found.state not in ("queued", "running") or found.hold == "cancelled":
            raise PlanError(f"Resync {resync} has ended, or is being cancelled: there is nothing to {wish}.")
        if (found.hold == "paused") is (wish == "pause") and wish != "cancel":
            raise PlanError(f"Resync {resync} is {'paused already' if wish == 'pause' else 'not paused'}.")
        if wish == "cancel" and person is not None and not may_cancel(person, resync):
            raise PlanError(f"The state asked for resync {resync}, so only the state can cancel it.")
        found.hold, found.held_by = _HOLDS[wish], "" if wish == "resume" else by
        found.save(update_fields=["hold", "held_by"])
        if person is not None:
            audit(person, f"{_DONE[wish]} a resync", district, f"resync {resync}")
        line = f"{by} {_DONE[wish]} the resync."
        models.AgentEntry.objects.create(district=district, resync_id=resync, line=line)
    if wish == "cancel":
        return f"Resync {resync} is being cancelled. What has landed stays at the state as it is."
    return f"Resync {resync} is {_DONE[wish]}." + f" {_TO_ITS_END}" * (wish == "pause")


@database_errors()
def end_cancelled(zone: int, school_year: int) -> list[tuple[int, str]]:
    """End what was cancelled in a zone and year, under its lock; the resyncs, and who cancelled each."""
    with transaction.atomic(), control.cursor() as cursor:
        cursor.execute(statement("cancel_resync").decode(), {"zone": zone, "school_year": school_year})
        return [(resync, by) for resync, by in cursor.fetchall()]


@database_errors()
def standing(connection: Connection, resync: int) -> tuple[str, int]:
    """What holds a resync back ("" for nothing), and how many of its orders are not settled."""
    row = connection.execute(statement("resync_standing"), {"resync": resync}).fetchone()
    return ("cancelled", 0) if row is None else (row[0], row[1])


@database_errors()
def held_back(resync: int) -> str:
    """What holds a resync back, "" for nothing."""
    return models.Resync.objects.values_list("hold", flat=True).filter(pk=resync).first() or ""


@database_errors()
def quiet(zone: int) -> datetime | None:
    """When the quiet hours of a zone end, its state's and its own taken together; None where it is in none."""
    return _quiet_until(models.Zone.objects.filter(pk=zone))


@database_errors()
def quiet_in(district: int) -> datetime | None:
    """When the quiet hours of a district's zone end, as `quiet` has it."""
    return _quiet_until(models.Zone.objects.filter(district=district))


def _quiet_until(zones: QuerySet[models.Zone]) -> datetime | None:
    found = zones.only("time_zone", "state_quiet", "district_quiet").get()
    return quiet_until((found.state_quiet, found.district_quiet), found.time_zone, datetime.now(UTC))


def may_cancel(person: models.Person, resync: int) -> bool:
    """Whether someone who may send resyncs may cancel this one."""
    return not _asked_by_state(resync) or may(person, "requests.place", None)


def _asked_by_state(resync: int) -> bool:
    return models.RequestedDistrict.objects.filter(resync=resync).exists()
