"""Resync State Data – Batch: choose objects, look at what that comes to, send it, and watch it run."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.models import District, Zone
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.postgres import database_errors
from upstate.hub.rights import RIGHTS, may
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_cells import sight_of, whole_row
from upstate.hub.web.pages.batch_choice import (
    Choice,
    Chosen,
    ahead_of,
    newest_resync,
    number_in,
    plan_choice,
    sent_already,
    whose_turn,
)
from upstate.hub.web.pages.batch_runs import Expected, expected_of
from upstate.hub.web.pages.batch_watching import SELDOM, SOON, glance, opened, watch
from upstate.hub.web.request import Request
from upstate.hub.web.years import years_of
from upstate.planning import Status, year_name

_LEGEND = (
    (Status.GREEN, "Every record of the last run is at the state."),
    (Status.YELLOW, "At most 1 % of the records did not land."),
    (Status.RED, "More than 1 % did not land, or the object could not be sent at all."),
    (Status.GRAY, "A resync is at it, or will be when its turn comes."),
    (Status.NEVER, "It was not sent yet."),
)


@require_GET
@needs("batch.view")
def batch(request: Request, district: District) -> HttpResponse:
    """The tree of objects, each with its last run; marked as the address says, so that one comes back to a choice."""
    return _page(request, district, Choice.of(request.GET))


@require_GET
@needs("batch.view")
def batch_live(request: Request, district: District) -> HttpResponse:
    """What changed since one looked last; drawn once for all who watch. Nothing (204) where all is as it was."""
    every = request.GET.get("every", "")
    pace = int(every) if every.isascii() and every.isdigit() and len(every) < 4 else SOON
    part = watch(district, request.year, request.user, request.GET.get("seen", ""), pace)
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(status=204, headers=headers) if part is None else HttpResponse(part, headers=headers)


@require_GET
@needs("batch.run")
def batch_confirm(request: Request, district: District) -> HttpResponse:
    """What a choice comes to, before it is sent; changes nothing."""
    choice = Choice.of(request.GET)
    try:
        return _confirmation(request, district, plan_choice(choice, district, request.year))
    except PlanError as error:
        messages.error(request, error.message)
        return _page(request, district, choice, status=400)


@require_POST
@needs("batch.run")
def batch_send(request: Request, district: District) -> HttpResponse:
    """Place what was confirmed, once; it runs in the background, after what was asked for before."""
    choice = Choice.of(request.POST)
    try:
        chosen, said = _placed(request, district, choice)
    except PlanError as error:
        messages.error(request, f"Nothing was sent. {error.message}")
        return _page(request, district, choice, status=400)
    if not said:
        messages.warning(
            request,
            "Nothing was sent: what this resync would do is not what you were shown. Look it over and send it again.",
        )
        return _confirmation(request, district, chosen, status=409)
    messages.success(request, said)
    return _back(district, request.year)


def _page(request: Request, district: District, choice: Choice, status: int = 200) -> HttpResponse:
    # who has something said to them has just done something, and is to see it
    seen = glance(district, request.year, request.user, anew=len(messages.get_messages(request)) > 0)
    open_rows = [row for row in seen.rows if not row.line.why_not]
    names = {row.object for row in open_rows}
    marked = names if choice.objects is None else names.intersection(choice.objects)
    sight = sight_of(request.user, district, request.year)
    context = {
        "glance": seen,
        "again": opened(district, request.year, request.user) if seen.busy else SELDOM,
        "rows": SafeString("".join(whole_row(row, sight, marked=row.object in marked) for row in seen.rows)),
        "may_see_errors": bool(sight.errors_address),
        "may_ask": may(request.user, "requests.place", None),
        "every": choice.objects is None,
        "check": choice.check_dependencies,
        "open_rows": len(open_rows),
        "legend": _legend(),
        "overview_address": reverse("overview", kwargs={"district": district.id}),
        "says": next(each.says for each in years_of(district.zone) if each.year == request.year),
    }
    return render(request, "hub/batch.html", context, status=status)


@cache
def _legend() -> SafeString:
    return render_to_string("hub/batch_legend.html", {"legend": _LEGEND})


def _confirmation(request: Request, district: District, chosen: Chosen, status: int = 200) -> HttpResponse:
    since = newest_resync(district.zone.id)
    expected = expected_of(district.zone.id, request.year, chosen.plan.objects)
    steps = [(step, expected.get(step.object)) for step in chosen.plan.steps]
    known = [each for _, each in steps if each is not None]
    context: dict[str, Any] = {
        "chosen": chosen,
        "plan": chosen.plan,
        "steps": steps,
        "added": sum(bool(step.added_for) for step, _ in steps),
        "known": bool(known),
        "total": Expected(sum(each.processed for each in known), sum(each.seconds for each in known)),
        "first_time": len(steps) - len(known),
        "since": since,
        "ahead": ahead_of(district.zone.id, request.year),
    }
    return render(request, "hub/batch_confirm.html", context, status=status)


@database_errors()
def _placed(request: Request, district: District, choice: Choice) -> tuple[Chosen, str]:
    """Plan a choice and place it; returns what to say, nothing where it would not do what the form showed.

    People who press Send at once, and whoever changes the zone, come one after the other.
    """
    since = number_in(request.POST, "since")
    with transaction.atomic():
        Zone.objects.select_for_update(no_key=True).get(id=district.zone.id)
        chosen = plan_choice(choice, district, request.year)
        if request.POST.get("plan") != chosen.token or since is None:
            return chosen, ""
        return chosen, _place(request, district, chosen, since)


def _place(request: Request, district: District, chosen: Chosen, since: int) -> str:
    """Place it and note who did; returns what to say. Under the zone's lock."""
    plan, zone = chosen.plan, district.zone.id
    rehearse = request.POST.get("rehearse") == "1"
    remove = request.POST.get("remove_leftovers") == "1"
    if remove and not may(request.user, "leftovers.remove", district.id):
        raise PermissionDenied(f"Your roles do not include the right to {RIGHTS['leftovers.remove'].says}.")
    name = "rehearsal" if rehearse else "resync"
    twice = sent_already(plan, zone, request.user, since, rehearse=rehearse, remove_leftovers=remove)
    if twice is not None:
        return f"You sent this already: it is {name} {twice.id}. It was not placed a second time."
    turn = whose_turn(ahead_of(zone, plan.school_year))
    placed = queue_resync(
        plan,
        zone,
        person=request.user,
        check_dependencies=chosen.choice.check_dependencies,
        everything=request.POST.get("everything") == "1",
        rehearse=rehearse,
        remove_leftovers=remove,
    )
    objects = "1 object" if len(plan.steps) == 1 else f"{len(plan.steps)} objects"
    said = "full resync" if plan.mode == "full" else f"partial resync of {objects}"
    done = "rehearsed a resync" if rehearse else "sent a resync"
    also = ", removing leftovers" if remove else ""
    audit(request.user, done, district, f"{name} {placed.id}: {said}, {year_name(plan.school_year)}{also}")
    said = f"{name.capitalize()} {placed.id} of {objects}"
    return f"{said} is placed and {turn or 'begins in a moment. You need not stay on this page.'}"


def _back(district: District, year: int) -> HttpResponse:
    address = reverse("batch", kwargs={"district": district.id})
    return redirect(address if year == district.zone.school_year else f"{address}?year={year}")
