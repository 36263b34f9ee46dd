"""How districts stand at a glance: of each colour so many objects, and when anything was last sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection as control

from upstate.hub.models import District
from upstate.hub.postgres import database_errors, statement
from upstate.planning import Status


@dataclass(slots=True)
class Standing:
    """A district's objects by the status of their last run; `last` is when the newest of them started."""

    by_status: dict[Status, int] = field(default_factory=dict)
    last: datetime | None = None

    @property
    def worst(self) -> Status:
        """The status that wants attention most."""
        order = (Status.GRAY, Status.RED, Status.YELLOW, Status.GREEN)
        return next((status for status in order if self.by_status.get(status)), Status.NEVER)


@database_errors()
def standing_of_districts(districts: Iterable[District]) -> dict[int, Standing]:
    """The standing of each of these districts that ever sent anything, by id, in one statement."""
    found: dict[int, Standing] = {}
    with control.cursor() as cursor:
        cursor.execute(statement("standing_of_districts").decode(), {"districts": [each.id for each in districts]})
        for district, status, objects, last in cursor.fetchall():
            standing = found.setdefault(district, Standing())
            standing.by_status[Status(status)] = objects
            standing.last = max(filter(None, (standing.last, last)), default=None)
    return found
