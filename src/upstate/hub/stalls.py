"""Tells those with the right of a resync that stands still: once, until it moves and stands still again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection as control
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from upstate.hub import models
from upstate.hub.alerts import people_with, tell
from upstate.hub.notices import PROCESS
from upstate.hub.postgres import database_errors, statement
from upstate.hub.rights import may
from upstate.planning import year_name

NAME = "Resync Stands Still"
_AT_ONCE = 50


@database_errors()
def tell_of_stalls() -> int:
    """Tell of the resyncs of which nothing has moved for `UPSTATE_STALL_MINUTES`; returns how many."""
    told = 0
    while told < _AT_ONCE and _tell_of_one(settings.UPSTATE_STALL_MINUTES):
        told += 1
    return told


def _tell_of_one(minutes: int) -> bool:
    with transaction.atomic():
        with control.cursor() as cursor:
            cursor.execute(statement("stalled").decode(), {"minutes": minutes})
            row = cursor.fetchone()
        if row is None:
            return False
        number, moved_at = row
        resync = models.Resync.objects.select_related("zone__district").get(id=number)
        _tell(resync, moved_at)
        models.Resync.objects.filter(id=number).update(stall_told_at=Now())
    return True


def _tell(resync: models.Resync, moved_at: datetime) -> None:
    district = resync.zone.district
    what = "has not begun, though it is its turn" if resync.state == "queued" else "has not moved"
    text = (
        f"{district.name}, {year_name(resync.school_year)}: the resync that {resync.asked_by} asked for {what} since "
        f"{moved_at:%Y-%m-%d %H:%M} UTC. See whether the agent is there and its database answers."
    )
    address = reverse("batch", kwargs={"district": district.id})
    for by_mail in (True, False):  # a mail goes to those who can do something about it
        people = [
            person
            for person in people_with("alerts.view", district.id)
            if (may(person, "batch.run", district.id) or may(person, "agents.change", district.id)) is by_mail
        ]
        tell(people, PROCESS, NAME, text, district=district.id, address=address, by_mail=by_mail)
