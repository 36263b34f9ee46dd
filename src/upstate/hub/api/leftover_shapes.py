"""What the API says of leftovers, and takes to decide on a removal that was held."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from upstate.hub.api.shapes import NO_NUL, Key, Schema


class Dependents(Schema):
    """Rows at the state that point at leftovers."""

    object: str = Field(description="Their object, or a table of the state's own.")
    leftovers: int = Field(description="So many are left over themselves, and could go with them.")
    in_the_way: int = Field(description="So many are not, and keep what they point at.")


class LeftOver(Schema):
    """The leftovers of an object."""

    object: str
    school_year: int | None = Field(description="Null: the object is not bound to a year.")
    leftovers: int
    rows: int = Field(description="How many rows of the district the state holds of it in all.")
    since: datetime = Field(description="Since when the oldest of them is left over.")
    resync: int = Field(description="The resync whose complete snapshot last lacked them.")
    needed: int = Field(description="So many were to go, and stay as a row that stays needs them.")
    state_owned: int = Field(description="So many were to go, and stay as a column that the state owns has a value.")
    held: int = Field(description="So many wait for approval.")
    dependents: list[Dependents] = Field(description="What hangs on them directly.")


class HeldRemoval(Schema):
    """A removal that is, or was, held for approval; of a rehearsal: that would be."""

    id: int
    resync: int
    object: str
    school_year: int | None
    rows: int = Field(description="So many rows would go,")
    rows_before: int = Field(description="of so many.")
    school: str | None = Field(description="The school whose share was too large, if that is why: its key.")
    school_rows: int | None
    school_rows_before: int | None
    state: Literal["waiting", "approved", "discarded", "replaced", "rehearsed"]
    held_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    reason: str
    removed: int | None = Field(description="How many rows went once it was approved, children and parents with them.")


class LeftOvers(Schema):
    """What the state holds that the district has no more, and the removals that were held, the newest first."""

    district: str
    objects: list[LeftOver]
    held: list[HeldRemoval]


class ListedLeftover(Schema):
    """One leftover."""

    key: Key
    school_year: int | None
    since: datetime
    kept: Literal["", "needed", "state_owned", "held"] = Field(description="Why it was not removed, if it was to be.")
    kept_by: str = Field(description="The object of a row that needs it.")
    dependents: list[Dependents]


class ListedLeftovers(Schema):
    """The leftovers of an object by key."""

    district: str
    object: str
    leftovers: list[ListedLeftover]
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")


class RemovalOutcome(Schema):
    """What came of removing a resync's leftovers."""

    resync: int
    settled: bool = Field(description="False: that was not asked for, or has not come to it yet.")
    removed: int
    message: str = Field(description="Why nothing was removed, if so.")
    held: list[HeldRemoval]


class Decided(Schema):
    """What came of a decision."""

    said: str
    held: HeldRemoval


class Decision(Schema):
    """A decision on a removal that waits."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "discard"]
    reason: str = Field(min_length=1, max_length=500, pattern=NO_NUL)
