"""Leftovers: what the state holds that a district has no more, what came of removing it, and what is held."""

from __future__ import annotations

from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Query, Router

from upstate.hub import models
from upstate.hub.api import leftover_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.paging import From, beyond
from upstate.hub.approving import decide
from upstate.hub.in_force import catalog_in_force
from upstate.hub.leftovers import held_removals, left_over, left_over_of, removal_outcome, years_left_over
from upstate.hub.rights import RIGHTS, may
from upstate.hub.web.keyset import Place, paged
from upstate.hub.web.state import state_connection

router = Router(tags=["Leftovers"])


@router.get(
    "/districts/{int:district}/leftovers",
    url_name="leftovers",
    response=shapes.LeftOvers,
    summary="What the state holds that the district has no more",
)
def leftovers(request: Request, district: int) -> shapes.LeftOvers:
    """By object, as the last complete snapshot of each lacked it, with what hangs on it. Right: leftovers.view."""
    known = enter(request, district, "leftovers.view")
    with state_connection() as connection:
        found = left_over(connection, catalog_in_force(), known.id)
        held = held_removals(connection, known.id)
    said = {"district": known.name, "objects": found, "held": held}
    return shapes.LeftOvers.model_validate(said)


@router.get(
    "/districts/{int:district}/leftovers/{object_name}",
    url_name="leftovers_of",
    response=shapes.ListedLeftovers,
    summary="The leftovers of an object by key",
)
def leftovers_of(
    request: Request,
    district: int,
    object_name: str,
    start: From = "",
    year: Annotated[
        int | None, Query(ge=1, le=9999, description="The school year; none: the newest that has any.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Leftovers a page.")] = 200,
) -> shapes.ListedLeftovers:
    """Each with what hangs on it directly. Right: leftovers.view."""
    known = enter(request, district, "leftovers.view")
    catalog = catalog_in_force()
    if object_name not in catalog:
        raise Http404("There is no such object.")
    after = beyond(start, int)
    with state_connection() as connection:
        years = years_left_over(connection, known.id, object_name)
        of = year if year is not None else next((each for each in years if each is not None), None)
        page = paged(
            lambda most: left_over_of(
                connection, catalog, known.id, object_name, of, after=after[0] if after else 0, most=most
            ),
            Place(after),
            lambda row: (row.id,),
            limit,
        )
    rows = [{**_row(each), "school_year": of} for each in page.rows]
    said = {"district": known.name, "object": object_name, "leftovers": rows, "next": page.after or None}
    return shapes.ListedLeftovers.model_validate(said)


@router.get(
    "/districts/{int:district}/resyncs/{int:resync}/leftovers",
    url_name="leftovers_removed",
    response=shapes.RemovalOutcome,
    summary="What came of removing a resync's leftovers",
)
def leftovers_removed(request: Request, district: int, resync: int) -> shapes.RemovalOutcome:
    """How many rows went, and what waits for approval; of a rehearsal, what would. Right: leftovers.view."""
    known = enter(request, district, "leftovers.view")
    if not models.Resync.objects.filter(zone=known.zone_id, id=resync).exists():
        raise Http404("There is no such resync.")
    with state_connection() as connection:
        found = removal_outcome(connection, known.id, resync)
    if found is None:
        return shapes.RemovalOutcome(resync=resync, settled=False, removed=0, message="", held=[])
    held = [shapes.HeldRemoval.model_validate(each) for each in found.held]
    return shapes.RemovalOutcome(resync=resync, settled=True, removed=found.removed, message=found.message, held=held)


@router.post(
    "/districts/{int:district}/leftovers/held/{int:number}",
    url_name="leftovers_decide",
    response=shapes.Decided,
    summary="Approve or discard a removal that waits",
)
def leftovers_decide(request: Request, district: int, number: int, wanted: shapes.Decision) -> shapes.Decided:
    """What is approved is judged anew, and what is still left over goes at once.

    Right: leftovers.approve, for the state.
    """
    known = enter(request, district, "leftovers.view")
    person = request.auth.person
    if not may(person, "leftovers.approve", known.id):
        raise PermissionDenied(f"Your roles do not include the right to {RIGHTS['leftovers.approve'].says}.")
    with state_connection() as connection:
        if not held_removals(connection, known.id, number=number):
            raise Http404("There is no such removal.")
        said = decide(
            catalog_in_force(), known.id, number, wanted.decision, wanted.reason, by=person.name, person=person
        )
        (held,) = held_removals(connection, known.id, number=number)
    return shapes.Decided(said=said, held=shapes.HeldRemoval.model_validate(held))


def _row(each: object) -> dict[str, object]:
    names = ("key", "since", "kept", "kept_by", "dependents")
    return {name: getattr(each, name) for name in names}
