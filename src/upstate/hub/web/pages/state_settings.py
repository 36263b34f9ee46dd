"""State settings: what the state switches on and off for all its districts."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import ConfigError
from upstate.hub.state_settings import percents, set_percents, set_switches, switches
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request


@require_GET
@needs("zones.view", where="state")
def state_settings(request: Request) -> HttpResponse:
    """Every switch and every share, for those who may as a form."""
    return render(request, "hub/state_settings.html", {"switches": switches(), "percents": percents()})


def _as_sent(request: Request, status: int = 200) -> HttpResponse:
    on = request.POST.getlist("on")
    context = {
        "switches": [(each, each.name in on) for each, _ in switches()],
        "percents": [(each, request.POST.get(each.name, kept)) for each, kept in percents()],
    }
    return render(request, "hub/state_settings.html", context, status=status)


@require_POST
@needs("zones.change", where="state", again=_as_sent)
def state_settings_change(request: Request) -> HttpResponse:
    """Set the switches and shares as the form says; only those that were on it."""
    on, there = set(request.POST.getlist("on")), set(request.POST.getlist("there"))
    typed = {each.name: request.POST[each.name] for each, _ in percents() if each.name in request.POST}
    try:
        with transaction.atomic():
            wanted = {each.name: each.name in on for each, _ in switches() if each.name in there}
            lines = (*set_switches(wanted, request.user), *set_percents(typed, request.user))
    except ConfigError as error:
        messages.error(request, f"Nothing was changed. {error.message}")
        return _as_sent(request, status=400)
    if lines:
        messages.success(request, f"Changed. {'; '.join(lines)}.")
    else:
        messages.info(request, "Nothing was changed: it was so already.")
    return redirect("state_settings")
