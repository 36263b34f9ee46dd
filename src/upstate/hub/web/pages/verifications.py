"""Verification Summary: start one, watch it, every one there was, and two of them compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.districts import planning_zone
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Verification, Zone
from upstate.hub.verification_gate import Start, may_verify
from upstate.hub.verification_result import Result
from upstate.hub.verifications import place_verification
from upstate.hub.verified import results, verifications_of
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_choice import Choice, Chosen, plan_choice
from upstate.hub.web.pages.verification_comparison import compare
from upstate.hub.web.request import Request
from upstate.planning import offered, year_name


@require_GET
@needs("verification.view")
def verifications(request: Request, district: District) -> HttpResponse:
    """What the last one says, a form to start one, what runs, and every one there was, the newest first."""
    return _page(request, district)


@require_GET
@needs("verification.view")
def verifications_live(request: Request, district: District) -> HttpResponse:
    """How those that have not ended go; the page is asked for anew (HX-Refresh) once another one has."""
    unended = _unended(district, request.year)
    answer = render(request, "hub/verifications_live.html", {"unended": unended, "seen": _seen(unended)})
    answer["Cache-Control"] = "no-store"
    if request.GET.get("seen", "") != _seen(unended):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs("verification.view")
def verification_start(request: Request, district: District) -> HttpResponse:
    """Place a verification of the marked objects, or all; it runs in the background."""
    start = may_verify(request.user, district.id)
    if not start.has_right:
        raise PermissionDenied(start.why_not)
    if start.why_not:
        messages.error(request, f"Nothing was started. {start.why_not}")
        return _page(request, district, status=403)
    form = request.POST.copy()
    form["check"] = "0"  # what is compared is what was marked
    try:
        chosen = plan_choice(Choice.of(form), district, request.year)
    except PlanError as error:
        messages.error(request, f"Nothing was started. {error.message}")
        return _page(request, district, status=400)
    messages.success(request, _place(request, district, chosen, start))
    return _back(request, district)


@require_GET
@needs("verification.view")
def verification_compare(request: Request, district: District) -> HttpResponse:
    """Two of them, object by object; without exactly two, back to where one chooses them."""
    asked = request.GET.getlist("verification")
    numbers = sorted({int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 19})
    if len(numbers) != 2:
        messages.warning(request, "Mark exactly two verifications to compare them.")
        return _back(request, district)
    sides = results(verifications_of(district.zone.id).filter(id__in=numbers).order_by("id"))
    if len(sides) != 2:
        raise Http404("There is no such verification.")
    older, newer = sides
    pairs = compare(older, newer)
    context = {
        "older": older,
        "newer": newer,
        "sides": sides,
        "pairs": pairs,
        "changed": sum(not pair.same for pair in pairs),
    }
    return render(request, "hub/verification_compare.html", context)


def _page(request: Request, district: District, status: int = 200) -> HttpResponse:
    place = place_of(request.GET)
    rows = verifications_of(district.zone.id).exclude(state__in=("queued", "running"))
    page = paged(lambda most: newest_first(rows, place)[:most], place, lambda row: (row.id,))
    ended = results(page.rows)
    last = next((each for each in ended if each.row.school_year == request.year), None) if place is None else None
    start = may_verify(request.user, district.id)
    unended = _unended(district, request.year)
    names = offered(catalog_in_force(), planning_zone(district), request.year) if not start.why_not else ()
    context: dict[str, Any] = {
        "page": page,
        "ended": ended,
        "last": last,
        "start": start,
        "names": names,
        "unended": unended,
        "seen": _seen(unended),
    }
    return render(request, "hub/verifications.html", context, status=status)


def _place(request: Request, district: District, chosen: Chosen, start: Start) -> str:
    """Place it and note who did; returns what to say. The same, asked for while it waits, is not placed twice."""
    plan, person = chosen.plan, request.user
    with transaction.atomic():
        Zone.objects.select_for_update(no_key=True).get(id=district.zone.id)
        waiting = Verification.objects.filter(
            zone=district.zone, school_year=plan.school_year, state="queued", objects_in_order=list(plan.objects)
        ).first()
        if waiting is not None:
            return f"Verification {waiting.id} of just that waits already; it was not placed a second time."
        placed = place_verification(
            plan, district.zone.id, asked_by=person.name, person=person, by_state=start.by_state
        )
        objects = "1 object" if len(plan.steps) == 1 else f"{len(plan.steps)} objects"
        said = f"verification {placed.id}: {objects}, {year_name(plan.school_year)}"
        audit(person, "asked for a verification", district, said)
    return f"Verification {placed.id} of {objects} is placed and runs by itself. You need not stay on this page."


def _unended(district: District, year: int) -> list[Result]:
    rows = verifications_of(district.zone.id).filter(school_year=year, state__in=("queued", "running"))
    return results(rows.order_by("id"))


def _seen(unended: list[Result]) -> str:
    return "-".join(str(each.row.id) for each in unended)


def _back(request: Request, district: District) -> HttpResponse:
    address = reverse("verifications", kwargs={"district": district.id})
    return redirect(address if request.year == district.zone.school_year else f"{address}?year={request.year}")
