"""Verification Summary (State): of each district whether it agrees with the state, and comparing some of them now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.districts import ever_sent, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Person, Verification, Zone
from upstate.hub.rights import may
from upstate.hub.state_settings import is_on
from upstate.hub.verification_result import Result
from upstate.hub.verifications import place_verification
from upstate.hub.verified import results
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.planning import make_plan, year_name


@dataclass(frozen=True, slots=True)
class Line:
    """A district with its last verification of its current year that has ended; `waits`: another has not ended."""

    district: District
    last: Result | None
    waits: bool


@require_GET
@needs("verifications.view", where="state")
def verifications_of_state(request: Request) -> HttpResponse:
    """Every district with what its last verification said."""
    context = {
        "lines": _lines(District.objects.select_related("zone").filter(zone__isnull=False).order_by("name")),
        "may_place": may(request.user, "verifications.run", None),
        "is_on": is_on("state_verifies"),
    }
    return render(request, "hub/verifications_of_state.html", context)


@require_POST
@needs("verifications.run", where="state")
def verifications_place(request: Request) -> HttpResponse:
    """Compare all objects of the marked districts, each in its current year; they run in the background."""
    if not is_on("state_verifies"):
        raise PermissionDenied("verifications.run")
    asked = request.POST.getlist("district")
    numbers = {int(each) for each in asked if each.isascii() and each.isdigit() and len(each) < 10}
    chosen = list(District.objects.select_related("zone").filter(id__in=numbers, zone__isnull=False).order_by("name"))
    if not chosen:
        messages.warning(request, "Mark the districts that are to be compared.")
        return redirect("verifications_of_state")
    catalog, placed = catalog_in_force(), 0
    for district in chosen:
        try:
            placed += _place(catalog, district, request.user)
        except PlanError as error:
            messages.warning(request, f"{district.name} is not compared: {error.message}")
    if placed:
        said = "1 verification is" if placed == 1 else f"{placed} verifications are"
        messages.success(request, f"{said} placed and run in the background, each in its district's turn.")
    else:
        messages.info(request, "Nothing was placed: each of them waits for a verification already.")
    return redirect("verifications_of_state")


@transaction.atomic()
def _place(catalog: Catalog, district: District, person: Person) -> bool:
    """Place one, unless one waits in that district and year already. Two who ask at once come one after the other."""
    Zone.objects.select_for_update(no_key=True).get(id=district.zone.id)
    unended = Verification.objects.filter(zone=district.zone, school_year=district.zone.school_year, state="queued")
    if unended.exists():
        return False
    known = find_district(district.name)
    plan = make_plan(catalog, None, known.zone, check_dependencies=False, ever_sent=ever_sent(known))
    placed = place_verification(plan, district.zone.id, asked_by=person.name, person=person, by_state=True)
    said = f"verification {placed.id}: {len(plan.steps)} objects, {year_name(plan.school_year)}, for the state"
    audit(person, "asked for a verification", district, said)
    return True


def _lines(districts: Iterable[District]) -> list[Line]:
    districts = list(districts)
    rows = Verification.objects.filter(zone__in=[each.zone.id for each in districts])
    newest = rows.filter(state__in=("finished", "failed")).order_by("zone", "school_year", "-id")
    last = {(each.row.zone_id, each.row.school_year): each for each in results(newest.distinct("zone", "school_year"))}
    waiting = set(rows.filter(state__in=("queued", "running")).values_list("zone", "school_year"))
    return [
        Line(each, last.get((each.zone.id, each.zone.school_year)), (each.zone.id, each.zone.school_year) in waiting)
        for each in districts
    ]
