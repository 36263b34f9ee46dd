"""What a verification came to, as a whole and object by object: what differs, and the colour and word that say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upstate.hub.models import Verification, VerifiedObject
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
