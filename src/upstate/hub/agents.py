"""What the hub knows of its agents: that they were seen, and what they said."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection as control

from upstate.hub import models
from upstate.hub.postgres import database_errors, statement


@database_errors()
def note_seen(districts: Iterable[int], place: str, version: str) -> None:
    """The agents of these districts, by id, are there, at this place, in this version."""
    with control.cursor() as cursor:
        cursor.execute(
            statement("note_seen").decode(), {"districts": list(districts), "place": place, "version": version}
        )


@database_errors()
def note_line(district: int, line: str, *, resync: int | None = None, went_wrong: bool = False) -> None:
    """A line for a district's agent log; it names objects and counts, never values."""
    models.AgentEntry.objects.create(district_id=district, resync_id=resync, line=line, went_wrong=went_wrong)
