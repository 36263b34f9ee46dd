"""What the API says of districts and of the catalog's objects."""

from __future__ import annotations

from pydantic import Field

from upstate.hub.api.shapes import Schema


class District(Schema):
    """A district that the token's person may see."""

    id: int
    name: str
    year: int = Field(description="Its scoped school year, named by its end: 2024 is 2023-2024.")
    years: list[int] = Field(description="The school years that it may send.")
    edition: str | None
    rights: list[str] = Field(description="What the token's person may do there.")


class Districts(Schema):
    """The districts that the token's person may see, by name."""

    districts: list[District]


class SyncObject(Schema):
    """One kind of record."""

    object: str
    table: str = Field(description="Its table at the state, in the schema state.")
    key: list[str] = Field(description="The columns of its key.")
    bound_to_year: bool = Field(description="Whether its records belong to a school year.")
    needs: list[str] = Field(description="Its parents: what Check dependencies adds.")
    before: list[str] = Field(description="What comes before it in a resync that sends both.")
    editions: list[str] = Field(description="Only zones of these editions are offered it; empty: all.")


class Objects(Schema):
    """The objects of the catalog in force, every parent before its child."""

    objects: list[SyncObject]
