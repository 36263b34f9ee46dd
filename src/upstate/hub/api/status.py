"""Where a district stands, object by object."""

from __future__ import annotations

from ninja import Router

from upstate.hub.api import shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.runs import counted
from upstate.hub.requests import undisclosed
from upstate.hub.resyncs import unfinished_resync
from upstate.hub.set_up import catalog_in_force
from upstate.hub.web.pages.batch_runs import last_orders
from upstate.planning import Counts, Status, offered

router = Router(tags=["Resyncs"])


@router.get(
    "/districts/{int:district}/status", url_name="status", response=shapes.Status, summary="Where each object stands"
)
def status(request: Request, district: int) -> shapes.Status:
    """The last run of every object that the district is offered in its own school year. Right: batch.view.

    While a resync runs whose objects the state does not disclose, they stand as they did before it.
    """
    known = enter(request, district, "batch.view")
    names = offered(catalog_in_force(), known.zone)
    left = unfinished_resync(known.zone_id, known.zone.school_year)
    hidden = frozenset() if left is None else undisclosed(request.auth.person, [left.id])
    runs = last_orders(known.zone_id, known.zone.school_year, names, hidden)
    objects = []
    for name in names:
        run = runs.get(name)
        counts, colour = (Counts(), Status.NEVER) if run is None else (run.counts, run.status)
        objects.append(
            shapes.ObjectStatus.model_validate(
                {
                    **counted(counts, colour),
                    "object": name,
                    "last_resync": None if run is None else run.started,
                    "state": None if run is None else run.state,
                    "message": "" if run is None else run.message,
                }
            )
        )
    return shapes.Status(
        district=known.name,
        year=known.zone.school_year,
        unfinished=None if left is None else left.id,
        objects=objects,
    )
