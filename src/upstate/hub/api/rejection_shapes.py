"""What the API says of what did not land: rejections, and the roots to be mended."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from upstate.hub.api.shapes import Key, Schema

Verdict = Literal["failed", "blocked", "excluded"]
Standing = Literal["open", "cleared", "resolved"]


class Rejection(Schema):
    """One reason why one record did not land."""

    id: int
    object: str
    key: Key = Field(description="The parts of the record's key, as text.")
    year: int | None
    verdict: Verdict
    reason: str
    column: str
    records: int = Field(description="How many delivered records have this key.")
    message: str
    advice: str
    root_object: str
    root_key: Key = Field(description="The record whose mending would free this one; it may be the record itself.")
    root_reason: str
    first_seen: datetime
    last_seen: datetime
    resolved: datetime | None
    resolved_by: int | None = Field(description="The resync that resolved it.")


class Rejections(Schema):
    """Rejections: of each verdict by object, reason, school year, and when they were first seen."""

    district: str
    rejections: list[Rejection]
    total: int | None = Field(description="How many are open in all, where `count` asks for it.")
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")


class Outlook(Schema):
    """What the open rejections come to, in records."""

    problems: int = Field(description="So many failed records hold others back.")
    held_back: int
    failed: int
    kept_out: int = Field(description="Excluded by a policy of their own.")
    kept_out_with_them: int = Field(description="Excluded because their parent is.")


class Root(Schema):
    """A record whose mending would free others."""

    id: int | None = Field(description="By it the root is healed; null in a rehearsal.")
    object: str
    key: Key
    reason: str
    verdict: str
    message: str
    advice: str
    blocks: int = Field(description="How many other records it holds back.")
    by_object: dict[str, int]


class Roots(Schema):
    """What must be mended, whatever holds back most first."""

    district: str
    outlook: Outlook
    roots: list[Root]
    more: bool = Field(description="Whether there are more than were asked for.")
