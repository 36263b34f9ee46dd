"""All rejections of a district: filtered, in pages, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.catalog import Catalog
from upstate.hub.auditing import audit
from upstate.hub.in_force import catalog_in_force
from upstate.hub.models import District
from upstate.hub.postgres import connect
from upstate.hub.web.keyset import Page, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.errors_filter import filter_of, without_school
from upstate.hub.web.pages.errors_listing import every_rejection, rejections_listed
from upstate.hub.web.pages.errors_place import place_of_row
from upstate.hub.web.pages.errors_wanted import Wanted
from upstate.hub.web.request import Request
from upstate.hub.web.spreadsheet import csv_lines
from upstate.hub.web.state import state_connection

_COLUMNS: Final = (
    "object", "key", "school_year", "verdict", "reason", "column", "records", "message", "advice",
    "root_object", "root_key", "root_reason", "first_seen_at", "last_seen_at", "cleared_at", "resolved_at",
    "resolved_by",
)  # fmt: skip


@require_GET
@needs("errors.view")
def errors_all(request: Request, district: District) -> HttpResponse:
    """One page of the rejections that fit the filter, those that must be mended first."""
    catalog, place = catalog_in_force(), place_of(request.GET)
    form = filter_of(request, district, catalog)
    page: Page[dict[str, Any]] = Page((), "", "")
    if form.is_valid():
        wanted = form.wanted()
        with state_connection() as connection:
            page = paged(
                lambda most: rejections_listed(connection, catalog, district, wanted, place, most),
                place,
                place_of_row,
            )
    return render(
        request,
        "hub/errors_all.html",
        {
            "form": form,
            "page": page,
            "standing": form.data.get("standing") or "open",
            "without_school": without_school(catalog),
        },
    )


@require_GET
@needs("errors.view")
def errors_export(request: Request, district: District) -> HttpResponseBase:
    """The rejections that fit the filter as a CSV file, sent while they are read; keys, never values."""
    catalog = catalog_in_force()
    form = filter_of(request, district, catalog)
    if not form.is_valid():
        return errors_all(request, district=district.id)
    audit(request.user, "exported rejections", district, request.GET.urlencode() or "all that are open")
    response = StreamingHttpResponse(
        _lines(connections.settings["default"]["UPSTATE_URL"], catalog, district, form.wanted()),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="rejections-{district.id}.csv"'
    return response


def _lines(url: str, catalog: Catalog, district: District, wanted: Wanted) -> Iterator[bytes]:
    """A file's lines over a connection of its own, in one snapshot: whoever reads slowly keeps no page waiting."""
    with connect(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        rows = every_rejection(connection, catalog, district, wanted)
        yield from csv_lines(_COLUMNS, ({**row, "resolved_by": row["resolved_by_id"]} for row in rows))
