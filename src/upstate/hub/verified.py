"""Reading verifications back: what each came to, the differences of an object, and two of them over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from upstate.hub.models import Verification, VerifiedDifference, VerifiedObject
from upstate.hub.postgres import database_errors
from upstate.loading.verifying import KINDS
from upstate.planning import Status


@dataclass(frozen=True, slots=True)
class ObjectResult:
    """One object of a verification; without counts it was not compared to its end, or not yet."""

    row: VerifiedObject

    @property
    def compared(self) -> bool:
        """Whether it was compared to its end."""
        return self.row.state == "compared"

    @property
    def sets(self) -> Mapping[str, int | None]:
        """The four sets: of each kind so many differences that nobody expects; None where it was not compared."""
        return {kind: getattr(self.row, kind) for kind in KINDS}

    @property
    def unexpected(self) -> int:
        """How many differences nobody expects."""
        return sum(count or 0 for count in self.sets.values())

    @property
    def expected(self) -> int:
        """How many are as they should be."""
        return sum(self.row.expected.values())

    @property
    def equal(self) -> bool:
        """Whether it was compared to its end and nothing unexpected differs."""
        return self.compared and self.unexpected == 0

    @property
    def resync_needed(self) -> bool:
        """Whether a resync would mend something; a leftover alone it would not."""
        return self.compared and self.unexpected > (self.row.state_only or 0)

    @property
    def listed_all(self) -> bool:
        """Whether every difference is kept by key."""
        return self.row.kept == self.unexpected + self.expected

    @property
    def status(self) -> Status:
        """The colour that says it."""
        if self.row.state == "waiting":
            return Status.GRAY
        if not self.compared:
            return Status.NEVER
        return Status.GREEN if self.equal else Status.RED

    @property
    def word(self) -> str:
        """The word beside the colour."""
        if not self.compared:
            return str(self.row.state)
        return "equal" if self.equal else "not equal"


@dataclass(frozen=True, slots=True)
class Result:
    """A verification and its objects, in order."""

    row: Verification
    objects: tuple[ObjectResult, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.row.state in ("finished", "failed")

    @property
    def equal(self) -> bool:
        """Whether every object was compared to its end, there was one at all, and nothing unexpected differs."""
        return self.row.state == "finished" and bool(self.objects) and all(each.equal for each in self.objects)

    @property
    def resync_needed(self) -> tuple[str, ...]:
        """The objects of which a resync would mend something."""
        return tuple(each.row.object for each in self.objects if each.resync_needed)

    @property
    def settled(self) -> int:
        """How many objects were looked at so far."""
        return sum(each.row.state != "waiting" for each in self.objects)

    @property
    def not_compared(self) -> int:
        """How many objects were not compared to their end."""
        return sum(each.row.state == "not compared" for each in self.objects)

    @property
    def unequal(self) -> tuple[str, ...]:
        """The objects that were compared and are not equal."""
        return tuple(each.row.object for each in self.objects if each.compared and not each.equal)

    @property
    def only_left_over(self) -> tuple[str, ...]:
        """The objects that are not equal, and of which a resync would mend nothing."""
        needed = self.resync_needed
        return tuple(name for name in self.unequal if name not in needed)

    @property
    def unexpected(self) -> int:
        """How many differences nobody expects, of all objects."""
        return sum(each.unexpected for each in self.objects)

    @property
    def expected(self) -> int:
        """How many are as they should be, of all objects."""
        return sum(each.expected for each in self.objects)

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not begun or not ended."""
        began, ended = self.row.started_at, self.row.finished_at
        return None if began is None or ended is None else (ended - began).total_seconds()

    @property
    def status(self) -> Status:
        """The colour that says it."""
        if not self.ended:
            return Status.GRAY
        if self.equal:
            return Status.GREEN
        return Status.RED if self.unequal else Status.NEVER

    @property
    def word(self) -> str:
        """The word beside the colour."""
        if not self.ended:
            return "waiting" if self.row.state == "queued" else "running"
        if self.equal:
            return "equal"
        return "not equal" if self.unequal else "not compared"


def verifications_of(zone: int) -> QuerySet[Verification]:
    """Every verification of a zone, in no order."""
    return Verification.objects.filter(zone=zone)


@database_errors()
def results(rows: Iterable[Verification]) -> list[Result]:
    """What these came to, with their objects in one statement."""
    rows = list(rows)
    by_number: dict[int, list[ObjectResult]] = {row.id: [] for row in rows}
    for each in VerifiedObject.objects.filter(verification__in=by_number).order_by("verification", "position"):
        by_number[each.verification_id].append(ObjectResult(each))
    return [Result(row, tuple(by_number[row.id])) for row in rows]


@database_errors()
def last_result(zone: int, school_year: int) -> Result | None:
    """The newest verification of a zone and year that has ended."""
    found = verifications_of(zone).filter(school_year=school_year, state__in=("finished", "failed"))
    newest = found.order_by("-id").first()
    return None if newest is None else results([newest])[0]


@database_errors()
def newest_full(years: Mapping[int, int]) -> dict[int, Result]:
    """Of each of these zones, by id, the newest verification of all objects of the year given that has ended."""
    found = Verification.objects.filter(zone__in=years, mode="full", state__in=("finished", "failed"))
    newest = found.order_by("zone", "school_year", "-id").distinct("zone", "school_year")
    return {each.row.zone_id: each for each in results(row for row in newest if row.school_year == years[row.zone_id])}


def differences_of(
    verified: Iterable[int], *, kind: str | None = None, expected: bool | None = None
) -> QuerySet[VerifiedDifference]:
    """The kept differences of verified objects; by id: object by object, those that nobody expects first, by key."""
    found = VerifiedDifference.objects.filter(verified__in=list(verified))
    if kind is not None:
        found = found.filter(kind=kind)
    if expected is not None:
        found = found.filter(expected__isnull=not expected)
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """One object in an older and a newer verification; None where one did not have it."""

    object: str
    older: ObjectResult | None
    newer: ObjectResult | None

    @property
    def changes(self) -> tuple[str, ...]:
        """What became different, as in "+3 different"; none unless both compared it to its end."""
        if self.older is None or self.newer is None or not (self.older.compared and self.newer.compared):
            return ()
        before, after = _counts(self.older), _counts(self.newer)
        return tuple(f"{_signed(after[name] - before[name])} {name}" for name in after if after[name] != before[name])

    @property
    def same(self) -> bool:
        """Whether both had it, it ended alike in both, and no count is another."""
        if self.older is None or self.newer is None:
            return False
        return self.older.word == self.newer.word and not self.changes


def compare(older: Result, newer: Result) -> tuple[Pair, ...]:
    """A pair for each object of either: in the newer one's order, then what only the older one had."""
    before = {each.row.object: each for each in older.objects}
    after = {each.row.object: each for each in newer.objects}
    names = (*after, *(name for name in before if name not in after))
    return tuple(Pair(name, before.get(name), after.get(name)) for name in names)


def _counts(result: ObjectResult) -> dict[str, int]:
    row: Any = result.row
    sets = {kind.replace("_", " "): getattr(row, kind) for kind in KINDS}
    return {"at the district": row.district_count, "at the state": row.state_count, **sets, "expected": result.expected}


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")
