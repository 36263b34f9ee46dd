"""The Error Log: what must be mended first, what each of it holds back, and what policy keeps out."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.reports import summed_outlook
from upstate.hub.web.keyset import paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.errors_key import key_of
from upstate.hub.web.pages.errors_listing import rejections_listed
from upstate.hub.web.pages.errors_place import place_of_row
from upstate.hub.web.pages.errors_roots import held_by, ranked_roots, reasons_counted
from upstate.hub.web.pages.errors_wanted import Wanted
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection

_HELD_AT_ONCE = 20


@require_GET
@needs("errors.view")
def errors(request: Request, district: District) -> HttpResponse:
    """The records to be mended, ranked by what each holds back; with an object named, its rejections."""
    if request.GET.get("object"):
        return redirect(f"{reverse('errors_all', kwargs={'district': district.id})}?{request.GET.urlencode()}")
    return _ranked(request, district, "failed", "hub/errors.html")


@require_GET
@needs("errors.view")
def errors_policy(request: Request, district: District) -> HttpResponse:
    """What policy keeps out, and what it keeps out with it: nobody need mend that."""
    return _ranked(request, district, "excluded", "hub/errors_policy.html")


@require_GET
@needs("errors.view")
def errors_held(request: Request, district: District) -> HttpResponse:
    """The records of one object that hang on a root; for htmx alone, or as a page."""
    key, root_object = key_of(request.GET.get("key", "")), request.GET.get("object", "")
    held_object = request.GET.get("held") or None
    catalog, place = catalog_in_force(), place_of(request.GET)
    if key is None or root_object not in catalog or (held_object is not None and held_object not in catalog):
        raise Http404("Of which root?")
    wanted = Wanted(root=key, root_object=root_object, object=held_object)
    with state_connection() as connection:
        page = paged(
            lambda most: rejections_listed(connection, catalog, district, wanted, place, most),
            place,
            place_of_row,
            _HELD_AT_ONCE,
        )
    root = {"object": root_object, "key": key}
    context = {"page": page, "root": root, "held_object": held_object}
    if request.htmx:
        return render(request, "hub/parts/errors_held.html", context)
    held = held_by(catalog, district, root_object, key)
    return render(request, "hub/errors_held.html", {**context, "held": held})


def _ranked(request: Request, district: District, verdict: str, template: str) -> HttpResponse:
    place = place_of(request.GET)
    with state_connection() as connection:
        page = ranked_roots(connection, catalog_in_force(), district, verdict, place)
        totals = summed_outlook(connection, district.id)
    counts = reasons_counted(district, verdict)
    return render(request, template, {"page": page, "totals": totals, "counts": counts, "verdict": verdict})
