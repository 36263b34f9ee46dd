"""What did not land: rejections page by page, and the roots whose mending frees most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Final, Literal

from django.core.exceptions import SuspiciousOperation
from ninja import Field, Query, Router
from psycopg.rows import dict_row

from upstate.hub.api import rejection_shapes as shapes
from upstate.hub.api.bearer import Request
from upstate.hub.api.gate import enter
from upstate.hub.api.paging import From, beyond
from upstate.hub.api.shapes import NO_NUL
from upstate.hub.districts import KnownDistrict
from upstate.hub.postgres import Connection, statement
from upstate.hub.reports import count_rejections, outlook
from upstate.hub.reports import roots as roots_of
from upstate.hub.web.keyset import Place, paged
from upstate.hub.web.state import state_connection

router = Router(tags=["What did not land"])

MOST_REJECTIONS = 5_000
MOST_ROOTS = 100_000
_VERDICTS: Final = ("failed", "blocked", "excluded")  # what must be mended comes first

Text = Annotated[str, Field(pattern=NO_NUL)] | None
Object = Annotated[Text, Query(alias="object", description="Only of this object.")]


@router.get(
    "/districts/{int:district}/rejections",
    url_name="rejections",
    response=shapes.Rejections,
    summary="Why records did not land",
)
def rejections(
    request: Request,
    district: int,
    start: From = "",
    limit: Annotated[int, Query(ge=1, le=MOST_REJECTIONS, description="Rejections a page.")] = 100,
    standing: Annotated[shapes.Standing, Query(description="Open, cleared by hand, or resolved.")] = "open",
    verdict: Annotated[shapes.Verdict | None, Query(description="Only of this verdict.")] = None,
    object_name: Object = None,
    reason: Annotated[Text, Query(description="Only for this reason.")] = None,
    root_object: Annotated[
        str | None, Query(pattern=NO_NUL, description="Only what a record of this object holds back.")
    ] = None,
    root_key: Annotated[
        str | None, Query(pattern=NO_NUL, description='The key of that record, its parts joined by "|".')
    ] = None,
    seen_since: Annotated[datetime | None, Query(description="Only what a resync met since then.")] = None,
    count: Annotated[bool, Query(description="Whether to count what is open, of the object if one is named.")] = False,
) -> shapes.Rejections:
    """One row for each record and reason; failed ones first, then blocked and excluded ones. Keys, never values.

    Right: errors.view.
    """
    known = enter(request, district, "errors.view")
    filters = {
        "standing": standing,
        "object": object_name,
        "reason": reason,
        "root_object": root_object,
        "root_key": root_key,
        "seen_since": seen_since,
    }
    after = _after(start)
    with state_connection() as connection:

        def fetch(most: int) -> list[dict[str, Any]]:
            return list(islice(_in_order(connection, known, {**filters, "limit": most}, verdict, after), most))

        page = paged(fetch, Place(after), _sorted_by, limit)
        total = count_rejections(connection, known, object_name=object_name) if count else None
    return shapes.Rejections(
        district=known.name,
        rejections=[shapes.Rejection.model_validate(_named(row)) for row in page.rows],
        total=total,
        next=page.after or None,
    )


@router.get(
    "/districts/{int:district}/roots",
    url_name="roots",
    response=shapes.Roots,
    summary="What to mend first",
)
def roots(
    request: Request,
    district: int,
    resync: Annotated[int | None, Query(ge=1, le=2**62, description="Only what this resync met.")] = None,
    object_name: Object = None,
    verdict: Annotated[
        Literal["failed", "excluded"] | None, Query(description="Problems to mend, or policy at work.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROOTS, description="At most so many roots.")] = 100,
) -> shapes.Roots:
    """Records by how much they hold back, with what the open rejections come to in all. Right: errors.view."""
    known = enter(request, district, "errors.view")
    with state_connection() as connection:
        said = outlook(connection, known, resync=resync)
        found = list(
            roots_of(connection, known, resync=resync, object_name=object_name, verdict=verdict, limit=limit + 1)
        )
    return shapes.Roots.model_validate(
        {"district": known.name, "outlook": said, "roots": found[:limit], "more": len(found) > limit}
    )


def _in_order(
    connection: Connection,
    known: KnownDistrict,
    filters: Mapping[str, Any],
    verdict: str | None,
    after: tuple[Any, ...],
) -> Iterator[dict[str, Any]]:
    """The rows beyond a row, of one verdict after the other; the next is asked for once one is at its end."""
    names = ("after_object", "after_reason", "after_year", "after_seen", "after_id")
    wanted = [each for each in _VERDICTS if verdict in (None, each)]
    if after:
        wanted = [each for each in wanted if _VERDICTS.index(each) >= after[0]]
    for each in wanted:
        here = after[1:] if after and _VERDICTS[after[0]] == each else (None,) * len(names)
        values = {
            **filters,
            **dict(zip(names, here, strict=True)),
            "district": known.id,
            "verdict": each,
        }
        with connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement("page_of_rejections"), values)
            yield from cursor


def _after(start: str) -> tuple[Any, ...]:
    after = beyond(start, int, str, str, int, str, int)
    if not after:
        return ()
    try:
        seen = datetime.fromisoformat(after[4])
    except ValueError:
        seen = None
    if seen is None or seen.tzinfo is None or after[0] >= len(_VERDICTS) or after[3] > 9999:
        raise SuspiciousOperation("from: this is not the start of a page of this list.")
    return (*after[:4], seen, after[5])


def _sorted_by(row: Mapping[str, Any]) -> tuple[Any, ...]:
    seen = row["first_seen_at"].isoformat()
    return (_VERDICTS.index(row["verdict"]), row["object"], row["reason"], row["school_year"] or 0, seen, row["id"])


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "year": row["school_year"],
        "first_seen": row["first_seen_at"],
        "last_seen": row["last_seen_at"],
        "resolved": row["resolved_at"],
        "resolved_by": row["resolved_by_id"],
    }
