"""One Selective Sync: which records were asked for, which of them are not there, how it goes and what came of it."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Resync
from upstate.hub.rights import may
from upstate.hub.selections import lacking_counts, lacking_of
from upstate.hub.templatetags.wording import key_text
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.history_runs import object_lines, run_lines
from upstate.hub.web.pages.history_some import met_by, told_of
from upstate.hub.web.pages.selective_lines import selections_of
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection

_SHOWN: Final = 200


@require_GET
@needs("selective.view")
def selective_run(request: Request, district: District, resync: int) -> HttpResponse:
    """One of them; while it runs, the page asks for itself again."""
    found = selections_of(district.zone.id).filter(resync_id=resync).first() if resync < 2**63 else None
    if found is None:
        raise Http404("There is no such selective sync.")
    (line,) = run_lines([found.resync], request.user)
    every = object_lines(resync)
    objects = told_of(line, every)
    followers = run_lines(Resync.objects.filter(follows=resync).order_by("id"), request.user)
    moving = not all(each.resync.finished_at for each in (line, *followers))
    missing = lacking_of(resync)
    context: dict[str, Any] = {
        "line": line,
        "selection": found,
        "asked": [key_text(key) for key in found.asked[:_SHOWN]],
        "more": max(0, len(found.asked) - _SHOWN),
        "missing": missing[:_SHOWN],
        "missing_count": lacking_counts([resync]).get(resync),
        "missing_more": max(0, len(missing) - _SHOWN),
        "objects": objects,
        "nothing_of": len(every) - len(objects),
        "followers": followers,
        "moving": moving,
    }
    if not moving and may(request.user, "errors.view", district.id):
        with state_connection() as connection:
            context["met"] = met_by(connection, catalog_in_force(), district, line, every, None)
    answer = render(request, "hub/selective_run.html", context)
    if moving:
        answer["Cache-Control"] = "no-store"
    return answer
