"""What of a district's rejections someone wants to see: their standing, and whatever else narrows them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from upstate.hub.web.pages.errors_key import Key

Standing = Literal["open", "cleared", "resolved"]

VERDICTS: Final = ("failed", "blocked", "excluded")  # what must be mended comes first


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a district's rejections is wanted; None: whatever it is. Moments end before `…_until`."""

    standing: Standing = "open"
    object: str | None = None
    reason: str | None = None
    verdict: str | None = None
    school_year: int | None = None
    record: Key | None = None
    root: Key | None = None
    root_object: str | None = None
    school: Key | None = None
    first_since: datetime | None = None
    first_until: datetime | None = None
    last_since: datetime | None = None
    last_until: datetime | None = None
