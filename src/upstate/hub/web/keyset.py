"""Lists in pages that stay fast at a million rows: each page starts after the last row of the one before."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.db.models import Model, QuerySet

SIZE = 50
Row = TypeVar("Row")
Kept = TypeVar("Kept", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page starts: beyond a row, named by what the list is sorted by; `back` is towards the list's start."""

    beyond: tuple[Any, ...]
    back: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `before` and `after` are what `?from=` takes to get to the neighbours, empty at an end."""

    rows: Sequence[Row]
    before: str
    after: str


def place_of(query: Mapping[str, str]) -> Place | None:
    """The place that `?from=` names; None at the start. SuspiciousOperation (a 400) where someone wrote it by hand."""
    text = query.get("from", "")
    if not text:
        return None
    try:
        back, *beyond = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Place(tuple(beyond), bool(back))
    except (ValueError, TypeError) as error:
        raise SuspiciousOperation("The place in this list cannot be read.") from error


def newest_first(rows: QuerySet[Kept], place: Place | None, by: str = "id") -> QuerySet[Kept]:
    """The rows beyond a place, as `paged` fetches them: by a number that rises with time, the highest first."""
    if place is None:
        return rows.order_by(f"-{by}")
    if len(place.beyond) != 1 or type(place.beyond[0]) is not int:
        raise SuspiciousOperation("The place in this list cannot be read.")
    (beyond,) = place.beyond
    return rows.filter(**{f"{by}__gt" if place.back else f"{by}__lt": beyond}).order_by(by if place.back else f"-{by}")


def paged(
    fetch: Callable[[int], Iterable[Row]],
    place: Place | None,
    sorted_by: Callable[[Row], tuple[Any, ...]],
    size: int = SIZE,
) -> Page[Row]:
    """The page at a place. `fetch` returns at most so many rows beyond it: in the list's order, or, back, in reverse.

    One more row than a page holds is asked for, to know whether there is more.
    """
    found = list(fetch(size + 1))
    more, rows = len(found) > size, found[:size]
    back = place is not None and place.back
    if back:
        rows.reverse()
    return Page(
        rows,
        before=_text(True, sorted_by(rows[0])) if rows and (more if back else place is not None) else "",
        after=_text(False, sorted_by(rows[-1])) if rows and (more or back) else "",
    )


def _text(back: bool, beyond: tuple[Any, ...]) -> str:
    plain = json.dumps([int(back), *beyond], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
