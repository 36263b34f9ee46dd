"""Verifications: start one, follow it, and read on which records both ends did not agree."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from ninja import Query, Router, Status

from upstate.errors import PlanError
from upstate.hub import models
from upstate.hub.api import verification_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.paging import From, beyond
from upstate.hub.auditing import audit
from upstate.hub.districts import KnownDistrict, ever_sent
from upstate.hub.in_force import catalog_in_force
from upstate.hub.verification_gate import may_verify
from upstate.hub.verification_result import ObjectResult, Result
from upstate.hub.verifications import place_verification
from upstate.hub.verified import differences_of, results, verifications_of
from upstate.hub.web.keyset import Place, paged
from upstate.planning import make_plan, year_name

router = Router(tags=["Verifications"])

Kind = Literal["district_only", "state_only", "different", "duplicates"]


@router.post(
    "/districts/{int:district}/verifications",
    url_name="verifications",
    response={202: shapes.Verification},
    summary="Start a verification",
)
def verify(request: Request, district: int, wanted: shapes.WantedVerification) -> Status[shapes.Verification]:
    """Place a verification; it takes its turn among the resyncs of the zone and year, and moves nothing.

    Right: verification.run, or verifications.run for the state; each has its switch in the state's settings.
    """
    known = enter(request, district, "verification.view")
    person = request.auth.person
    start = may_verify(person, known.id)
    if start.why_not:
        raise PermissionDenied(start.why_not)
    plan = make_plan(
        catalog_in_force(),
        wanted.objects,
        known.zone,
        year=wanted.year,
        check_dependencies=False,
        ever_sent=ever_sent(known),
    )
    with transaction.atomic():
        placed = place_verification(plan, known.zone_id, asked_by=person.name, person=person, by_state=start.by_state)
        count = f"{len(plan.steps)} object{'' if len(plan.steps) == 1 else 's'}"
        said = f"verification {placed.id}: {count}, {year_name(plan.school_year)}, with the token {request.auth.token}"
        audit(person, "asked for a verification", models.District.objects.get(id=known.id), said)
    return Status(202, _whole(known, _found(known, placed.id)))


@router.get(
    "/districts/{int:district}/verifications",
    url_name="verifications",
    response=shapes.Verifications,
    summary="Every verification there was",
)
def verifications(
    request: Request,
    district: int,
    start: From = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Verifications a page.")] = 20,
) -> shapes.Verifications:
    """Newest first. Right: verification.view."""
    known = enter(request, district, "verification.view")
    rows = verifications_of(known.zone_id).order_by("-id")
    after = beyond(start, int)
    if after:
        rows = rows.filter(id__lt=after[0])
    page = paged(lambda most: rows[:most], Place(after), lambda row: (row.id,), limit)
    heads = [shapes.VerificationHead.model_validate(_head(known, each)) for each in results(page.rows)]
    return shapes.Verifications(district=known.name, verifications=heads, next=page.after or None)


@router.get(
    "/districts/{int:district}/verifications/{int:verification}",
    url_name="verification",
    response=shapes.Verification,
    summary="How a verification goes, and what came of it",
)
def verification(request: Request, district: int, verification: int) -> shapes.Verification:
    """Every object with its counts and sets. Ask again until its state is finished or failed.

    Right: verification.view.
    """
    known = enter(request, district, "verification.view")
    return _whole(known, _found(known, verification))


@router.get(
    "/districts/{int:district}/verifications/{int:verification}/differences",
    url_name="differences",
    response=shapes.Differences,
    summary="On which records both ends did not agree",
)
def differences(
    request: Request,
    district: int,
    verification: int,
    object: Annotated[str | None, Query(description="Only this object, by its own name.")] = None,  # noqa: A002 - its name
    kind: Annotated[Kind | None, Query(description="Only this kind.")] = None,
    expected: Annotated[bool | None, Query(description="Only those that are, or are not, as they should be.")] = None,
    start: From = "",
    limit: Annotated[int, Query(ge=1, le=5000, description="Differences a page.")] = 100,
) -> shapes.Differences:
    """Object by object, of each those that nobody expects first, by key; at most 10,000 of either sort are kept.

    Right: verification.view.
    """
    known = enter(request, district, "verification.view")
    result = _found(known, verification)
    of = [each for each in result.objects if object in (None, each.row.object)]
    if not of:
        raise PlanError(f'Verification {verification} has no object "{object}".')
    by_row = {each.row.id: each.row.object for each in of}
    rows = differences_of(by_row, kind=kind, expected=expected).order_by("id")
    after = beyond(start, int)
    if after:
        rows = rows.filter(id__gt=after[0])
    page = paged(lambda most: rows[:most], Place(after), lambda row: (row.id,), limit)
    return shapes.Differences(
        verification=verification,
        total=sum(each.unexpected + each.expected for each in of),
        listed=sum(each.row.kept for each in of),
        differences=[
            shapes.Difference.model_validate({"object": by_row[row.verified_id], **_difference(row)})
            for row in page.rows
        ],
        next=page.after or None,
    )


def _found(known: KnownDistrict, number: int) -> Result:
    row = verifications_of(known.zone_id).filter(id=number).first() if number < 2**63 else None
    if row is None:
        raise Http404("There is no such verification.")
    return results([row])[0]


def _head(known: KnownDistrict, result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "verification": row.id,
        "district": known.name,
        "year": row.school_year,
        "mode": row.mode,
        "state": row.state,
        "equal": result.equal,
        "resync_needed": list(result.resync_needed),
        "asked_by": row.asked_by,
        "by_state": row.by_state,
        "placed": row.placed_at,
        "started": row.started_at,
        "finished": row.finished_at,
        "message": row.message,
    }


def _whole(known: KnownDistrict, result: Result) -> shapes.Verification:
    objects = [_object(each) for each in result.objects]
    return shapes.Verification.model_validate({**_head(known, result), "objects": objects})


def _object(result: ObjectResult) -> dict[str, Any]:
    row = result.row
    return {
        **result.sets,
        "object": row.object,
        "state": row.state,
        "equal": result.equal,
        "resync_needed": result.resync_needed,
        "district_count": row.district_count,
        "state_count": row.state_count,
        "expected": row.expected,
        "listed": row.kept,
        "seconds": row.seconds,
        "message": row.message,
    }


def _difference(row: models.VerifiedDifference) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("kind", "key", "columns", "owners", "expected")}
