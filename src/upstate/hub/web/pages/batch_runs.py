"""What of a zone and year runs, waits and ended last; and where each of its objects stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as control

from upstate.hub.postgres import database_errors, statement
from upstate.planning import Counts, Status, status_of

_VERDICTS = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded", "leftovers")


@dataclass(frozen=True, slots=True)
class Run:
    """A resync as its watchers see it; `now` is the database's clock when it was looked at, `hold` what holds it back.

    Of its `objects` so many are `settled`, of those so many `broken`: they failed as a whole. Of `read` records so many
    `records` were sent: all, or those that differ. Those `waiting` are gray though it has not begun.
    """

    id: int
    state: str
    mode: str
    asked_by: str
    placed_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    hold: str
    held_by: str
    now: datetime
    objects: int
    settled: int
    broken: int
    records: int
    read: int
    processed: int
    errors: int
    waiting: Sequence[str]

    @property
    def rehearsal(self) -> bool:
        """Whether nothing of it is written."""
        return self.mode == "rehearsal"

    @property
    def status(self) -> Status:
        """The one colour that sums it up."""
        counts = Counts(created=self.processed - self.errors, failed=self.errors)
        return status_of(counts, running=self.state in ("queued", "running"), broken=self.broken > 0)

    @property
    def lasted(self) -> timedelta:
        """How long it took, or has taken so far; nothing for one that has not begun."""
        if self.started_at is None:
            return timedelta()
        return (self.finished_at or self.now) - self.started_at


@dataclass(frozen=True, slots=True)
class LastOrder:
    """Where an object stands: its newest order, the resync that belongs to, and when it was started.

    Of `read` records so many `records` were sent; without `everything` only those that differ, and how many were read
    is known when all were.
    """

    object: str
    resync: int
    state: str
    message: str
    records: int
    read: int
    everything: bool
    started: datetime
    counts: Counts

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("landed", "failed")

    @property
    def status(self) -> Status:
        """The one colour that sums it up."""
        return status_of(self.counts, running=not self.settled, broken=self.state == "failed")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the last run of an object tells of its next one."""

    processed: int
    seconds: float


@database_errors()
def runs_of(zone: int, school_year: int) -> tuple[Run, ...]:
    """What runs, what waits in the order it will run, and the newest resync and rehearsal that have ended."""
    return tuple(Run(**row) for row in _rows("batch_runs", {"zone": zone, "school_year": school_year}))


@database_errors()
def last_orders(
    zone: int, school_year: int, objects: Iterable[str], hidden: Iterable[int] = ()
) -> dict[str, LastOrder]:
    """The newest order of each of these objects, for this year or for none; what was never sent is absent.

    `hidden` resyncs are passed over.
    """
    values = {"zone": zone, "school_year": school_year, "objects": list(objects), "hidden": list(hidden)}
    return {
        row["object"]: LastOrder(
            object=row["object"],
            resync=row["resync_id"],
            state=row["state"],
            message=row["message"],
            records=row["records"],
            read=row["read"],
            everything=row["everything"],
            started=row["started"],
            counts=Counts(**{verdict: row[verdict] for verdict in _VERDICTS}),
        )
        for row in _rows("batch_rows", values)
    }


@database_errors()
def expected_of(zone: int, school_year: int, objects: Iterable[str], before: int | None = None) -> dict[str, Expected]:
    """What is expected of each of these objects by its last landed run; `before`: by those before that resync."""
    values = {"zone": zone, "school_year": school_year, "objects": list(objects), "before": before}
    return {row["object"]: Expected(row["processed"], row["seconds"]) for row in _rows("batch_expected", values)}


def _rows(name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with control.cursor() as cursor:
        cursor.execute(statement(name).decode(), dict(values))
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
