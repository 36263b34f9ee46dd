"""What the API takes and gives about resyncs: plans, runs, receipts, the history, and where that leaves each object."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from upstate.hub.api.shapes import NO_NUL, Schema


class Step(Schema):
    """One object of a plan."""

    object: str
    year: int | None = Field(description="The school year it is limited to; null: it is not bound to one.")
    added_for: list[str] = Field(description="The chosen objects that need it; empty: it was chosen itself.")


class Plan(Schema):
    """What a resync would send, in order."""

    district: str
    year: int
    mode: Literal["full", "partial"]
    objects: list[Step]
    warnings: list[str]


class Wanted(Schema):
    """A resync to be placed."""

    model_config = ConfigDict(extra="forbid")

    # no default: a body that says nothing must not send everything
    objects: list[str] | None = Field(description="The objects to send; null: every object that is offered.")
    year: int | None = Field(None, description="The school year; null: the zone's own.")
    check_dependencies: bool = Field(True, description="Whether to add what the chosen objects need.")
    everything: bool = Field(False, description="Whether to send every record, not only what differs.")
    rehearse: bool = Field(False, description="Whether to do all of it and write nothing.")
    remove_leftovers: bool = Field(
        False, description="Whether rows at the state that the district no longer has go at the end."
    )
    reason: str = Field("", max_length=500, pattern=NO_NUL, description="Why, for the history.")


class Counts(Schema):
    """What became of an object's records."""

    processed: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    failed: int
    blocked: int
    excluded: int
    leftovers: int = Field(description="Rows at the state that the district has no more, and that are still there.")
    errors: int = Field(description="failed + blocked + excluded.")
    status: Literal["green", "yellow", "red", "gray", "never"]


class ObjectRun(Counts):
    """One object of a resync."""

    object: str
    state: Literal["waiting", "reading", "delivered", "landed", "failed"]
    records: int = Field(description="How many were delivered so far.")
    seconds: float
    started: datetime | None
    finished: datetime | None
    message: str = Field(description="Why it failed as a whole, if it did.")


class Resync(Schema):
    """A resync: how far it is, or what came of it. Of a rehearsal nothing was written but this."""

    resync: int = Field(description="Its id.")
    district: str
    year: int
    mode: Literal["full", "partial", "rehearsal", "selective", "heal"]
    state: Literal["queued", "running", "finished", "failed"]
    asked_by: str
    reason: str
    check_dependencies: bool
    placed: datetime
    started: datetime | None
    finished: datetime | None
    hold: Literal["", "paused", "cancelled"] = Field(description="What holds it back; cancelled: it ends in a moment.")
    disclosed: bool = Field(description="False: the state asked for it and does not say for which objects.")
    objects: list[ObjectRun] = Field(description="In the order they run; empty where they are not disclosed.")
    follows: int | None = Field(description="The resync that it goes on from: that one landed what held these back.")
    followed_by: list[int] = Field(description="The resyncs that go on from it.")
    remove_leftovers: bool = Field(description="Whether leftovers were to be removed at its end.")


class ReceiptEnd(Schema):
    """An object at one end, as a resync left it."""

    records: int = Field(description="How many it held that have a digest: those whose values fit their columns.")
    digest: str = Field(description="Of all of them.")
    landed: str = Field(description="Of those that must be the same at both ends: what landed.")
    sums: list[int] = Field(description="What the digest is of: records, and the sums of their digests' halves.")
    landed_sums: list[int]


class ReceiptObject(Schema):
    """An object of a receipt."""

    object: str
    year: int | None = Field(description="The school year it was limited to; null: it is not bound to one.")
    agrees: bool = Field(description="Whether what landed is the same at both ends.")
    equal: bool = Field(description="Whether the ends were the same to the last record.")
    definition: str = Field(description="Of the digests; another catalog makes others.")
    district: ReceiptEnd
    state: ReceiptEnd
    turned_away: int = Field(description="Records that did not land: failed, blocked or excluded.")
    leftovers: int = Field(description="Rows at the state that the district has no more.")


class Receipt(Schema):
    """What a resync left at both ends; it is named by the resync's id."""

    receipt: int
    district: str
    year: int
    finished: datetime | None
    agrees: bool = Field(description="Whether what landed is the same at both ends, of every object.")
    untold: list[str] = Field(description="Objects that landed, and whose agent told no digest.")
    objects: list[ReceiptObject]


class Wish(Schema):
    """What is to be done with a resync that has not ended."""

    wish: Literal["pause", "resume", "cancel"]


class History(Schema):
    """Resyncs, newest first."""

    district: str
    resyncs: list[Resync]
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")


class ObjectStatus(Counts):
    """Where an object stands."""

    object: str
    last_resync: datetime | None = Field(description="When its last run started; null: never.")
    state: str | None = Field(description="Where that run stands; null: never run.")
    message: str


class Status(Schema):
    """Where every object that a district is offered stands, in the order of a full resync."""

    district: str
    year: int
    unfinished: int | None = Field(description="The resync that runs for this year, if one does.")
    objects: list[ObjectStatus]
