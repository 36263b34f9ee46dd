"""Pausing, resuming and cancelling a resync, from its page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from upstate.errors import PlanError
from upstate.hub.holding import WISHES, hold_resync, may_cancel
from upstate.hub.models import District, Person, Resync
from upstate.hub.rights import may
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request


@require_POST
@needs("batch.view")
def history_hold(request: Request, district: District, resync: int) -> HttpResponse:
    """Do with a resync as the button says."""
    if not may_hold(request.user, district):
        raise PermissionDenied("batch.run")
    wish = next((each for each in WISHES if each == request.POST.get("wish")), None)
    try:
        if wish is None:
            raise PlanError("This is not what a button here sends. Reload the page and try again.")
        messages.success(request, hold_resync(district, resync, wish, by=request.user.name, person=request.user))
    except PlanError as error:
        messages.warning(request, error.message)
    return redirect("history_run", district=district.id, resync=resync)


def may_hold(person: Person, district: District) -> bool:
    """Whether someone may pause and resume resyncs there: who sends them, and who asks for them."""
    return may(person, "batch.run", district.id) or may(person, "requests.place", None)


def buttons_of(person: Person, district: District, run: Resync) -> dict[str, bool]:
    """Which buttons a run's page has."""
    going = run.state in ("queued", "running") and run.hold != "cancelled" and may_hold(person, district)
    return {
        "may_pause": going and not run.hold,
        "may_resume": going and run.hold == "paused",
        "may_cancel": going and may_cancel(person, run.id),
    }
