"""Approving or discarding a removal that was held, with a reason: what goes is judged anew at that moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from django.db import connection as control
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from upstate.catalog import Catalog
from upstate.errors import ConfigError, LandingError, PlanError
from upstate.hub import models
from upstate.hub.alerts import people_with, tell
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors, statement
from upstate.hub.removals import limits, removal_of, settle_removed
from upstate.hub.rights import belongs
from upstate.loading.placing import alone_at_district, at_district
from upstate.loading.removing import removal_was_done, remove
from upstate.planning import year_name

Decision = Literal["approve", "discard"]
DECISIONS: tuple[Decision, ...] = ("approve", "discard")
PROCESS = "Leftovers"
_AT_ONCE = 50


@database_errors()
def decide(
    catalog: Catalog, district: int, number: int, decision: Decision, why: str, *, by: str, person: models.Person | None
) -> str:
    """Approve a held removal, and remove what is still left over, or discard it; a line that says what came of it.

    Only rows that the last complete snapshot lacked go, and none that something needs by now. PlanError where it is not
    waiting any more, or no reason is given; ConfigError while a resync of the district is landing. Audited for a
    person.
    """
    why = " ".join(why.split())
    if not why:
        raise PlanError("Give a reason: whoever looks for these rows later wants to know.")
    try:
        with transaction.atomic():
            _alone(district)
            held = models.HeldRemoval.objects.select_for_update(of=("self",)).select_related("resync", "district")
            found = held.filter(district=district, id=number).first()
            if found is None:
                raise PlanError(f"There is no held removal {number}.")
            if found.state != "waiting":
                raise PlanError(f"Held removal {number} waits no more: it is {found.state}.")
            found.state = "approved" if decision == "approve" else "discarded"
            found.decided_at, found.decided_by, found.decided_by_name, found.reason = Now(), person, by, why
            if decision == "discard":
                _still_there(found)
            found.removed = _remove(catalog, found) if decision == "approve" else None
            found.save()
            if decision == "discard":
                still = models.Leftover.objects.filter(
                    district=district, object=found.object, school_year=found.school_year, kept="held"
                )
                still.update(kept="", kept_by="")
            said = _said(found)
            if person is not None:
                action = f"{found.state} a removal of leftovers"
                subject = (
                    f"resync {found.resync_id}, {found.object}: {found.rows:,} of {found.rows_before:,} rows: {why}"
                )
                audit(person, action, found.district, subject)
            _tell_asker(found, by, said)
    except LandingError as error:
        raise ConfigError(error.message) from error
    return said


def _alone(district: int) -> None:
    """Have no landing of this district come between."""
    with control.cursor() as cursor:
        cursor.execute(statement("try_landing_lock").decode(), {"district": district})
        if not cursor.fetchone()[0]:
            raise ConfigError(
                "A resync of this district is landing records just now, so nothing was decided. Try again in a moment."
            )


def _remove(catalog: Catalog, held: models.HeldRemoval) -> int:
    """Judge the resync's leftovers once more, with this object approved; how many rows went, its own and others'."""
    others = models.HeldRemoval.objects.filter(resync=held.resync_id).exclude(id=held.id)
    states = dict(others.values_list("object", "state"))
    approved = {held.object, *(name for name, state in states.items() if state == "approved")}
    orders = held.resync.orders.order_by("position").values_list("object", "school_year")
    names, years = zip(*orders, strict=True)
    removal = removal_of(catalog, held.district_id, held.resync_id, names, years)
    with control.connection.cursor() as cursor, alone_at_district(control.connection, held.district_id) as holder:
        allowed = replace(limits(cursor), approved=approved, withheld=states.keys() - approved)
        removed = remove(cursor, holder, removal, allowed, decision=held.id)
        settle_removed(cursor, removal, removed)
    return sum(removed.rows.values())


def _still_there(held: models.HeldRemoval) -> None:
    """PlanError where the rows went on another server, and the hub's database was lost before it could say so."""
    with at_district(control.connection, held.district_id) as holder:
        if removal_was_done(control.connection, holder, held.district_id, held.resync_id, held.id):
            raise PlanError(
                f"Held removal {held.id} was approved before, and the hub's database was lost in that moment. "
                "They are gone: approve it again, and it is noted."
            )


def _said(held: models.HeldRemoval) -> str:
    if held.state == "discarded":
        leftovers = "1 leftover" if held.rows == 1 else f"{held.rows:,} leftovers"
        return f"The removal of {leftovers} of {held.object} is discarded. Nothing was removed."
    rows = "1 row was" if held.removed == 1 else f"{held.removed or 0:,} rows were"
    return f"The removal of leftovers of {held.object} is approved: {rows} removed."


def _tell_asker(held: models.HeldRemoval, by: str, said: str) -> None:
    asker = held.resync.asked_by_person
    if asker is not None and asker.is_active and belongs(asker, held.district_id):
        name = "Removal Approved" if held.state == "approved" else "Removal Discarded"
        text = f"{held.district.name}: {said} Decided by {by}."
        tell([asker], PROCESS, name, text, district=held.district_id, address=_address(held), by_mail=True)


@database_errors()
def tell_of_held() -> int:
    """Tell those who may approve of the removals that were held since; returns how many."""
    told = 0
    while told < _AT_ONCE and _tell_of_one():
        told += 1
    return told


def _tell_of_one() -> bool:
    with transaction.atomic():
        rows = models.HeldRemoval.objects.select_for_update(skip_locked=True, of=("self",))
        held = rows.select_related("resync", "district").filter(state="waiting", told_at=None).order_by("id").first()
        if held is None:
            return False
        year = "" if held.school_year is None else f", {year_name(held.school_year)}"
        text = (
            f"{held.district.name}{year}: resync {held.resync_id}, which {held.resync.asked_by} asked for, would "
            f"remove {held.rows:,} of {held.rows_before:,} rows of {held.object}"
        )
        text += "." if held.school is None else f", {held.school_rows:,} of {held.school_rows_before:,} of one school."
        people = people_with("leftovers.approve", held.district_id)
        name = "Removal Waits for Approval"
        tell(people, PROCESS, name, text, district=held.district_id, address=_address(held), by_mail=True)
        held.told_at = Now()
        held.save(update_fields=["told_at"])
    return True


def _address(held: models.HeldRemoval) -> str:
    return reverse("leftovers", kwargs={"district": held.district_id})
