"""Zones: of each district its scoped year, edition and switches, and what it may send for the years beside its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from upstate.catalog import Catalog
from upstate.errors import PlanError
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, YearSwitch
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request
from upstate.hub.zone_years import year_standings
from upstate.hub.zones import ZoneSettings, change_zone, year_bound


class ZoneForm(Form):
    """A zone's settings. `seen` are those the form was drawn with, so that nobody undoes another's change unawares."""

    edition = forms.ChoiceField(required=False, help_text="Decides which objects the district is offered.")
    switches = forms.MultipleChoiceField(
        required=False, label="Switched on", widget=forms.CheckboxSelectMultiple(), choices=()
    )
    previous_year = forms.MultipleChoiceField(required=False)
    next_year = forms.MultipleChoiceField(required=False)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, catalog: Catalog, settings: ZoneSettings, **values: Any) -> None:
        initial = {
            "edition": settings.edition or "",
            "switches": sorted(settings.switches),
            "previous_year": sorted(settings.previous_year),
            "next_year": sorted(settings.next_year),
            "seen": _told(settings),
        }
        super().__init__(*args, initial=initial, **values)
        self.bound_objects = year_bound(catalog, settings.edition, settings.switches)
        objects = [(name, name) for name in self.bound_objects]
        editions = [("", "none"), *((name, name) for name in sorted(catalog.editions))]
        self._offer("edition", editions)
        self._offer("switches", [(name, name.replace("_", " ").capitalize()) for name in sorted(catalog.switches)])
        self._offer("previous_year", objects)
        self._offer("next_year", objects)

    def _offer(self, field: str, choices: list[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> ZoneSettings:
        """The settings as they should be, once the form is valid."""
        said = self.cleaned_data
        return ZoneSettings(
            said["edition"] or None,
            frozenset(said["switches"]),
            frozenset(said["previous_year"]),
            frozenset(said["next_year"]),
        )

    def rows(self) -> list[tuple[str, bool, bool]]:
        """Each object that is tied to a year, and whether it is on for the previous and for the next one."""
        before, after = set(self["previous_year"].value() or ()), set(self["next_year"].value() or ())
        return [(name, name in before, name in after) for name in self.bound_objects]


@require_GET
@needs("zones.view", where="state")
def zones(request: Request) -> HttpResponse:
    """Every zone, and where it stands in its year."""
    districts = list(District.objects.select_related("zone").filter(zone__isnull=False).order_by("name"))
    standings = year_standings(catalog_in_force(), districts)
    due = [each for each in standings if each.start_due]
    return render(request, "hub/zones.html", {"standings": standings, "due": due})


@require_GET
@needs("zones.view", where="state")
def zone(request: Request, district: int) -> HttpResponse:
    """One zone: its year's checklist, its switches of year, and its settings, for those who may, as a form."""
    catalog, found = catalog_in_force(), _found(district)
    return _page(request, catalog, found, ZoneForm(catalog=catalog, settings=ZoneSettings.of(found.zone)))


def _again(request: Request, district: int) -> HttpResponse:
    catalog, found = catalog_in_force(), _found(district)
    form = ZoneForm(request.POST, catalog=catalog, settings=ZoneSettings.of(found.zone))
    return _page(request, catalog, found, form)


@require_POST
@needs("zones.change", where="state", again=_again)
def zone_change(request: Request, district: int) -> HttpResponse:
    """Set a zone as the form says."""
    catalog, found = catalog_in_force(), _found(district)
    settings = ZoneSettings.of(found.zone)
    form = ZoneForm(request.POST, catalog=catalog, settings=settings)
    if form.data.get("seen") != _told(settings):
        messages.warning(request, f"Someone changed {found.name} meanwhile, so nothing was done. Look and try again.")
        return redirect("zone", district=found.id)
    if not form.is_valid():
        return _page(request, catalog, found, form, status=400)
    try:
        lines = change_zone(catalog, found, settings, form.wanted(), request.user)
    except PlanError as error:
        form.add_error(None, error.message)
        return _page(request, catalog, found, form, status=400)
    if lines:
        messages.success(request, f"{found.name} is changed: {'; '.join(lines)}.")
    else:
        messages.info(request, "Nothing was changed: it was so already.")
    return redirect("zone", district=found.id)


def _found(district: int) -> District:
    found = District.objects.select_related("zone").filter(id=district, zone__isnull=False).first()
    if found is None:
        raise Http404("There is no such district.")
    return found


def _page(request: Request, catalog: Catalog, district: District, form: ZoneForm, status: int = 200) -> HttpResponse:
    context = {
        "zoned": district,
        "form": form,
        "standing": year_standings(catalog, [district])[0],
        "switches": YearSwitch.objects.filter(zone=district.zone).order_by("-at")[:10],
    }
    return render(request, "hub/zone.html", context, status=status)


def _told(settings: ZoneSettings) -> str:
    """The settings as one text, for a form to carry."""
    parts = (settings.switches, settings.previous_year, settings.next_year)
    return "|".join([settings.edition or "", *(",".join(sorted(part)) for part in parts)])
