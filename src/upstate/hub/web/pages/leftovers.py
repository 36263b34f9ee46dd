"""Leftovers: what the state holds that a district has no more, by object and by key, and removals that wait."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import ConfigError, PlanError
from upstate.hub.approving import DECISIONS, decide
from upstate.hub.in_force import catalog_in_force
from upstate.hub.leftovers import HeldRemoval, held_removals, left_over, left_over_of, years_left_over
from upstate.hub.models import District
from upstate.hub.rights import RIGHTS, may
from upstate.hub.state_settings import percents
from upstate.hub.web.forms import Form
from upstate.hub.web.keyset import Place, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection

_ON_A_PAGE: Final = 50
_DECIDED: Final = 20  # of those that wait no more


class Deciding(Form):
    """Why a removal is approved or discarded: whoever looks for the rows later wants to know."""

    why = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="It goes to the audit list, with your name.",
        error_messages={"required": "Say why: whoever looks for the rows later wants to know."},
    )


@require_GET
@needs("leftovers.view")
def leftovers(request: Request, district: District) -> HttpResponse:
    """By object, whatever the school year, with what hangs on them; and the removals that wait, or waited."""
    return _page(request, district)


@require_GET
@needs("leftovers.view")
def leftovers_of(request: Request, district: District, which: str) -> HttpResponse:
    """The leftovers of an object by key, page by page, each with what hangs on it."""
    catalog = catalog_in_force()
    if which not in catalog:
        raise Http404("There is no such object.")
    place = place_of(request.GET)
    after = _after(place)
    with state_connection() as connection:
        years = years_left_over(connection, district.id, which)
        year = _year(request.GET.get("of", ""), years)
        page = paged(
            lambda most: left_over_of(connection, catalog, district.id, which, year, after=after, most=most),
            place,
            lambda row: (row.id,),
            _ON_A_PAGE,
        )
    others = [each for each in years if each != year]
    context = {"object": which, "of_year": year, "other_years": others, "page": page}
    return render(request, "hub/leftovers_of.html", context)


def _again(request: Request, district: District, number: int) -> HttpResponse:
    return _page(request, district, {number: _deciding(number, request.POST)})


@require_POST
@needs("leftovers.view", again=_again)
def leftovers_decide(request: Request, district: District, number: int) -> HttpResponse:
    """Approve a removal that waits, or discard it."""
    if not may(request.user, "leftovers.approve", district.id):
        raise PermissionDenied(f"Your roles do not include the right to {RIGHTS['leftovers.approve'].says}.")
    with state_connection() as connection:
        if not held_removals(connection, district.id, number=number):
            raise Http404("There is no such removal.")
    decision = next((each for each in DECISIONS if each == request.POST.get("decision")), None)
    form = _deciding(number, request.POST)
    if decision is None or not form.is_valid():
        return _page(request, district, {number: form}, status=400)
    try:
        why, user = form.cleaned_data["why"], request.user
        said = decide(catalog_in_force(), district.id, number, decision, why, by=user.name, person=user)
        messages.success(request, said)
    except (PlanError, ConfigError) as error:
        messages.warning(request, error.message)
    return redirect("leftovers", district=district.id)


def _page(
    request: Request, district: District, bound: dict[int, Deciding] | None = None, status: int = 200
) -> HttpResponse:
    with state_connection() as connection:
        objects = left_over(connection, catalog_in_force(), district.id)
        held = held_removals(connection, district.id)
    decides = may(request.user, "leftovers.approve", district.id)
    context: dict[str, Any] = {
        "objects": objects,
        "total": sum(each.leftovers for each in objects),
        "waiting": [(each, _form(each, bound or {}) if decides else None) for each in held if each.state == "waiting"],
        "decided": [each for each in held if each.state != "waiting"][:_DECIDED],
        "percents": [value for _, value in percents()],
    }
    return render(request, "hub/leftovers.html", context, status=status)


def _form(held: HeldRemoval, bound: dict[int, Deciding]) -> Deciding:
    return bound.get(held.id) or _deciding(held.id)


def _deciding(number: int, data: Any = None) -> Deciding:
    """A form whose field has an id of its own, as several may stand on the page."""
    return Deciding(data, auto_id=f"{number}-%s")


def _after(place: Place | None) -> int:
    """The id that a page starts past. The list goes on only; its start is the way back."""
    if place is None:
        return 0
    if place.back or len(place.beyond) != 1 or type(place.beyond[0]) is not int or not 0 <= place.beyond[0] < 2**63:
        raise SuspiciousOperation("The place in this list cannot be read.")
    return int(place.beyond[0])


def _year(text: str, years: tuple[int | None, ...]) -> int | None:
    """The year that the address names, else the newest that has any; None: the object is bound to no year."""
    named = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None
    return named if named in years and named is not None else next((each for each in years if each is not None), None)
