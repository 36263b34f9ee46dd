"""Lists that are read page by page: where a page starts, and what was handed out for it, checked."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import SuspiciousOperation
from ninja import Query

from upstate.hub.web.keyset import place_of

From = Annotated[str, Query(alias="from", description="Where the page starts: `next` of the page before.")]
_LARGEST = 2**63 - 1


def beyond(start: str, *kinds: type[str | int]) -> tuple[Any, ...]:
    """The row that a page starts after, as the values it is sorted by; empty at the list's start.

    SuspiciousOperation, which becomes a 400, where `start` was not handed out by such a list.
    """
    place = place_of({"from": start})
    if place is None:
        return ()
    fits = len(place.beyond) == len(kinds) and all(
        type(value) is kind and ("\x00" not in value if isinstance(value, str) else 0 <= value <= _LARGEST)
        for value, kind in zip(place.beyond, kinds, strict=True)
    )
    if not fits or place.back:
        raise SuspiciousOperation("from: this is not the start of a page of this list.")
    return place.beyond
