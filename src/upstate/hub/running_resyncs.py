"""A resync from its start, or its new start where it was left behind, to its end."""

from __future__ import annotations

from django.db import connection as control
from django.db import transaction
from django.utils import timezone

from upstate.hub import models
from upstate.hub.healing import place_followers
from upstate.hub.postgres import database_errors, statement


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


@database_errors()
def fail_resync(resync: int, message: str) -> None:
    """End a resync that cannot go on: what is not settled of it fails with this message. Under the zone's lock."""
    with transaction.atomic(), control.cursor() as cursor:
        cursor.execute(statement("fail_resync").decode(), {"resync": resync, "message": message})
        cursor.execute(statement("finish_resync").decode(), {"resync": resync})
