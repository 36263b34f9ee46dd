"""One verification: how it goes and what it found, the differences of an object by key, and both as CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.hub.auditing import audit
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, VerifiedDifference
from upstate.hub.rights import may
from upstate.hub.verification_result import ObjectResult, Result
from upstate.hub.verified import differences_of, results, verifications_of
from upstate.hub.web.forms import Form
from upstate.hub.web.keyset import Place, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.verification_values import both_ends
from upstate.hub.web.request import Request
from upstate.hub.web.spreadsheet import csv_answer
from upstate.loading.verifying import KINDS

_ON_A_PAGE: Final = 50
_ON_A_PAGE_OF_VALUES: Final = 10  # each is asked for at both ends
_KINDS: Final = (
    ("", "Any"),
    ("district_only", "District only"),
    ("state_only", "State only"),
    ("different", "Different"),
    ("duplicates", "Duplicates"),
)
_OBJECTS_CSV: Final = (
    "verification", "school_year", "object", "result", "district_count", "state_count", *KINDS, "expected", "seconds",
    "message",
)  # fmt: skip
_DIFFERENCES_CSV: Final = ("verification", "object", "kind", "key", "columns", "owners", "expected")


class Filter(Form):
    """Which differences are listed."""

    kind = forms.ChoiceField(required=False, choices=_KINDS)
    expected = forms.ChoiceField(
        label="As expected", required=False, choices=(("", "Any"), ("0", "No"), ("1", "Yes, with why"))
    )


@require_GET
@needs("verification.view")
def verification(request: Request, district: District, number: int) -> HttpResponse:
    """What one found, object by object, and whether a resync is needed."""
    result = _found(district, number)
    before = verifications_of(district.zone.id).filter(
        id__lt=number, school_year=result.row.school_year, state__in=("finished", "failed")
    )
    context = {"result": result, "before": before.order_by("-id").values_list("id", flat=True).first()}
    return render(request, "hub/verification.html", context)


@require_GET
@needs("verification.view")
def verification_live(request: Request, district: District, number: int) -> HttpResponse:
    """The objects of one that runs, as they are now; the page is asked for anew (HX-Refresh) once it has ended."""
    result = _found(district, number)
    answer = render(request, "hub/verification_live.html", {"result": result})
    answer["Cache-Control"] = "no-store"
    if result.ended:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@needs("verification.view")
def verification_differences(request: Request, district: District, number: int) -> HttpResponse:
    """The differences of an object, page by page; with `values=1`, for those who may, what both ends hold now."""
    result = _found(district, number)
    name = request.GET.get("object", "")
    of = next((each for each in result.objects if each.row.object == name), None)
    if of is None:
        raise Http404("Which object?")
    shown = request.GET.get("values") == "1"
    if shown and not may(request.user, "errors.values", district.id):
        raise PermissionDenied("errors.values")
    form = Filter(request.GET)
    wanted: dict[str, Any] = {}
    if form.is_valid():
        kind, expected = form.cleaned_data["kind"], form.cleaned_data["expected"]
        wanted = {"kind": kind or None, "expected": bool(int(expected)) if expected else None}
    place = place_of(request.GET)
    rows = differences_of([of.row.id], **wanted)
    size = _ON_A_PAGE_OF_VALUES if shown else _ON_A_PAGE
    page = paged(lambda most: _beyond(rows, place)[:most], place, lambda row: (row.id,), size)
    context = {
        "result": result,
        "of": of,
        "page": page,
        "form": form,
        "shown": shown,
        "unlisted": of.unexpected + of.expected - of.row.kept,
        "may_see_values": may(request.user, "errors.values", district.id),
    }
    if shown:
        keys = [tuple(row.key) for row in page.rows]
        context["ends"] = both_ends(catalog_in_force(), district, of.row.object, of.row.school_year, keys)
        audit(request.user, "looked at values that differ", district, f"verification {number}: {of.row.object}")
    return render(request, "hub/verification_differences.html", context)


@require_GET
@needs("verification.view")
def verification_export(request: Request, district: District, number: int) -> HttpResponseBase:
    """What one found as a CSV file: its objects, or (`what=differences`) the differences kept; never values."""
    result = _found(district, number)
    if request.GET.get("what") == "differences":
        audit(request.user, "exported differences", district, f"verification {number}")
        name = f"verification-{number}-differences.csv"
        return csv_answer(name, _DIFFERENCES_CSV, _differences(result))
    return csv_answer(f"verification-{number}.csv", _OBJECTS_CSV, map(_line, result.objects))


def _found(district: District, number: int) -> Result:
    row = verifications_of(district.zone.id).filter(id=number).first() if number < 2**63 else None
    if row is None:
        raise Http404("There is no such verification.")
    return results([row])[0]


def _beyond(rows: QuerySet[VerifiedDifference], place: Place | None) -> QuerySet[VerifiedDifference]:
    """Beyond a place, those that nobody expects first: the lowest number first."""
    if place is None:
        return rows.order_by("id")
    if len(place.beyond) != 1 or type(place.beyond[0]) is not int:
        raise SuspiciousOperation("The place in this list cannot be read.")
    (beyond,) = place.beyond
    return rows.filter(id__lt=beyond).order_by("-id") if place.back else rows.filter(id__gt=beyond).order_by("id")


def _line(each: ObjectResult) -> dict[str, Any]:
    row = each.row
    return {
        **each.sets,
        "verification": row.verification_id,
        "school_year": row.school_year,
        "object": row.object,
        "result": each.word,
        "district_count": row.district_count,
        "state_count": row.state_count,
        "expected": each.expected if each.compared else None,
        "seconds": row.seconds,
        "message": row.message,
    }


def _differences(result: Result) -> Iterator[dict[str, Any]]:
    names = {each.row.id: each.row.object for each in result.objects}
    for row in differences_of(names).order_by("id").iterator(chunk_size=2_000):
        yield {
            "verification": result.row.id,
            "object": names[row.verified_id],
            "kind": row.kind,
            "key": row.key,
            "columns": " ".join(row.columns),
            "owners": " ".join(row.owners),
            "expected": row.expected,
        }
