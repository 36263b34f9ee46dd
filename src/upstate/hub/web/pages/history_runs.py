"""The runs of a district for the history's pages: each with its totals, and one with every object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from upstate.hub.models import Order, Person, Resync
from upstate.hub.postgres import database_errors
from upstate.hub.requests import NOT_DISCLOSED, undisclosed
from upstate.hub.rights import may
from upstate.planning import Counts, Status, status_of

_VERDICTS = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded", "leftovers")


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run with what became of all its records. `closed`: which objects it had is not for this person to see.

    `requested` says that the state asked for it.
    """

    resync: Resync
    counts: Counts
    closed: bool
    requested: bool

    @property
    def rehearsal(self) -> bool:
        """Whether nothing of it was written."""
        return self.resync.mode == "rehearsal"

    @property
    def title(self) -> str:
        """What it is called: "Resync 7", "Rehearsal 8"."""
        return f"{'Rehearsal' if self.rehearsal else 'Resync'} {self.resync.id}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not begun or not ended."""
        began, ended = self.resync.started_at, self.resync.finished_at
        return None if began is None or ended is None else (ended - began).total_seconds()

    @property
    def status(self) -> Status:
        """The one colour that sums it up."""
        state = self.resync.state
        return status_of(self.counts, running=state in ("queued", "running"), broken=state == "failed")

    @property
    def word(self) -> str:
        """What the status says where more is known than its colour tells; empty: the colour's own word."""
        words = {"queued": "waiting", "running": "running", "failed": "not all landed"}
        return words.get(self.resync.state, "")


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """One object of a run; `seconds` is its share of the run's time, None where it has not ended."""

    object: str
    state: str
    school_year: int | None
    started: datetime | None
    seconds: float | None
    records: int
    counts: Counts
    message: str

    @property
    def status(self) -> Status:
        """The one colour that sums it up."""
        moving = self.state not in ("landed", "failed")
        return status_of(self.counts, running=moving, broken=self.state == "failed")

    @property
    def word(self) -> str:
        """What the status says where more is known than its colour tells; empty: the colour's own word."""
        words = {"waiting": "waiting", "reading": "sending", "delivered": "landing", "failed": "did not land"}
        return words.get(self.state, "")


def runs_of_zone(zone: int) -> QuerySet[Resync]:
    """Every run of a zone, in no order."""
    return Resync.objects.filter(zone=zone).select_related("requested")


def open_runs(runs: QuerySet[Resync], person: Person) -> QuerySet[Resync]:
    """Those runs whose objects a person may see: only among them may one look for an object."""
    if may(person, "requests.view", None):
        return runs
    return runs.exclude(id__in=Resync.objects.filter(NOT_DISCLOSED).values("id"))


@database_errors()
def run_lines(runs: Iterable[Resync], person: Person) -> list[RunLine]:
    """These runs as lines, with the totals of all of them in one statement."""
    runs = list(runs)
    numbers = [run.id for run in runs]
    closed = undisclosed(person, numbers)
    sums = {f"of_{verdict}": Sum(verdict) for verdict in _VERDICTS}
    summed = Order.objects.filter(resync__in=numbers).order_by().values("resync").annotate(**sums)
    totals = {
        resync: Counts(**{verdict: int(each) for verdict, each in zip(_VERDICTS, of, strict=True)})
        for resync, *of in summed.values_list("resync", *sums)
    }
    return [RunLine(run, totals.get(run.id, Counts()), run.id in closed, hasattr(run, "requested")) for run in runs]


@database_errors()
def object_lines(resync: int) -> tuple[ObjectLine, ...]:
    """Every object of a run, in the order they run."""
    return tuple(_shared(Order.objects.filter(resync=resync).order_by(F("position"))))


@database_errors()
def newest_of(resync: Resync) -> tuple[str, ...]:
    """The objects of a run that no later one has landed since: what is open of them, it was the last to meet."""
    later = Order.objects.filter(
        resync__zone=resync.zone_id,
        resync__gt=resync.id,
        resync__mode__in=("full", "partial"),  # others send some records only, or none
        state="landed",
        object=OuterRef("object"),
    )
    since, anew = later.filter(school_year=OuterRef("school_year")), later.filter(school_year=None)
    landed = Order.objects.filter(resync=resync, state="landed").exclude(Exists(since)).exclude(Exists(anew))
    return tuple(landed.values_list("object", flat=True))


def _shared(orders: Sequence[Order] | QuerySet[Order]) -> Iterable[ObjectLine]:
    """As objects land one after the other, each has the time from the end of those before it to its own end."""
    before: datetime | None = None
    for order in orders:
        seconds = None
        if order.started_at is not None and order.finished_at is not None:
            began = order.started_at if before is None else max(order.started_at, before)
            seconds = max(0.0, (order.finished_at - began).total_seconds())
            before = order.finished_at if before is None else max(before, order.finished_at)
        yield ObjectLine(
            object=order.object,
            state=order.state,
            school_year=order.school_year,
            started=order.started_at,
            seconds=seconds,
            records=order.records,
            counts=Counts(**{verdict: getattr(order, verdict) for verdict in _VERDICTS}),
            message=order.message,
        )
