"""What the shapes of the API are made of, and the one for whatever goes wrong; the others stand beside it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

NO_NUL = r"^[^\x00]*$"  # PostgreSQL's text has none
Key = list[str | None]


class Schema(BaseModel):
    """The base of every shape: pydantic's own, as the framework's costs several times as much a row."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Schema):
    """What went wrong."""

    error: str = Field(description="One line: what is wrong and what to do.")
