"""What the API takes and gives about some records instead of whole objects: selective syncs, and healing a root."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from upstate.hub.api.shapes import NO_NUL, Schema

Text = Annotated[str, Field(max_length=1_000, pattern=NO_NUL)]


class WantedRecords(Schema):
    """Records to be sent, by key or by the district's own id."""

    model_config = ConfigDict(extra="forbid")

    object: Text
    records: list[list[Text]] = Field(description="A row a record: the parts of its key, or its one id.")
    by_id: bool = Field(False, description="Whether they are the district's own ids, as its mapping says.")
    parents: bool = Field(True, description="Whether to send what those records need, too.")
    dependents: bool = Field(False, description="Whether to send what hangs on them, too.")
    year: int | None = Field(None, description="The school year; null: the zone's own.")


class WantedRoot(Schema):
    """How a root is to be healed."""

    model_config = ConfigDict(extra="forbid")

    year: int | None = Field(None, description="The school year for a record that is bound to none; null: the zone's.")


class Selection(Schema):
    """What was asked for, and what the district did not have of it; the resync itself says what came of the rest."""

    resync: int
    object: str
    asked: list[str] = Field(description='Keys, their parts joined by "|", or ids.')
    by_id: bool
    parents: bool
    dependents: bool
    not_there: list[str] = Field(
        description="Of those, what the district has no record of. Nothing was changed for them."
    )


class SelectionLine(Schema):
    """A selective sync in the list of them."""

    resync: int
    asked_by: str
    placed: datetime
    finished: datetime | None
    state: str
    object: str
    records: int = Field(description="How many were asked for.")
    by_id: bool
    parents: bool
    dependents: bool
    not_there: int | None = Field(description="Of those, how many the district has no record of; null: not told yet.")


class Selections(Schema):
    """Selective syncs, newest first."""

    district: str
    selections: list[SelectionLine]
    next: str | None = Field(description="The value of `from` for the next page; null at the end.")
