"""Whose turn it is: where a resync waits, which runs next, and the one that a command left behind."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection as control

from upstate.hub import models
from upstate.hub.placed_resync import PlacedResync, placed_resync
from upstate.hub.postgres import database_errors, statement


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
    return placed_resync(oldest)


@database_errors()
def unfinished_resync(zone_id: int, school_year: int) -> PlacedResync | None:
    """The resync of a zone and year that has not ended; under the zone's lock: whose command died."""
    found = models.Resync.objects.filter(zone_id=zone_id, school_year=school_year, state="running").first()
    return None if found is None else placed_resync(found)


@database_errors()
def queued_followers(resyncs: Iterable[int]) -> list[int]:
    """The years in which something waits that goes on from one of these resyncs."""
    waiting = models.Resync.objects.filter(follows__in=list(resyncs), state="queued")
    return sorted(set(waiting.values_list("school_year", flat=True)))
