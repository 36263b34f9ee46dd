"""What the hub knows of its agents: that they were seen, and what they said."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Now

from upstate.hub import models
from upstate.hub.postgres import database_errors


@database_errors()
def note_seen(districts: Iterable[int], place: str, version: str) -> None:
    """The agents of these districts, by id, are there, at this place, in this version."""
    models.Agent.objects.bulk_create(
        (models.Agent(district_id=each, place=place, version=version, seen_at=Now()) for each in districts),
        update_conflicts=True,
        update_fields=["place", "version", "seen_at"],
        unique_fields=["district"],
    )


@database_errors()
def note_line(district: int, line: str, *, resync: int | None = None, went_wrong: bool = False) -> None:
    """A line for a district's agent log; it names objects and counts, never values."""
    models.AgentEntry.objects.create(district_id=district, resync_id=resync, line=line, went_wrong=went_wrong)
