"""Switching the scoped school year of districts: the checklist of each, and going on all the same with a reason."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import PlanError
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.hub.zone_years import switch_years, year_standings

_LONGEST_REASON = 500
_STEPS = {"next": 1, "back": -1}


@require_GET
@needs("zones.change", where="state")
def zones_switch(request: Request) -> HttpResponse:
    """The checklists of the chosen districts (`?district=`), and what switching their years needs."""
    to, districts = request.GET.get("to", "next"), _chosen(request.GET.getlist("district"))
    if not districts or to not in _STEPS:
        return _nothing_chosen(request)
    return _page(request, districts, to)


def _again(request: Request) -> HttpResponse:
    to, districts = request.POST.get("to", ""), _chosen(request.POST.getlist("district"))
    return _page(request, districts, to) if districts and to in _STEPS else _nothing_chosen(request)


@require_POST
@needs("zones.change", where="state", again=_again)
def zones_switched(request: Request) -> HttpResponse:
    """Switch the years of the chosen districts, all of them or none."""
    to, districts = request.POST.get("to", ""), _chosen(request.POST.getlist("district"))
    if not districts or to not in _STEPS:
        return _nothing_chosen(request)
    try:
        return _switch(request, districts, _STEPS[to])
    except PlanError as error:
        messages.error(request, f"Nothing was switched. {error.message}")
        return _page(request, districts, to, status=400)


def _nothing_chosen(request: Request) -> HttpResponse:
    messages.warning(request, "Mark the districts whose year is to be switched.")
    return redirect("zones")


def _switch(request: Request, districts: list[District], step: int) -> HttpResponse:
    reason = " ".join(request.POST.get("reason", "").split())[:_LONGEST_REASON]
    seen = {district.id: _year(request.POST.get(f"year-{district.id}", "")) for district in districts}
    switch_years(catalog_in_force(), seen, step, request.user, reason)
    names = districts[0].name if len(districts) == 1 else f"{len(districts):,} districts"
    if step > 0:
        says = f"The school year of {names} is switched. Their full resync at the start of the year is now due."
        messages.success(request, says if len(districts) > 1 else says.replace("Their", "Its"))
    else:
        messages.success(request, f"The school year of {names} is back at the one before.")
    return redirect("zone", district=districts[0].id) if len(districts) == 1 else redirect("zones")


def _page(request: Request, districts: list[District], to: str, status: int = 200) -> HttpResponse:
    standings = year_standings(catalog_in_force(), districts)
    step = _STEPS[to]
    context = {
        "standings": [(each, each.district.zone.school_year + step) for each in standings],
        "to": to,
        "blocked": [each.district.name for each in standings if each.unended],
        "missing": [each for each in standings if each.missing],
        "needs_reason": step < 0 or any(each.missing for each in standings),
        "reason": request.POST.get("reason", ""),
        "longest": _LONGEST_REASON,
    }
    return render(request, "hub/zones_switch.html", context, status=status)


def _chosen(values: Iterable[str]) -> list[District]:
    numbers = {int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 10}
    return list(District.objects.select_related("zone").filter(id__in=numbers, zone__isnull=False).order_by("name"))


def _year(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
