"""What a token's person may see at all: the districts, and the objects of the catalog."""

from __future__ import annotations

from ninja import Router

from upstate.catalog import Graph
from upstate.hub import models
from upstate.hub.api import district_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import need_anywhere
from upstate.hub.in_force import catalog_in_force
from upstate.hub.rights import RIGHTS, districts_where, may
from upstate.hub.web.years import years_of

router = Router(tags=["Districts and objects"])


@router.get("/districts", url_name="districts", response=shapes.Districts, summary="The districts one may see")
def districts(request: Request) -> shapes.Districts:
    """The districts whose Batch page the token's person may see, each with what they may do there."""
    person = request.auth.person
    mine = districts_where(person, "batch.view")
    rows = models.District.objects.select_related("zone").filter(zone__isnull=False).order_by("name")
    if mine is not None:
        rows = rows.filter(id__in=mine)
    return shapes.Districts(
        districts=[
            shapes.District(
                id=row.id,
                name=row.name,
                year=row.zone.school_year,
                years=[offered.year for offered in years_of(row.zone)],
                edition=row.zone.edition,
                rights=[right for right in RIGHTS if may(person, right, row.id)],
            )
            for row in rows
        ]
    )


@router.get("/objects", url_name="objects", response=shapes.Objects, summary="The objects of the catalog")
def objects(request: Request) -> shapes.Objects:
    """Every kind of record that some zone is offered, with what it depends on. Right: batch.view, anywhere."""
    need_anywhere(request, "batch.view")
    catalog = catalog_in_force()
    graph = Graph.of(catalog)
    in_order = [catalog[name] for name in graph.order(catalog.objects)]
    return shapes.Objects(
        objects=[
            shapes.SyncObject(
                object=obj.name,
                table=obj.table,
                key=list(obj.key),
                bound_to_year=obj.school_year is not None,
                needs=list(graph.parents[obj.name]),
                before=sorted(graph.before[obj.name]),
                editions=sorted(obj.editions),
            )
            for obj in in_order
        ]
    )
