"""What the state asks of districts: looked over, then placed at once; and what a district may see of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from upstate.catalog import Catalog
from upstate.catalog.nearest import did_you_mean
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.alerts import people_with, tell
from upstate.hub.auditing import audit
from upstate.hub.districts import planning_zone
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.postgres import database_errors
from upstate.hub.rights import may
from upstate.planning import Plan, make_plan, offered

PROCESS = "Vertical Interoperability"
NAME = "State Resync Requested"
# what such a resync freed, and goes with it, tells as much
NOT_DISCLOSED: Final = Q(requested__request__disclose=False) | Q(follows__requested__request__disclose=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the state asks for; `objects` None asks for all of them, a full resync of each district's current year."""

    districts: tuple[int, ...]
    objects: tuple[str, ...] | None
    reason: str
    due_on: date
    check_dependencies: bool = True
    disclose: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a request comes to in one district: its plan, or why there is none; `left_out` it does not have."""

    district: models.District
    plan: Plan | None
    left_out: tuple[str, ...]
    why_not: str


@database_errors()
def look_over(catalog: Catalog, wanted: Wanted) -> tuple[Outlook, ...]:
    """What would be placed in each district, by name; PlanError for a district, or an object, that there is not."""
    for name in wanted.objects or ():
        if name not in catalog:
            raise PlanError(f'There is no object "{name}". {did_you_mean(name, catalog.objects)}'.strip())
    if not wanted.districts or wanted.objects == ():
        raise PlanError("Choose at least one district and one object.")
    found = models.District.objects.select_related("zone").filter(id__in=wanted.districts, zone__isnull=False)
    districts = sorted(found, key=lambda each: each.name)
    if len(districts) != len(set(wanted.districts)):
        raise PlanError("One of these districts is no longer there. Reload the page and choose again.")
    return tuple(_outlook(catalog, district, wanted) for district in districts)


def _outlook(catalog: Catalog, district: models.District, wanted: Wanted) -> Outlook:
    zone = planning_zone(district)
    here = frozenset(offered(catalog, zone))
    chosen = None if wanted.objects is None else [name for name in wanted.objects if name in here]
    left_out = tuple(name for name in wanted.objects or () if name not in here)
    if chosen == []:
        return Outlook(district, None, left_out, "It is offered none of these objects.")
    plan = make_plan(catalog, chosen, zone, check_dependencies=wanted.check_dependencies, ever_sent=here)
    return Outlook(district, plan, left_out, "")


@database_errors()
def place_request(catalog: Catalog, wanted: Wanted, person: models.Person, token: UUID) -> models.StateRequest:
    """Place a request: a queued resync in each district, alerts to both sides, all in one transaction.

    A token that was used already gives back the request it made. PlanError where nothing would be placed.
    """
    with transaction.atomic():
        request, is_new = models.StateRequest.objects.get_or_create(
            token=token,
            defaults={
                "asked_by": person.name,
                "asked_by_person": person,
                "chosen": list(wanted.objects or ()),
                "check_dependencies": wanted.check_dependencies,
                "reason": wanted.reason,
                "due_on": wanted.due_on,
                "disclose": wanted.disclose,
            },
        )
        if not is_new:
            return request
        # a year that is being switched is waited for, so that the plan is of the year the zone then has
        list(models.Zone.objects.select_for_update(no_key=True).filter(district__in=wanted.districts).order_by("id"))
        outlooks = look_over(catalog, wanted)
        if not any(each.plan for each in outlooks):
            raise PlanError("None of these districts is offered any of these objects. Choose others.")
        models.RequestedDistrict.objects.bulk_create([_requested(request, each, person) for each in outlooks])
        for each in outlooks:
            audit(person, "asked for a resync", each.district, f"request {request.id}")
            if each.plan:
                _tell_district(request, each.district, each.plan)
        _tell_state(request, sum(each.plan is not None for each in outlooks))
    return request


def _requested(request: models.StateRequest, outlook: Outlook, person: models.Person) -> models.RequestedDistrict:
    resync = None
    if outlook.plan is not None:
        resync = queue_resync(
            outlook.plan,
            outlook.district.zone.id,
            person=person,
            check_dependencies=request.check_dependencies,
            reason=request.reason,
        )
    return models.RequestedDistrict(
        request=request,
        district=outlook.district,
        resync_id=None if resync is None else resync.id,
        left_out=list(outlook.left_out),
        why_not=outlook.why_not,
    )


def _tell_district(request: models.StateRequest, district: models.District, plan: Plan) -> None:
    what = "all objects" if plan.mode == "full" else ", ".join(plan.objects)
    tell(
        people_with("alerts.view", district.id, "district"),
        PROCESS,
        NAME,
        f"The state asks {district.name} for a resync, due {request.due_on:%Y-%m-%d}: {request.reason} "
        f"It is placed already and runs by itself.{f' Objects: {what}.' if request.disclose else ''}",
        district=district.id,
        address=reverse("district_requests", kwargs={"district": district.id}) + f"#request-{request.id}",
        due_on=request.due_on,
    )


def _tell_state(request: models.StateRequest, districts: int) -> None:
    tell(
        people_with("requests.view", None, "state"),
        PROCESS,
        NAME,
        f"{request.asked_by} asked {districts} district{'' if districts == 1 else 's'} for a resync: {request.reason}",
        address=reverse("request", kwargs={"number": request.id}),
        due_on=request.due_on,
    )


@database_errors()
def undisclosed(person: models.Person, resyncs: Iterable[int]) -> frozenset[int]:
    """Those of these resyncs, by id, whose objects a person may not see: asked for by the state, and not disclosed."""
    listed = list(resyncs)
    if not listed or may(person, "requests.view", None):
        return frozenset()
    return frozenset(models.Resync.objects.filter(NOT_DISCLOSED, id__in=listed).values_list("id", flat=True))
