"""Some records instead of whole objects: Selective Sync by key or by the district's own id, and healing a root."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.db.models import F
from django.http import Http404
from ninja import Query, Router, Status

from upstate.catalog import Catalog, SyncObject
from upstate.catalog.nearest import did_you_mean
from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.api import resync_shapes
from upstate.hub.api import selection_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.paging import From, beyond
from upstate.hub.api.runs import shape_of_resync
from upstate.hub.auditing import audit
from upstate.hub.districts import KnownDistrict
from upstate.hub.in_force import catalog_in_force
from upstate.hub.mending import find_root
from upstate.hub.placing_resyncs import queue_resync
from upstate.hub.selections import forget_selections, lacking_counts, lacking_of
from upstate.hub.web.keyset import Place, paged
from upstate.planning import Asked, Plan, ask, plan_asked, year_name

router = Router(tags=["Some records"])


@router.post(
    "/districts/{int:district}/selections",
    url_name="selections",
    response={202: resync_shapes.Resync},
    summary="Send some records",
)
def select(request: Request, district: int, wanted: shapes.WantedRecords) -> Status[resync_shapes.Resync]:
    """Place a Selective Sync. It runs in its turn, as a resync does. Right: selective.use."""
    known = enter(request, district, "selective.use")
    catalog = catalog_in_force()
    obj = _object(catalog, wanted.object)
    asked = ask(obj, wanted.records, by_id=wanted.by_id, parents=wanted.parents, dependents=wanted.dependents)
    plan = plan_asked(catalog, asked, known.zone, year=wanted.year)
    count = f"{len(asked.keys):,} record{'' if len(asked.keys) == 1 else 's'} of {obj.name}"
    return _placed(request, known, plan, asked, "sent a selective sync", count)


@router.get(
    "/districts/{int:district}/selections",
    url_name="selections",
    response=shapes.Selections,
    summary="What was sent record by record",
)
def selections(
    request: Request,
    district: int,
    start: From = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Selective syncs a page.")] = 20,
) -> shapes.Selections:
    """Newest first; which records each had is told of one by one. Right: selective.view."""
    known = enter(request, district, "selective.view")
    after = beyond(start, int)
    rows = models.Selection.objects.filter(resync__zone=known.zone_id, resync__mode="selective")
    rows = rows.select_related("resync").defer("asked").annotate(count=F("asked__len")).order_by("-resync_id")
    if after:
        rows = rows.filter(resync_id__lt=after[0])
    page = paged(lambda most: rows[:most], Place(after), lambda row: (row.resync_id,), limit)
    lacking = lacking_counts([row.resync_id for row in page.rows])
    lines = [_line(row, lacking.get(row.resync_id)) for row in page.rows]
    return shapes.Selections(district=known.name, selections=lines, next=page.after or None)


@router.delete(
    "/districts/{int:district}/selections/{int:resync}",
    url_name="selection",
    response={204: None},
    summary="Forget which records were asked for",
)
def forget(request: Request, district: int, resync: int) -> Status[None]:
    """Of one that has ended. The resync itself stays in the history, with its counts. Right: selective.delete."""
    known = enter(request, district, "selective.delete")
    found = models.Resync.objects.filter(id=resync, zone=known.zone_id, mode="selective", selection__isnull=False)
    if not found.exists():
        raise Http404("There is no such selective sync.")
    if not forget_selections(request.auth.person, models.District.objects.get(id=known.id), [resync]):
        raise PlanError(f"Resync {resync} has not ended, so what it was asked for stays until it has.")
    return Status(204, None)


@router.get(
    "/districts/{int:district}/selections/{int:resync}",
    url_name="selection",
    response=shapes.Selection,
    summary="What was asked for, and what the district does not have of it",
)
def selection(request: Request, district: int, resync: int) -> shapes.Selection:
    """Once its resync has ended. Right: selective.view."""
    known = enter(request, district, "selective.view")
    found = models.Selection.objects.filter(
        resync_id=resync, resync__zone=known.zone_id, resync__mode="selective"
    ).first()
    if found is None:
        raise Http404("There is no such selective sync.")
    return shapes.Selection(
        resync=resync,
        object=found.object,
        asked=["|".join(part or "" for part in key) for key in found.asked],
        by_id=found.by_id,
        parents=found.parents,
        dependents=found.dependents,
        not_there=list(lacking_of(resync)),
    )


@router.post(
    "/districts/{int:district}/roots/{int:root}/heal",
    url_name="heal",
    response={202: resync_shapes.Resync},
    summary="Send a root again, and what it held back",
)
def heal(request: Request, district: int, root: int, wanted: shapes.WantedRoot) -> Status[resync_shapes.Resync]:
    """That record is sent alone. If it lands, what it held back follows by itself, in a resync of its own.

    Right: batch.run.
    """
    known = enter(request, district, "batch.run")
    found = find_root(catalog_in_force(), known, root, wanted.year)
    subject = f"{found.asked.object} {'|'.join(part or '' for part in found.asked.keys[0])}"
    return _placed(request, known, found.plan, found.asked, "healed a root", subject)


def _line(row: Any, not_there: int | None) -> shapes.SelectionLine:
    run = row.resync
    return shapes.SelectionLine(
        resync=run.id,
        asked_by=run.asked_by,
        placed=run.placed_at,
        finished=run.finished_at,
        state=run.state,
        object=row.object,
        records=row.count,
        by_id=row.by_id,
        parents=row.parents,
        dependents=row.dependents,
        not_there=not_there,
    )


def _object(catalog: Catalog, name: str) -> SyncObject:
    if name not in catalog:
        raise PlanError(f'There is no object "{name}". {did_you_mean(name, catalog.objects)}'.strip())
    return catalog[name]


def _placed(
    request: Request, known: KnownDistrict, plan: Plan, asked: Asked, done: str, subject: str
) -> Status[resync_shapes.Resync]:
    person = request.auth.person
    with transaction.atomic():
        placed = queue_resync(plan, known.zone_id, person=person, check_dependencies=asked.parents, asked=asked)
        said = f"resync {placed.id}: {subject}, {year_name(plan.school_year)}, with the token {request.auth.token}"
        audit(person, done, models.District.objects.get(id=known.id), said)
    resync = models.Resync.objects.get(id=placed.id)
    return Status(202, shape_of_resync(known.name, resync, disclosed=True))
