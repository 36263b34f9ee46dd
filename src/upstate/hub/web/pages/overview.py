"""A district's first page: how its objects stand, and what holds records back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from upstate.hub.models import District
from upstate.hub.reports import summed_outlook
from upstate.hub.rights import may
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_catalog import current_catalog
from upstate.hub.web.pages.errors_roots import ranked_roots
from upstate.hub.web.request import Request
from upstate.hub.web.standing import Standing, standing_of_districts
from upstate.hub.web.state import state_connection
from upstate.planning import Status

_MOST_ROOTS = 5


@needs("batch.view")
def overview(request: Request, district: District) -> HttpResponse:
    """Of each colour so many objects, and the problems that hold back most."""
    catalog = current_catalog()
    standing = standing_of_districts(catalog, [district]).get(district.id, Standing())
    context: dict[str, Any] = {"standing": standing}
    if may(request.user, "errors.view", district.id):
        with state_connection() as connection:
            context["problems"] = ranked_roots(connection, catalog, district, "failed", None).rows[:_MOST_ROOTS]
            context["totals"] = summed_outlook(connection, district.id)
    colours = (Status.RED, Status.YELLOW, Status.GREEN, Status.GRAY)
    context["colours"] = [(status, standing.by_status.get(status, 0)) for status in colours]
    return render(request, "hub/overview.html", context)
