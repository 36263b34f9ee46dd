"""What people ask afterwards: where each object stands, what happened, what did not land and what frees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from psycopg.rows import dict_row

from upstate.hub.postgres import Connection, database_errors, statement
from upstate.hub.streaming import streamed
from upstate.planning import Counts, Status, status_of

if TYPE_CHECKING:  # a command that asks a hub elsewhere reads these values without Django's models
    from upstate.hub.districts import KnownDistrict

_VERDICTS = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded", "leftovers")


@dataclass(frozen=True, slots=True)
class ObjectRun:
    """One object of one resync. `records` were delivered so far; `message` says why it failed as a whole, if it did."""

    object: str
    state: str
    counts: Counts
    status: Status
    message: str
    records: int = 0
    seconds: float = 0.0
    started: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("landed", "failed")


@dataclass(frozen=True, slots=True)
class Root:
    """A record whose mending would free others: how many, and of which objects.

    `id` is that of a rejection that leads to it, its own where it is open: by it the root can be healed. None of a
    rehearsal, which left no rejection.
    """

    object: str
    key: tuple[str | None, ...]
    reason: str
    verdict: str
    message: str
    advice: str
    blocks: int
    by_object: Mapping[str, int]
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the open rejections come to, in records: `problems` hold back `held_back`; policy keeps out the others."""

    problems: int
    held_back: int
    failed: int
    kept_out: int
    kept_out_with_them: int


def status(connection: Connection, district: KnownDistrict) -> dict[str, ObjectRun]:
    """The last run of each object that the district ever sent, for its zone's school year; the others are absent."""
    values = {"district": district.name, "school_year": district.zone.school_year}
    return {row["object"]: _run(row) for row in streamed(connection, "status", values)}


def resync_runs(connection: Connection, resync: int) -> tuple[ObjectRun, ...]:
    """The objects of a resync in the order they run, as they stand now."""
    return tuple(_run(row) for row in streamed(connection, "resync_orders", {"resync": resync}))


def history(connection: Connection, district: KnownDistrict) -> Iterator[dict[str, Any]]:
    """Every object of every run that is kept, newest run first, with the columns of dis_batch_history."""
    return streamed(connection, "history", {"district": district.name})


def roots(
    connection: Connection,
    district: KnownDistrict,
    *,
    resync: int | None = None,
    object_name: str | None = None,
    objects: Iterable[str] | None = None,
    verdict: Literal["failed", "excluded"] | None = None,
    limit: int | None = None,
) -> Iterator[Root]:
    """What must be mended, whatever holds back most first; with `resync`, of what that resync, or rehearsal, met.

    Roots that failed are problems; excluded ones are policy at work. Without `resync` they may be of several `objects`.
    """
    values = {
        "district": district.id,
        "resync": resync,
        "object": object_name,
        "objects": list(objects) if objects is not None else None if object_name is None else [object_name],
        "verdict": verdict,
        "limit": limit,
    }
    # what landings keep of every root answers at once; what one resync met must be counted
    counted = "rehearsed_roots" if _is_rehearsed(connection, resync) else "roots"
    for row in streamed(connection, "kept_roots" if resync is None else counted, values, by_set=resync is not None):
        yield Root(
            object=row["root_object"],
            key=tuple(row["root_key"]),
            reason=row["root_reason"],
            verdict=row["verdict"],
            message=row["message"],
            advice=row["advice"],
            blocks=row["blocks"],
            by_object=row["by_object"],
            id=row["id"],
        )


def outlook(connection: Connection, district: KnownDistrict, *, resync: int | None = None) -> Outlook:
    """What the open rejections come to; with `resync`, those that resync, or rehearsal, met."""
    if resync is None:
        return summed_outlook(connection, district.id)
    name = "rehearsed_outlook" if _is_rehearsed(connection, resync) else "outlook"
    (row,) = streamed(connection, name, {"district": district.id, "resync": resync})
    return Outlook(**row)


@database_errors()
def summed_outlook(
    connection: Connection, district: int, *, objects: Iterable[str] | None = None, school_year: int | None = None
) -> Outlook:
    """What the open rejections of a district come to, from the sums its landings keep: at once, however many there are.

    Only those of some objects, and of a school year or of none, where such are given.
    """
    values = {
        "district": district,
        "objects": None if objects is None else list(objects),
        "school_year": school_year,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement("errors_outlook"), values).fetchone()
    return Outlook(**(row or {}))


def rejections(
    connection: Connection, district: KnownDistrict, *, object_name: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Every open rejection, a dict each; streamed, so that a million of them take no memory."""
    values = {"district": district.id, "object": object_name, "limit": limit}
    return streamed(connection, "rejections", values)


@database_errors()
def count_rejections(connection: Connection, district: KnownDistrict, *, object_name: str | None = None) -> int:
    """How many rejections are open."""
    values = {"district": district.id, "object": object_name}
    row = connection.execute(statement("count_rejections"), values).fetchone()
    return 0 if row is None else int(row[0])


@database_errors()
def _is_rehearsed(connection: Connection, resync: int | None) -> bool:
    if resync is None:
        return False
    row = connection.execute(statement("is_rehearsed"), {"resync": resync}).fetchone()
    return row is not None and bool(row[0])


def _run(row: Mapping[str, Any]) -> ObjectRun:
    counts = Counts(**{verdict: row[verdict] for verdict in _VERDICTS})
    settled = row["state"] in ("landed", "failed")
    return ObjectRun(
        object=row["object"],
        state=row["state"],
        counts=counts,
        status=status_of(counts, running=not settled, broken=row["state"] == "failed"),
        message=row["message"],
        records=row.get("records", 0),
        seconds=row.get("seconds", 0.0),
        started=row.get("started"),
    )
