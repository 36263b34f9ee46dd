"""The state at a glance: every district and object with its status, each leading to where it can be seen closer."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.matrix_table import matrix_of
from upstate.hub.web.request import Request
from upstate.hub.web.standing import ORDER
from upstate.planning import Status


class Filter(Form):
    """Which districts are shown."""

    name = forms.CharField(label="District", required=False)
    edition = forms.ChoiceField(required=False)
    status = forms.ChoiceField(
        label="With an object that is",
        required=False,
        choices=[("", "Any"), *((each.value, each.word) for each in ORDER)],
    )

    def __init__(self, *args: object, editions: list[str], **values: object) -> None:
        super().__init__(*args, **values)
        self.fields["edition"].choices = [("", "All"), *((each, each) for each in editions)]  # type: ignore[attr-defined]


@require_GET
@needs("requests.view", where="state")
def matrix(request: Request) -> HttpResponse:
    """The matrix of the districts that the filter lets through; a filter that cannot be read lets all through."""
    catalog = catalog_in_force()
    form = Filter(request.GET, editions=sorted(catalog.editions))
    districts = District.objects.select_related("zone").filter(zone__isnull=False).order_by("name")
    status: Status | None = None
    if form.is_valid():
        said = form.cleaned_data
        districts = districts.filter(name__icontains=said["name"])
        if said["edition"]:
            districts = districts.filter(zone__edition=said["edition"])
        status = Status(said["status"]) if said["status"] else None
    return render(request, "hub/matrix.html", {"form": form, "matrix": matrix_of(catalog, districts, status)})
