"""Process Alerts: what someone was told, to be filtered and deleted; a name leads to the page it is about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from upstate.hub.models import Alert
from upstate.hub.rights import districts_where
from upstate.hub.web.forms import Form
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request


class Filter(Form):
    """What of the list is shown."""

    process = forms.ChoiceField(required=False)
    name = forms.CharField(required=False)
    since = forms.DateField(label="Posted from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, processes: list[str], **values: object) -> None:
        super().__init__(*args, **values)
        self.fields["process"].choices = [("", "All"), *((each, each) for each in processes)]  # type: ignore[attr-defined]


@require_GET
@needs("alerts.view", where="anywhere")
def alerts(request: Request) -> HttpResponse:
    """One's own alerts, newest first."""
    mine = _mine(request)
    processes = sorted(mine.values_list("process", flat=True).distinct())
    form = Filter(request.GET, processes=processes)
    rows = _narrowed(mine, form.cleaned_data) if form.is_valid() else mine
    place = place_of(request.GET)
    page = paged(lambda most: newest_first(rows, place)[:most], place, lambda alert: (alert.id,))
    context = {
        "page": page,
        "form": form,
        "any": bool(processes),
        "may_delete": districts_where(request.user, "alerts.delete") != frozenset(),
    }
    return render(request, "hub/alerts.html", context)


@require_POST
@needs("alerts.delete", where="anywhere")
def alerts_delete(request: Request) -> HttpResponse:
    """Delete the chosen ones of one's own; whatever else a form names is left alone."""
    chosen = [
        int(each) for each in request.POST.getlist("alert") if each.isascii() and each.isdigit() and len(each) < 19
    ]
    deleted, _ = _mine(request).filter(id__in=chosen).delete()
    if deleted:
        messages.success(request, f"{deleted:,} alert{'' if deleted == 1 else 's'} deleted.")
    else:
        messages.info(request, "Nothing was deleted: mark the alerts first.")
    back = request.POST.get("back", "")
    here = reverse("alerts")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}) and back.partition("?")[0] == here
    return redirect(back if safe else here)


def _mine(request: Request) -> QuerySet[Alert]:
    """A person's alerts, less those of districts in which they may no longer see any."""
    mine = Alert.objects.filter(person=request.user).select_related("district")
    districts = districts_where(request.user, "alerts.view")
    return mine if districts is None else mine.filter(Q(district=None) | Q(district__in=districts))


def _narrowed(rows: QuerySet[Alert], wanted: dict[str, Any]) -> QuerySet[Alert]:
    if wanted["process"]:
        rows = rows.filter(process=wanted["process"])
    if wanted["name"]:
        rows = rows.filter(name__icontains=wanted["name"])
    if wanted["since"]:
        rows = rows.filter(posted_at__date__gte=wanted["since"])
    if wanted["until"]:
        rows = rows.filter(posted_at__date__lte=wanted["until"])
    return rows
