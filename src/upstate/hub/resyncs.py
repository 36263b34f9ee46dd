"""Placing resyncs and ending them; those that wait for their turn, and the one that a command left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection as control
from django.db import transaction
from django.utils import timezone

from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.healing import place_followers
from upstate.hub.postgres import database_errors, statement
from upstate.planning import Asked, Plan


@dataclass(frozen=True, slots=True)
class PlacedResync:
    """A resync that was placed: its objects in the order they run, who asked for it, whether it sends everything, and
    whether it is a rehearsal, and begun; the records that were asked for, if it is about some only; what it goes on
    from; whether it removes leftovers.
    """

    id: int
    school_year: int
    objects: tuple[str, ...]
    asked_by: str
    everything: bool
    rehearsal: bool = False
    begun: bool = False
    asked: Asked | None = None
    follows: int | None = None
    remove_leftovers: bool = False

    def is_for(
        self,
        plan: Plan,
        *,
        everything: bool = False,
        rehearse: bool = False,
        asked: Asked | None = None,
        remove_leftovers: bool = False,
    ) -> bool:
        """Whether this does what the plan would: the same objects in the same year, everything where that is asked."""
        same = (self.school_year, self.objects, self.rehearsal, self.remove_leftovers) == (
            plan.school_year,
            plan.objects,
            rehearse,
            remove_leftovers,
        )
        return same and self.asked == asked and self.follows is None and (self.everything or not everything)


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
    return _placed(resync)


@database_errors()
def waiting_zones() -> dict[tuple[int, int], bool]:
    """The zones, by id, and years in which a worker has something to do, whoever waits longest first; of each, whether
    that is only to set a district's own agent going."""
    with control.cursor() as cursor:
        cursor.execute(statement("waiting_zones").decode())
        return {(zone, year): to_begin for zone, year, to_begin in cursor.fetchall()}


@database_errors()
def next_resync(zone_id: int, school_year: int) -> PlacedResync | None:
    """What is to run next in a zone and year: the one that was left behind, else the oldest queued, which now runs.

    Call it under the zone's lock.
    """
    left = unfinished_resync(zone_id, school_year)
    if left is not None:
        return left
    queue = models.Resync.objects.filter(zone_id=zone_id, school_year=school_year, state="queued").order_by("id")
    oldest = queue.first()
    if oldest is None or not queue.filter(id=oldest.id, hold="").update(state="running"):
        return None
    return _placed(oldest)


@database_errors()
def fail_resync(resync: int, message: str) -> None:
    """End a resync that cannot go on: what is not settled of it fails with this message. Under the zone's lock."""
    with transaction.atomic(), control.cursor() as cursor:
        cursor.execute(statement("fail_resync").decode(), {"resync": resync, "message": message})
        cursor.execute(statement("finish_resync").decode(), {"resync": resync})


@database_errors()
def unfinished_resync(zone_id: int, school_year: int) -> PlacedResync | None:
    """The resync of a zone and year that has not ended; under the zone's lock: whose command died."""
    found = models.Resync.objects.filter(zone_id=zone_id, school_year=school_year, state="running").first()
    return None if found is None else _placed(found)


@database_errors()
def queued_followers(resyncs: Iterable[int]) -> list[int]:
    """The years in which something waits that goes on from one of these resyncs."""
    waiting = models.Resync.objects.filter(follows__in=list(resyncs), state="queued")
    return sorted(set(waiting.values_list("school_year", flat=True)))


@database_errors()
def start_resync(resync: int) -> None:
    """Note when it started, and set free what a command that died still held of it. Under the zone's lock.

    What that command compared and did not land is to be compared anew: the state may have changed since. A rehearsal
    begins anew altogether.
    """
    models.Resync.objects.filter(id=resync, started_at=None).update(started_at=timezone.now())
    rehearsal = models.Resync.objects.filter(id=resync, mode="rehearsal").exists()
    with control.cursor() as cursor:
        if rehearsal:
            cursor.execute(statement("rehearse_anew").decode(), {"resync": resync})
        cursor.execute(statement("release").decode(), {"resync": resync})
        cursor.execute(statement("compare_anew").decode(), {"resync": resync})


@database_errors()
def begin_resync(resync: int) -> bool:
    """Note when it started, of one that a district's own agent reads; whether that was now. Under the zone's lock.

    What the agent holds stays its own. A rehearsal that was interrupted begins anew altogether.
    """
    begun = models.Resync.objects.filter(id=resync, started_at=None).update(started_at=timezone.now())
    interrupted = models.Order.objects.filter(resync=resync, resync__mode="rehearsal", state="landed")
    if interrupted.exists():
        with control.cursor() as cursor:
            cursor.execute(statement("rehearse_anew").decode(), {"resync": resync})
    return bool(begun)


@database_errors()
def finish_resync(resync: int) -> str:
    """End a resync whose orders are all settled; returns its state: finished, failed, or running where some are not.

    With its end comes what goes on from it: see healing.
    """
    with transaction.atomic(), control.cursor() as cursor:
        cursor.execute(statement("finish_resync").decode(), {"resync": resync})
        if cursor.fetchone() is not None:
            place_followers(resync)
    return models.Resync.objects.values_list("state", flat=True).get(id=resync)


def _placed(resync: models.Resync) -> PlacedResync:
    everything = not resync.orders.filter(everything=False).exists()
    return PlacedResync(
        resync.id,
        resync.school_year,
        tuple(resync.objects_in_order),
        resync.asked_by,
        everything,
        rehearsal=resync.mode == "rehearsal",
        begun=resync.started_at is not None,
        asked=_asked(resync),
        follows=resync.follows_id,
        remove_leftovers=resync.remove_leftovers,
    )


def _asked(resync: models.Resync) -> Asked | None:
    found = models.Selection.objects.filter(resync=resync).first()
    if found is None:
        return None
    keys = tuple(tuple(key) for key in found.asked)
    return Asked(found.object, keys, found.by_id, found.parents, found.dependents, heals=resync.mode == "heal")
