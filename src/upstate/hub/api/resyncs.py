"""Resyncs: plan one, start it, follow it, and read what came of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from django.db import transaction
from django.http import Http404
from ninja import Query, Router, Status

from upstate.hub import models
from upstate.hub.api import resync_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.paging import From, beyond
from upstate.hub.api.runs import shape_of_receipt, shape_of_resync
from upstate.hub.auditing import audit
from upstate.hub.districts import KnownDistrict, ever_sent
from upstate.hub.holding import hold_resync
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import Resync
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.receipts import receipt_of
from upstate.hub.requests import undisclosed
from upstate.hub.web.keyset import Place, paged
from upstate.planning import Plan, make_plan, year_name

router = Router(tags=["Resyncs"])

Chosen = Annotated[list[str], Query(alias="object", description="An object to send, once for each; none: all.")]


@router.get("/districts/{int:district}/plan", url_name="plan", response=shapes.Plan, summary="What a resync would send")
def plan(
    request: Request,
    district: int,
    chosen: Chosen = [],  # noqa: B006 - ninja reads it, nobody changes it
    year: int | None = None,
    check_dependencies: bool = True,
) -> shapes.Plan:
    """The objects in the order they would run, and why each is among them. Changes nothing. Right: batch.view."""
    known = enter(request, district, "batch.view")
    made = _planned(known, chosen or None, year, check_dependencies)
    steps = [shapes.Step(object=s.object, year=s.school_year, added_for=list(s.added_for)) for s in made.steps]
    return shapes.Plan(
        district=known.name, year=made.school_year, mode=made.mode, objects=steps, warnings=list(made.warnings)
    )


@router.post(
    "/districts/{int:district}/resyncs", url_name="resyncs", response={202: shapes.Resync}, summary="Start a resync"
)
def start(request: Request, district: int, wanted: shapes.Wanted) -> Status[shapes.Resync]:
    """Place a resync, or a rehearsal of one. It runs as soon as those that were asked for before it have ended.

    Right: batch.run; leftovers.remove too where leftovers are to be removed.
    """
    known = enter(request, district, "batch.run")
    if wanted.remove_leftovers:
        known = enter(request, district, "leftovers.remove")
    made = _planned(known, wanted.objects, wanted.year, wanted.check_dependencies)
    person = request.auth.person
    with transaction.atomic():
        placed = queue_resync(
            made,
            known.zone_id,
            person=person,
            check_dependencies=wanted.check_dependencies,
            reason=" ".join(wanted.reason.split()),
            everything=wanted.everything,
            rehearse=wanted.rehearse,
            remove_leftovers=wanted.remove_leftovers,
        )
        count = f"{len(made.steps)} object{'' if len(made.steps) == 1 else 's'}"
        name, done = ("rehearsal", "rehearsed a resync") if wanted.rehearse else ("resync", "sent a resync")
        also = ", removing leftovers" if wanted.remove_leftovers else ""
        said = f"{name} {placed.id}: {count}, {year_name(made.school_year)}{also}, with the token {request.auth.token}"
        audit(person, done, models.District.objects.get(id=known.id), said)
    return Status(202, _shape(request, known, Resync.objects.get(id=placed.id)))


@router.get(
    "/districts/{int:district}/resyncs/{int:resync}",
    url_name="resync",
    response=shapes.Resync,
    summary="How a resync goes, and what came of it",
)
def follow(request: Request, district: int, resync: int) -> shapes.Resync:
    """Every object with its state and counts as they are now. Ask again until its state is finished or failed.

    Right: batch.view.
    """
    known = enter(request, district, "batch.view")
    found = Resync.objects.filter(zone=known.zone_id, id=resync).first()
    if found is None:
        raise Http404("There is no such resync.")
    return _shape(request, known, found)


@router.get(
    "/districts/{int:district}/resyncs/{int:resync}/receipt",
    url_name="receipt",
    response=shapes.Receipt,
    summary="What a resync left at both ends",
)
def receipt(request: Request, district: int, resync: int) -> shapes.Receipt:
    """Both ends' digests of every object that landed, and whether what landed is the same. Not of a rehearsal.

    Right: batch.view.
    """
    known = enter(request, district, "batch.view")
    found = receipt_of(resync, known.zone_id) if resync < 2**63 else None
    if found is None or undisclosed(request.auth.person, [resync]):
        raise Http404("There is no such receipt.")
    return shape_of_receipt(found)


@router.post(
    "/districts/{int:district}/resyncs/{int:resync}/hold",
    url_name="resync_hold",
    response=shapes.Resync,
    summary="Pause, resume or cancel a resync",
)
def hold(request: Request, district: int, resync: int, wanted: shapes.Wish) -> shapes.Resync:
    """Paused, what an agent has in hand, two objects at most, is read to its end and then nothing more. Cancelled, it
    ends in a moment; what has landed stays at the state as it is.

    Right: batch.run; requests.place to cancel what the state asked for.
    """
    known = enter(request, district, "batch.run")
    if not Resync.objects.filter(zone=known.zone_id, id=resync).exists():
        raise Http404("There is no such resync.")
    person = request.auth.person
    hold_resync(models.District.objects.get(id=known.id), resync, wanted.wish, by=person.name, person=person)
    return _shape(request, known, Resync.objects.get(id=resync))


@router.get(
    "/districts/{int:district}/history", url_name="history", response=shapes.History, summary="Every resync there was"
)
def history(
    request: Request,
    district: int,
    start: From = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Resyncs a page.")] = 20,
) -> shapes.History:
    """Newest first, each with its objects and their counts. Right: batch.view."""
    known = enter(request, district, "batch.view")
    after = beyond(start, int)
    rows = Resync.objects.filter(zone=known.zone_id).prefetch_related("orders", "followers").order_by("-id")
    if after:
        rows = rows.filter(id__lt=after[0])
    page = paged(lambda most: rows[:most], Place(after), lambda row: (row.id,), limit)
    return shapes.History(district=known.name, resyncs=_shapes(request, known, page.rows), next=page.after or None)


def _planned(known: KnownDistrict, chosen: list[str] | None, year: int | None, check_dependencies: bool) -> Plan:
    return make_plan(
        catalog_in_force(),
        chosen,
        known.zone,
        year=year,
        check_dependencies=check_dependencies,
        ever_sent=ever_sent(known),
    )


def _shape(request: Request, known: KnownDistrict, resync: Resync) -> shapes.Resync:
    return _shapes(request, known, [resync])[0]


def _shapes(request: Request, known: KnownDistrict, resyncs: Iterable[Resync]) -> list[shapes.Resync]:
    listed = list(resyncs)
    hidden = undisclosed(request.auth.person, [each.id for each in listed])
    return [shape_of_resync(known.name, each, disclosed=each.id not in hidden) for each in listed]
