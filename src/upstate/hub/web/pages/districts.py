"""Where one starts: the districts a person may see, and how each stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.rights import districts_where, may
from upstate.hub.web.home import home_district
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.hub.web.standing import standing_of_districts


@needs(None)
def home(request: Request) -> HttpResponse:
    """To the one district someone belongs to, or to the list where there are several."""
    home = home_district(request.user)
    if home is not None and may(request.user, "batch.view", home.id):
        return redirect("overview", district=home.id)
    return redirect("districts")


@needs(None)
def districts(request: Request) -> HttpResponse:
    """The districts one may see, each with its school year and how its objects stand."""
    mine = districts_where(request.user, "batch.view")
    rows = District.objects.select_related("zone").filter(zone__isnull=False).order_by("name")
    if mine is not None:
        rows = rows.filter(id__in=mine)
    standing = standing_of_districts(catalog_in_force(), rows)
    listed = [(district, standing.get(district.id)) for district in rows]
    return render(request, "hub/districts.html", {"listed": listed})
