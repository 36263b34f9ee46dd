"""Where a page of the list of rejections starts, as its address says it: the parts of the list, and a row of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation

from upstate.hub.web.keyset import Place
from upstate.hub.web.pages.errors_key import is_text
from upstate.hub.web.pages.errors_wanted import VERDICTS

LAST: Final = 2**63 - 1  # no rejection has a greater id


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the list: the rejections of one verdict, object, reason and school year (0: none)."""

    verdict: str
    object: str
    reason: str
    year: int

    @property
    def order(self) -> tuple[int, str, str, int]:
        """Where the part stands: what must be mended comes first."""
        return VERDICTS.index(self.verdict), self.object, self.reason, self.year


@dataclass(frozen=True, slots=True)
class Start:
    """The row that a page starts after, or, backwards, before: its part, and where it stands in that."""

    part: Part
    at: datetime
    id: int
    root_object: str


def place_of_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a page that starts after this row is named by, as `start_of` reads it."""
    at = row["first_seen_at"].isoformat()
    return row["verdict"], row["object"], row["reason"], row["school_year"] or 0, at, row["id"], row["root_object"]


def start_of(place: Place) -> Start:
    """Where a page starts. SuspiciousOperation (a 400) where the place was not handed out by this list."""
    try:
        verdict, name, reason, year, at, number, root_object = place.beyond
        start = Start(Part(verdict, name, reason, year), datetime.fromisoformat(at), number, root_object)
        known = verdict in VERDICTS and all(is_text(each) for each in (name, reason, root_object))
        if not known or not isinstance(year, int) or not isinstance(number, int) or not 0 <= number <= LAST:
            raise ValueError(place)
    except (ValueError, TypeError) as error:
        raise SuspiciousOperation("The place in this list cannot be read.") from error
    return start
