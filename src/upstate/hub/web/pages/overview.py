"""A district's first page: how its objects stand, and what holds records back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.reports import summed_outlook
from upstate.hub.rights import may
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_watching import glance
from upstate.hub.web.pages.errors_roots import ranked_roots
from upstate.hub.web.request import Request
from upstate.hub.web.standing import ORDER
from upstate.hub.web.state import state_connection

_MOST_ROOTS = 5


@needs("batch.view")
def overview(request: Request, district: District) -> HttpResponse:
    """Of each colour so many objects, and the problems that hold back most."""
    catalog = catalog_in_force()
    rows = [row for row in glance(district, request.year, request.user).rows if not row.line.why_not]
    by_status = Counter(row.status for row in rows)
    context: dict[str, Any] = {
        "last": max((row.last.started for row in rows if row.last is not None), default=None),
        "own_year": request.year == district.zone.school_year,
        "colours": [(status, by_status[status]) for status in ORDER],
    }
    if may(request.user, "errors.view", district.id):
        with state_connection() as connection:
            context["problems"] = ranked_roots(connection, catalog, district, "failed", None).rows[:_MOST_ROOTS]
            context["totals"] = summed_outlook(connection, district.id)
    return render(request, "hub/overview.html", context)
