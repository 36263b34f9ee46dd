"""The audit list: who did what, newest first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from upstate.hub.models import AuditEntry, District
from upstate.hub.rights import districts_where
from upstate.hub.web.forms import Form
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request


class Filter(Form):
    """What of the list is shown."""

    text = forms.CharField(label="Who, what or which", required=False)
    district = forms.ModelChoiceField(District.objects.none(), required=False, empty_label="All")
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@needs("people.view", where="anywhere")
def audit(request: Request) -> HttpResponse:
    """The entries of the districts in which one may see people; for the state, all of them."""
    mine = districts_where(request.user, "people.view")
    form = Filter(request.GET)
    known = District.objects.order_by("name")
    form.fields["district"].queryset = known if mine is None else known.filter(id__in=mine)  # type: ignore[attr-defined]
    entries = AuditEntry.objects.all() if mine is None else AuditEntry.objects.filter(district_id__in=mine)
    if form.is_valid():
        entries = _narrowed(entries, form.cleaned_data)
    place = place_of(request.GET)
    page = paged(lambda most: newest_first(entries, place)[:most], place, lambda entry: (entry.id,))
    return render(request, "hub/audit.html", {"page": page, "form": form})


def _narrowed(entries: QuerySet[AuditEntry], wanted: dict[str, Any]) -> QuerySet[AuditEntry]:
    if text := wanted["text"]:
        entries = entries.filter(Q(who__icontains=text) | Q(action__icontains=text) | Q(subject__icontains=text))
    if wanted["district"]:
        entries = entries.filter(district=wanted["district"])
    if wanted["since"]:
        entries = entries.filter(at__date__gte=wanted["since"])
    if wanted["until"]:
        entries = entries.filter(at__date__lte=wanted["until"])
    return entries
