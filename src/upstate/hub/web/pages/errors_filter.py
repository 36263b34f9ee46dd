"""The filter above the list of rejections, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms

from upstate.catalog import Catalog
from upstate.catalog.ways import way_to_school
from upstate.hub.models import District, Tally
from upstate.hub.rights import may
from upstate.hub.web.forms import Form
from upstate.hub.web.pages.errors_key import key_of
from upstate.hub.web.pages.errors_schools import School, schools_of
from upstate.hub.web.pages.errors_wanted import VERDICTS, Standing, Wanted
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection
from upstate.planning import year_name

Choices = Sequence[tuple[str, str]]
_STANDINGS = (("open", "Open"), ("cleared", "Cleared by hand"), ("resolved", "Resolved"))


class _Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"})


class Filter(Form):
    """What of the list is shown. Days are days in UTC."""

    standing = forms.ChoiceField(label="Standing", choices=_STANDINGS, required=False)
    object = forms.ChoiceField(label="Object", required=False)
    verdict = forms.ChoiceField(label="Verdict", required=False)
    reason = forms.ChoiceField(label="Reason", required=False)
    school_year = forms.TypedChoiceField(label="School year", required=False, coerce=int, empty_value=None)
    school = forms.ChoiceField(label="School", required=False)
    record = forms.CharField(label="Record, by its key", required=False, max_length=2000)
    root = forms.CharField(label="Root, by its key", required=False, max_length=2000)
    first_from = _Day(label="First seen from", required=False)
    first_to = _Day(label="First seen to", required=False)
    last_from = _Day(label="Last seen from", required=False)
    last_to = _Day(label="Last seen to", required=False)

    def offer(self, objects: Choices, reasons: Choices, years: Choices, schools: Sequence[School]) -> None:
        """Say what there is to choose from."""
        offered: dict[str, Choices] = {
            "object": objects,
            "verdict": [(verdict, verdict.capitalize()) for verdict in VERDICTS],
            "reason": reasons,
            "school_year": years,
            "school": [(json.dumps(school.key), school.name) for school in schools],
        }
        for name, choices in offered.items():
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", "All"), *choices]
        if not schools:
            del self.fields["school"]

    def clean(self) -> dict[str, Any]:
        """A school is looked for among the records of one object."""
        cleaned = super().clean() or {}
        if cleaned.get("school") and not cleaned.get("object"):
            self.add_error("object", "Choose the object too: a school is looked for among its records.")
        return cleaned

    def wanted(self) -> Wanted:
        """What a filter that holds asks for."""
        asked = self.cleaned_data
        return Wanted(
            standing=cast(Standing, asked["standing"] or "open"),
            object=asked["object"] or None,
            reason=asked["reason"] or None,
            verdict=asked["verdict"] or None,
            school_year=asked["school_year"],
            record=key_of(asked["record"]),
            root=key_of(asked["root"]),
            school=key_of(asked.get("school") or ""),
            first_since=_begin(asked["first_from"]),
            first_until=_begin(asked["first_to"], days=1),
            last_since=_begin(asked["last_from"]),
            last_until=_begin(asked["last_to"], days=1),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the standing is asked for."""
        return any(self.data.get(name) for name in self.fields if name != "standing")


def filter_of(request: Request, district: District, catalog: Catalog) -> Filter:
    """The filter of a request, with what there is to choose in this district."""
    asked = request.GET.copy()
    if request.year != district.zone.school_year:  # another year of the toolbar, unless the filter says otherwise
        asked.setdefault("school_year", str(request.year))
    form = Filter(asked)
    tallied = Tally.objects.filter(district=district).values_list("reason", "school_year").distinct()
    reasons = {reason for reason, _ in tallied} | {request.GET.get("reason", "")} - {""}
    year = district.zone.school_year
    years = {year - 1, year, year + 1} | {each for _, each in tallied if each is not None}
    with state_connection() as connection:
        schools = schools_of(connection, catalog, district, by_name=may(request.user, "errors.values", district.id))
    form.offer(
        [(obj.name, obj.name) for obj in sorted(catalog, key=lambda obj: obj.name)],
        [(reason, reason.replace("_", " ")) for reason in sorted(reasons)],
        [(str(each), year_name(each)) for each in sorted(years)],
        schools,
    )
    return form


def without_school(catalog: Catalog) -> tuple[str, ...]:
    """The objects whose own references lead to no school."""
    return tuple(sorted(obj.name for obj in catalog if way_to_school(catalog, obj.name) is None))


def _begin(day: date | None, days: int = 0) -> datetime | None:
    if day is None or day == date.max:  # there is no day after it, and nothing was seen on it
        return None
    return datetime.combine(day + timedelta(days=days), time(), UTC)
