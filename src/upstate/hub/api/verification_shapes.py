"""What the API takes and gives about verifications, shape by shape."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from upstate.hub.api.shapes import Key, Schema


class WantedVerification(Schema):
    """A verification to be placed."""

    model_config = ConfigDict(extra="forbid")

    objects: list[str] | None = Field(description="The objects to compare; null: every object that is offered.")
    year: int | None = Field(None, description="The school year; null: the zone's own.")


class VerifiedObject(Schema):
    """One object of a verification. Its counts are null unless it was compared to its end."""

    object: str
    state: Literal["waiting", "compared", "not compared"]
    equal: bool = Field(description="Compared to its end, and nothing differs but what is expected.")
    resync_needed: bool = Field(description="Whether a resync would mend something; a leftover alone it would not.")
    district_count: int | None
    state_count: int | None
    district_only: int | None = Field(description="Records that the state lacks, though nobody expects it.")
    state_only: int | None = Field(description="Rows that the district does not have.")
    different: int | None = Field(description="Records with other values.")
    duplicates: int | None = Field(description="Keys that the district has more than once.")
    expected: dict[str, int] = Field(description="Differences as they should be, by why.")
    listed: int = Field(description="How many differences are kept by key.")
    seconds: float | None
    message: str = Field(description="Why it was not compared.")


class VerificationHead(Schema):
    """A verification: how far it is, or what came of it."""

    verification: int = Field(description="Its id.")
    district: str
    year: int
    mode: Literal["full", "partial"]
    state: Literal["queued", "running", "finished", "failed"] = Field(
        description="finished: every object was compared to its end; failed: not every one."
    )
    equal: bool
    resync_needed: list[str] = Field(description="The objects of which a resync would mend something.")
    asked_by: str
    by_state: bool = Field(description="Whether it was asked for in the state's name.")
    placed: datetime
    started: datetime | None
    finished: datetime | None
    message: str


class Verification(VerificationHead):
    """A verification with its objects."""

    objects: list[VerifiedObject] = Field(description="In the order they are compared.")


class Verifications(Schema):
    """Verifications, newest first."""

    district: str
    verifications: list[VerificationHead]
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")


class Difference(Schema):
    """A record on which the ends did not agree. No value is kept."""

    object: str
    kind: Literal["district_only", "state_only", "different", "duplicates"]
    key: Key
    columns: list[str] = Field(description="In which columns it differed.")
    owners: list[str] = Field(description="Who owned each of these columns: district or state.")
    expected: str | None = Field(description="Why it is as it should be; null: nobody expects it.")


class Differences(Schema):
    """Differences, object by object; of each those that nobody expects first, by key."""

    verification: int
    total: int = Field(description="How many there are in all, also where not all are kept by key.")
    listed: int = Field(description="How many are kept by key.")
    differences: list[Difference]
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")
