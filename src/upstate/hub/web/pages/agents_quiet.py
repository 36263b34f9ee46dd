"""A zone's quiet hours: the district's own, and, for who may, the state's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.holding import quiet
from upstate.hub.models import District, Zone
from upstate.hub.rights import may
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.planning.quiet import check_time_zone, parse_quiet

_EXAMPLE = "As in: mon-fri 07:30-16:00; sat 08:00-12:00. Empty: none."


class QuietForm(Form):
    """The hours in which no order is handed out; what someone may not change is shown and not taken."""

    time_zone = forms.CharField(label="Time zone", max_length=60, help_text="As in America/New_York, or UTC.")
    district_quiet = forms.CharField(
        label="Quiet hours of the district", max_length=500, required=False, help_text=_EXAMPLE
    )
    state_quiet = forms.CharField(label="Quiet hours of the state", max_length=500, required=False, help_text=_EXAMPLE)

    def clean_time_zone(self) -> str:
        """A time zone that there is."""
        return _checked(check_time_zone, self.cleaned_data["time_zone"])

    def clean_district_quiet(self) -> str:
        """Hours that can be read."""
        return _hours(self.cleaned_data["district_quiet"])

    def clean_state_quiet(self) -> str:
        """Hours that can be read."""
        return _hours(self.cleaned_data["state_quiet"])


@require_GET
@needs("agents.view")
def agent_quiet(request: Request, district: District) -> HttpResponse:
    """The quiet hours as they are, for those who may, as a form."""
    return _page(request, district, _form(request, district))


def _again(request: Request, district: District) -> HttpResponse:
    return _page(request, district, _form(request, district, request.POST))


@require_POST
@needs("agents.view", again=_again)
def agent_quiet_change(request: Request, district: District) -> HttpResponse:
    """Set what this person may set."""
    form = _form(request, district, request.POST)
    changeable = [name for name, field in form.fields.items() if not field.disabled]
    if not changeable:
        raise PermissionDenied("batch.run")
    if not form.is_valid():
        return _page(request, district, form, status=400)
    with transaction.atomic():
        zone = Zone.objects.select_for_update().get(pk=district.zone.id)
        changed = [name for name in changeable if getattr(zone, name) != form.cleaned_data[name]]
        for name in changed:
            setattr(zone, name, form.cleaned_data[name])
        if changed:
            zone.save(update_fields=changed)
            said = "; ".join(f"{name.replace('_', ' ')}: {form.cleaned_data[name] or 'none'}" for name in changed)
            audit(request.user, "changed quiet hours", district, said)
    messages.success(request, "The quiet hours are saved." if changed else "Nothing was changed: it was so already.")
    return redirect("agent_quiet", district=district.id)


def _form(request: Request, district: District, data: Any = None) -> QuietForm:
    zone = district.zone
    names = ("time_zone", "district_quiet", "state_quiet")
    form = QuietForm(data, initial={name: getattr(zone, name) for name in names})
    own = may(request.user, "batch.run", district.id) or may(request.user, "agents.change", district.id)
    states = may(request.user, "zones.change", None)
    for name, allowed in zip(names, (own or states, own, states), strict=True):
        form.fields[name].disabled = not allowed
    if own and not states:
        form.fields["state_quiet"].help_text = "Only the state changes these."
    return form


def _page(request: Request, district: District, form: QuietForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "until": quiet(district.zone.id),
        "may_change": any(not field.disabled for field in form.fields.values()),
    }
    return render(request, "hub/agent_quiet.html", context, status=status)


def _hours(text: str) -> str:
    def readable(said: str) -> str:
        parse_quiet(said)
        return said

    return _checked(readable, text)


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except PlanError as error:
        raise ValidationError(error.message) from error
