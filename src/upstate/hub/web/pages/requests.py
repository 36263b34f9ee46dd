"""Resync State Data (State): ask districts for data, see what was asked; and a district's side of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from upstate.errors import PlanError
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District, RequestedDistrict, Resync, StateRequest
from upstate.hub.requests import look_over, place_request
from upstate.hub.rights import may
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.requests_form import RequestForm
from upstate.hub.web.request import Request

_UNENDED = ("queued", "running")


@require_GET
@needs("requests.view", where="state")
def requests(request: Request) -> HttpResponse:
    """Every request there was, newest first, and how far each has come."""
    place = place_of(request.GET)
    rows = StateRequest.objects.annotate(
        asked=Count("districts"),
        finished=Count("districts", filter=Q(districts__resync__state="finished")),
        failed=Count("districts", filter=Q(districts__resync__state="failed")),
        unended=Count("districts", filter=Q(districts__resync__state__in=_UNENDED)),
    )
    page = paged(lambda most: newest_first(rows, place)[:most], place, lambda row: (row.id,))
    return render(request, "hub/requests.html", {"page": page})


@require_GET
@needs("requests.view", where="state")
def one_request(request: Request, number: int) -> HttpResponse:
    """One request: what was asked for, and how each district has come along."""
    asked = StateRequest.objects.filter(id=number).first()
    if asked is None:
        raise Http404("There is no such request.")
    rows = _with_progress(RequestedDistrict.objects.filter(request=asked)).order_by("district__name")
    return render(request, "hub/request.html", {"asked": asked, "rows": rows})


def _again(request: Request) -> HttpResponse:
    return render(request, "hub/request_new.html", {"form": _form(request.POST)})


@require_http_methods(["GET", "POST"])
@needs("requests.place", where="state", again=_again)
def request_new(request: Request) -> HttpResponse:
    """The form; sent, it is looked over and shown as what it would place. Nothing is placed here."""
    if request.method == "GET":
        chosen = {"districts": request.GET.getlist("district"), "objects": request.GET.getlist("object")}
        form = _form(initial={"check_dependencies": True, "token": uuid.uuid4(), **chosen})
        return render(request, "hub/request_new.html", {"form": form})
    form = _form(request.POST)
    if "change" in request.POST or not form.is_valid():
        return render(request, "hub/request_new.html", {"form": form}, status=200 if "change" in request.POST else 400)
    return _looked_over(request, form)


@require_POST
@needs("requests.place", where="state", again=_again)
def request_place(request: Request) -> HttpResponse:
    """Place what was looked over, once, however often it is sent."""
    form = _form(request.POST)
    if not form.is_valid():
        return render(request, "hub/request_new.html", {"form": form}, status=400)
    try:
        placed = place_request(catalog_in_force(), form.wanted(), request.user, form.used_token)
    except PlanError as error:
        form.add_error(None, error.message)
        return render(request, "hub/request_new.html", {"form": form}, status=400)
    messages.success(request, "The request is placed. It runs by itself; you are told when it has ended everywhere.")
    return redirect("request", number=placed.id)


@require_GET
@needs("batch.view")
def district_requests(request: Request, district: District) -> HttpResponse:
    """What the state asked of a district. Objects are shown where the state disclosed them, and to the state itself."""
    rows = RequestedDistrict.objects.filter(district=district).select_related("request", "resync")
    place = place_of(request.GET)
    page = paged(lambda most: newest_first(rows, place, "request_id")[:most], place, lambda row: (row.request_id,))
    context = {"page": page, "of_state": may(request.user, "requests.view", None)}
    return render(request, "hub/district_requests.html", context)


def _form(*args: Any, **values: Any) -> RequestForm:
    districts = District.objects.filter(zone__isnull=False).order_by("name")
    return RequestForm(*args, districts=list(districts), catalog=catalog_in_force(), **values)


def _looked_over(request: Request, form: RequestForm) -> HttpResponse:
    try:
        outlooks = look_over(catalog_in_force(), form.wanted())
    except PlanError as error:
        form.add_error(None, error.message)
        return render(request, "hub/request_new.html", {"form": form}, status=400)
    zones = [each.district.zone.id for each in outlooks]
    busy = set(Resync.objects.filter(zone__in=zones, state__in=_UNENDED).values_list("zone__district", flat=True))
    going = [each for each in outlooks if each.plan]
    context = {
        "form": form,
        "outlooks": outlooks,
        "going": len(going),
        "busy": busy,
        "partly": [each for each in going if each.left_out],
        "hidden": [(key, value) for key, values in request.POST.lists() for value in values if key in form.fields],
    }
    return render(request, "hub/request_look.html", context)


def _with_progress(rows: QuerySet[RequestedDistrict]) -> QuerySet[RequestedDistrict]:
    return rows.select_related("district", "resync").annotate(
        orders=Count("resync__orders"),
        settled=Count("resync__orders", filter=Q(resync__orders__state__in=["landed", "failed"])),
    )
