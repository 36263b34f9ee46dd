"""Tells people that a resync ended: a notice to the one who pressed Send; where it failed, an alert to those who may.

A resync that ended and has no `noticed_at` is its own entry in the outbox: both come with the one commit that ends it.
Telling and noting that it was told are one transaction too, under the row's lock, so two workers never tell twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection as control
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from upstate.hub import models
from upstate.hub.alerts import people_with, tell
from upstate.hub.postgres import database_errors, statement
from upstate.hub.requests import PROCESS as BETWEEN
from upstate.hub.rights import belongs, may
from upstate.planning import year_name

PROCESS = "Resync State Data"
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Result:
    """What a resync came to, in objects and records."""

    objects: int
    objects_failed: int
    processed: int
    errors: int


@database_errors()
def tell_of_ended() -> int:
    """Tell of the resyncs, and of the state's requests, that have ended since; returns how many."""
    told = 0
    while told < _AT_ONCE and (_tell_of_a_resync() or _tell_of_a_request()):
        told += 1
    return told


def _tell_of_a_resync() -> bool:
    with transaction.atomic():
        resync = (
            models.Resync.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("zone__district", "asked_by_person")
            .filter(state__in=["finished", "failed"], noticed_at=None)
            .order_by("id")
            .first()
        )
        if resync is None:
            return False
        _tell(resync)
        resync.noticed_at = Now()
        resync.save(update_fields=["noticed_at"])
    return True


def _tell(resync: models.Resync) -> None:
    district, failed = resync.zone.district, resync.state == "failed"
    text = f"{district.name}, {year_name(resync.school_year)}: {_said(resync, _result(resync.id))}"
    rehearsal = resync.mode == "rehearsal"
    name = f"{'Rehearsal' if rehearsal else 'Resync'} {'Failed' if failed else 'Finished'}"
    address = reverse("history_run", kwargs={"district": district.id, "resync": resync.id})
    if resync.school_year != resync.zone.school_year:
        address += f"?year={resync.school_year}"
    asker = resync.asked_by_person
    by_state = models.RequestedDistrict.objects.filter(resync=resync).exists()  # told of the whole request, once
    to_asker = asker is not None and not by_state and asker.is_active and belongs(asker, district.id)
    if asker is not None and to_asker:
        tell([asker], PROCESS, name, text, district=district.id, address=address, by_mail=True)
    if not failed or rehearsal:
        return
    others = [p for p in people_with("alerts.view", district.id) if not (to_asker and p == asker)]
    for by_mail in (True, False):  # a mail goes to those who can send it again
        people = [person for person in others if may(person, "batch.run", district.id) is by_mail]
        tell(people, PROCESS, name, text, district=district.id, address=address, by_mail=by_mail)


def _said(resync: models.Resync, result: _Result) -> str:
    what = "the full resync" if resync.mode == "full" else f"the resync of {_count(result.objects, 'object')}"
    if resync.mode == "rehearsal":
        what = f"the rehearsal of {_count(result.objects, 'object')}"
    if resync.mode == "selective":
        what = "the selective sync"
    if resync.mode == "heal":
        what = "the healing of a root"
    asked = f"{what} that {resync.asked_by} asked for"
    if resync.follows_id is not None:
        asked = f"what went on from resync {resync.follows_id}"
    came_to = f"{_count(result.processed, 'record')} processed, {_count(result.errors, 'error')}"
    if resync.mode == "rehearsal":
        if result.objects_failed:
            came_to += f", {_count(result.objects_failed, 'object')} would not land as a whole"
        return f"{asked} has ended, and nothing was written. A resync would come to: {came_to}."
    if resync.state == "failed":
        whole = _count(result.objects_failed, "object")
        return f"{asked} failed: {whole} did not land as a whole. Of the others: {came_to}."
    return f"{asked} has finished: {came_to}."


def _tell_of_a_request() -> bool:
    with transaction.atomic():
        with control.cursor() as cursor:
            cursor.execute(statement("requests_that_ended").decode())
            row = cursor.fetchone()
        if row is None:
            return False
        number, finished, failed = row
        request = models.StateRequest.objects.select_related("asked_by_person").get(id=number)
        asker = request.asked_by_person
        if asker is not None and asker.is_active and may(asker, "requests.view", None):
            tell(
                [asker],
                BETWEEN,
                "State Resync Failed" if failed else "State Resync Finished",
                f"What you asked for has ended in every district: {finished:,} finished, {failed:,} failed.",
                address=reverse("request", kwargs={"number": number}),
                by_mail=True,
            )
        request.noticed_at = Now()
        request.save(update_fields=["noticed_at"])
    return True


def _result(resync: int) -> _Result:
    with control.cursor() as cursor:
        cursor.execute(statement("resync_result").decode(), {"resync": resync})
        return _Result(*cursor.fetchone())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
