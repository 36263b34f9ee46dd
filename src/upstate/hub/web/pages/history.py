"""Batch history: every run of a district, one run in detail, and two of them compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from upstate.hub.districts import KnownDistrict, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.leftovers import removal_outcome
from upstate.hub.models import District, Resync, Selection
from upstate.hub.postgres import Connection
from upstate.hub.receipts import receipt_of
from upstate.hub.reports import Outlook, Root, outlook, roots, summed_outlook
from upstate.hub.rights import may
from upstate.hub.web.forms import Form
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.history_comparison import compare, totals
from upstate.hub.web.pages.history_hold import buttons_of
from upstate.hub.web.pages.history_runs import RunLine, newest_of, object_lines, open_runs, run_lines, runs_of_zone
from upstate.hub.web.pages.history_some import SOME, healed_by, met_by, told_of
from upstate.hub.web.request import Request
from upstate.hub.web.state import state_connection

_MOST_ROOTS = 10
_MODES = (
    ("", "Any"),
    ("full", "Full"),
    ("partial", "Partial"),
    ("selective", "Selective"),
    ("heal", "Heal"),
    ("rehearsal", "Rehearsal"),
)
_STATES = (
    ("", "Any"),
    ("running", "Running"),
    ("queued", "Waiting"),
    ("finished", "Finished"),
    ("failed", "Not all landed"),
)


class Filter(Form):
    """Which runs are listed."""

    object = forms.ChoiceField(label="With the object", required=False)
    mode = forms.ChoiceField(required=False, choices=_MODES)
    state = forms.ChoiceField(required=False, choices=_STATES)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
@needs("batch.view")
def history(request: Request, district: District) -> HttpResponse:
    """Every run, the newest first, whatever its school year."""
    form = Filter(request.GET)
    names = sorted(catalog_in_force().objects)
    form.fields["object"].choices = (("", "Any"), *zip(names, names, strict=True))  # type: ignore[attr-defined]
    runs = runs_of_zone(district.zone.id)
    if form.is_valid():
        runs = _narrowed(runs, form.cleaned_data, request)
    place = place_of(request.GET)
    page = paged(lambda most: newest_first(runs, place)[:most], place, lambda run: (run.id,))
    context = {"page": page, "lines": run_lines(page.rows, request.user), "form": form}
    return render(request, "hub/history.html", context)


@require_GET
@needs("batch.view")
def history_run(request: Request, district: District, resync: int) -> HttpResponse:
    """One run: who, when and what, every object of it, and the problems that are open in what it sent last."""
    (line,) = run_lines([_run(district, resync)], request.user)
    before = runs_of_zone(district.zone.id).filter(id__lt=resync, school_year=line.resync.school_year).order_by("-id")
    every = () if line.closed else object_lines(resync)
    objects = told_of(line, every)
    followers = run_lines(Resync.objects.filter(follows=resync).order_by("id"), request.user)
    healed = healed_by(line, every, followers)
    context: dict[str, Any] = {
        "line": line,
        "objects": objects,
        "nothing_of": len(every) - len(objects),
        "moving": not all(each.resync.finished_at for each in (line, *followers)),
        "followers": followers,
        "healed": healed,
        "of_some": line.resync.mode in SOME,
        "has_selection": Selection.objects.filter(resync=resync).exists(),
        "before": before.values_list("id", flat=True).first(),
        "request_of_state": getattr(line.resync, "requested", None),
        "receipt": None if line.closed else receipt_of(resync),
        **buttons_of(request.user, district, line.resync),
    }
    if not line.closed and may(request.user, "leftovers.view", district.id):
        with state_connection() as connection:
            context["removal"] = removal_outcome(connection, district.id, resync)
    if not line.closed and may(request.user, "errors.view", district.id):
        with state_connection() as connection:
            if context["of_some"]:
                context["met"] = met_by(connection, catalog_in_force(), district, line, every, healed)
            else:
                context["totals"], found = _problems(connection, find_district(district.name), line)
                context["problems"] = [root for root in found if root.blocks]
    answer = render(request, "hub/history_run.html", context)
    if context["moving"]:
        answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@needs("batch.view")
def history_compare(request: Request, district: District) -> HttpResponse:
    """Two runs, object by object; without exactly two, back to where one chooses them."""
    numbers = sorted({int(text) for text in request.GET.getlist("run") if text.isascii() and text.isdigit()})
    if len(numbers) != 2:
        messages.warning(request, "Mark exactly two runs to compare them.")
        return _back(request, district)
    older, newer = run_lines([_run(district, number) for number in numbers], request.user)
    closed = next((line for line in (older, newer) if line.closed), None)
    if closed is not None:
        said = f"Resync {closed.resync.id} was asked for by the state, which does not say which objects it has."
        messages.warning(request, f"{said} It cannot be compared.")
        return _back(request, district)
    pairs = compare(object_lines(older.resync.id), object_lines(newer.resync.id))
    context = {
        "older": older,
        "newer": newer,
        "sides": (older, newer),
        "pairs": pairs,
        "different": sum(pair.differs for pair in pairs),
        "totals": totals(older.counts, newer.counts),
    }
    return render(request, "hub/history_compare.html", context)


def _run(district: District, number: int) -> Resync:
    found = runs_of_zone(district.zone.id).filter(id=number).first() if number < 2**63 else None
    if found is None:
        raise Http404("There is no such run.")
    return found


def _problems(connection: Connection, known: KnownDistrict, line: RunLine) -> tuple[Outlook, list[Root]]:
    """What a rehearsal met; of a resync, what is open of the objects that it was the last to send."""
    run = line.resync
    if line.rehearsal:
        said = outlook(connection, known, resync=run.id)
        return said, list(roots(connection, known, resync=run.id, verdict="failed", limit=_MOST_ROOTS))
    objects = newest_of(run)
    said = summed_outlook(connection, known.id, objects=objects, school_year=run.school_year)
    return said, list(roots(connection, known, objects=objects, verdict="failed", limit=_MOST_ROOTS))


def _narrowed(runs: QuerySet[Resync], wanted: dict[str, Any], request: Request) -> QuerySet[Resync]:
    if wanted["object"]:
        runs = open_runs(runs, request.user).filter(objects_in_order__contains=[wanted["object"]])
    if wanted["mode"]:
        runs = runs.filter(mode=wanted["mode"])
    if wanted["state"]:
        runs = runs.filter(state=wanted["state"])
    if wanted["since"]:
        runs = runs.filter(placed_at__date__gte=wanted["since"])
    if wanted["until"]:
        runs = runs.filter(placed_at__date__lte=wanted["until"])
    return runs


def _back(request: Request, district: District) -> HttpResponse:
    address = reverse("history", kwargs={"district": district.id})
    return redirect(address if request.year == district.zone.school_year else f"{address}?year={request.year}")
