"""Where a district stands, object by object."""

from __future__ import annotations

from ninja import Router

from upstate.hub.api import resync_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.runs import counted
from upstate.hub.in_force import catalog_in_force
from upstate.hub.requests import undisclosed
from upstate.hub.web.pages.batch_runs import last_orders, runs_of
from upstate.planning import Counts, Status, offered

router = Router(tags=["Resyncs"])


@router.get(
    "/districts/{int:district}/status", url_name="status", response=shapes.Status, summary="Where each object stands"
)
def status(request: Request, district: int) -> shapes.Status:
    """The last run of every object that the district is offered in its own school year. Right: batch.view.

    An object is gray while a resync is at it, or will be when its turn comes. Until one whose objects the state does
    not disclose has ended, they stand as they did before it.
    """
    known = enter(request, district, "batch.view")
    names = offered(catalog_in_force(), known.zone)
    left = [run for run in runs_of(known.zone_id, known.zone.school_year) if run.finished_at is None]
    hidden = undisclosed(request.auth.person, [run.id for run in left])
    waits = frozenset(name for run in left if run.id not in hidden for name in run.waiting)
    runs = last_orders(known.zone_id, known.zone.school_year, names, hidden)
    objects = []
    for name in names:
        run = runs.get(name)
        counts, colour = (Counts(), Status.NEVER) if run is None else (run.counts, run.status)
        objects.append(
            shapes.ObjectStatus.model_validate(
                {
                    **counted(counts, Status.GRAY if name in waits else colour),
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
        unfinished=next((run.id for run in left if run.state == "running"), None),
        objects=objects,
    )
