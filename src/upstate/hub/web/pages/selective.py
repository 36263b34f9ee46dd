"""Selective Sync: some records by key or by the district's own id; confirmed, sent once, and its history."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from upstate.errors import PlanError
from upstate.hub.auditing import audit
from upstate.hub.districts import find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, Zone
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.postgres import database_errors
from upstate.hub.rights import may
from upstate.hub.selections import forget_selections, selected_since
from upstate.hub.templatetags.wording import count, key_text
from upstate.hub.web.kept_form import lost_a_file
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.batch_choice import ahead_of, newest_resync, number_in, whose_turn
from upstate.hub.web.pages.selective_choice import Chosen, confirmed, plan_choice
from upstate.hub.web.pages.selective_form import Choosing
from upstate.hub.web.pages.selective_lines import lines_of, selections_of
from upstate.hub.web.request import Request
from upstate.planning import year_name

_SHOWN: Final = 20


@require_GET
@needs("selective.view")
def selective(request: Request, district: District) -> HttpResponse:
    """What was sent record by record, the newest first, and for those who may the form to send some."""
    return _page(request, district, None)


def _again(request: Request, district: District) -> HttpResponse:
    form = _form(request, district, request.POST)
    if lost_a_file(request):
        form.errors.pop("records", None)  # they were to come from the file
        form.add_error("file", "The file is not kept. Choose it again.")
    return _page(request, district, form)


@require_http_methods(["GET", "POST"])
@needs("selective.use", again=_again)
def selective_confirm(request: Request, district: District) -> HttpResponse:
    """What the records come to, before they are sent; changes nothing. Without a form, back to where one is."""
    if request.method == "GET":
        return _back(request, district)
    form = _form(request, district, request.POST, request.FILES)
    if not form.is_valid() or form.asked is None:
        return _page(request, district, form, status=400)
    try:
        return _confirmation(request, district, plan_choice(form.asked, find_district(district.name), request.year))
    except PlanError as error:
        form.add_error("object", error.message)
        return _page(request, district, form, status=400)


def _look_again(request: Request, district: District) -> HttpResponse:
    known = find_district(district.name)
    try:
        return _confirmation(request, district, confirmed(request.POST, known, request.year))
    except PlanError as error:
        messages.error(request, error.message)
        return _back(request, district)


@require_POST
@needs("selective.use", again=_look_again)
def selective_send(request: Request, district: District) -> HttpResponse:
    """Place what was confirmed, once; then on to its page."""
    try:
        placed, chosen = _placed(request, district)
    except PlanError as error:
        messages.error(request, f"Nothing was sent. {error.message}")
        return _back(request, district)
    if placed is None:
        messages.warning(
            request, "Nothing was sent: what this would do is not what you were shown. Look it over and send it again."
        )
        return _confirmation(request, district, chosen, status=409)
    return redirect("selective_run", district=district.id, resync=placed)


@require_POST
@needs("selective.delete")
def selective_delete(request: Request, district: District) -> HttpResponse:
    """Forget which records the marked ones had; what has not ended stays."""
    texts = request.POST.getlist("selection")
    numbers = [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]
    deleted = forget_selections(request.user, district, numbers)
    if deleted:
        messages.success(request, f"{count(deleted, 'entry,entries')} deleted from the history.")
    else:
        messages.info(request, "Nothing was deleted: mark what has ended first.")
    return _back(request, district)


def _page(request: Request, district: District, form: Choosing | None, status: int = 200) -> HttpResponse:
    place = place_of(request.GET)
    rows = selections_of(district.zone.id)
    page = paged(
        lambda most: newest_first(rows, place, "resync_id")[:most], place, lambda selection: (selection.resync_id,)
    )
    context: dict[str, Any] = {
        "page": page,
        "lines": lines_of(page.rows, request.user),
        "may_delete": may(request.user, "selective.delete", district.id),
    }
    if may(request.user, "selective.use", district.id):
        context["form"] = form or _form(request, district)
    return render(request, "hub/selective.html", context, status=status)


def _form(request: Request, district: District, *sent: Any) -> Choosing:
    known = find_district(district.name)
    given = {name: request.GET[name] for name in ("object", "records") if name in request.GET}
    return Choosing(*sent, initial=given, catalog=catalog_in_force(), known=known, year=request.year)


def _confirmation(request: Request, district: District, chosen: Chosen, status: int = 200) -> HttpResponse:
    keys = chosen.asked.keys
    context = {
        "chosen": chosen,
        "asked": chosen.asked,
        "count": len(keys),
        "shown": [key_text(key) for key in keys[:_SHOWN]],
        "more": max(0, len(keys) - _SHOWN),
        "others": [name for name in chosen.plan.objects if name != chosen.asked.object],
        "since": newest_resync(district.zone.id),
        "ahead": ahead_of(district.zone.id, request.year),
    }
    return render(request, "hub/selective_confirm.html", context, status=status)


@database_errors()
def _placed(request: Request, district: District) -> tuple[int | None, Chosen]:
    """The resync that sends them; None where it would not do what the form showed."""
    since = number_in(request.POST, "since")
    with transaction.atomic():
        Zone.objects.select_for_update(no_key=True).get(id=district.zone.id)
        known = find_district(district.name)
        chosen = confirmed(request.POST, known, request.year)
        if since is None or request.POST.get("token") != chosen.token:
            return None, chosen
        twice = selected_since(district.zone.id, chosen.asked, request.user, since)
        if twice is not None:
            messages.warning(request, f"You sent this already: it is resync {twice}. It was not sent a second time.")
            return twice, chosen
        turn = whose_turn(ahead_of(district.zone.id, chosen.plan.school_year))
        placed = queue_resync(
            chosen.plan,
            district.zone.id,
            person=request.user,
            check_dependencies=chosen.asked.parents,
            asked=chosen.asked,
        )
        what = f"{count(len(chosen.asked.keys), 'record')} of {chosen.asked.object}"
        year = year_name(chosen.plan.school_year)
        audit(request.user, "sent a selective sync", district, f"resync {placed.id}: {what}, {year}")
        messages.success(
            request,
            f"Resync {placed.id} of {what} is placed{f' and {turn}' if turn else '.'} You need not stay on this page.",
        )
        return placed.id, chosen


def _back(request: Request, district: District) -> HttpResponse:
    address = reverse("selective", kwargs={"district": district.id})
    return redirect(address if request.year == district.zone.school_year else f"{address}?year={request.year}")
