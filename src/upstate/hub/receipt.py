"""A receipt: what both ends held of each object after a resync, and whether that is the same. A plain value.

A command that asks a hub elsewhere reads it without Django's models.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from upstate.planning import Status
from upstate.wire.digests import Total


@dataclass(frozen=True, slots=True)
class ReceiptObject:
    """One object of a receipt: what the district had as it was read, and the state once it had landed.

    `district_landed` and `state_landed` are of what must be the same at both: without what was `turned_away` and the
    `leftovers`. A record that does not fit its columns was turned away and has no digest.
    """

    object: str
    school_year: int | None
    definition: bytes
    district: Total
    state: Total
    district_landed: Total
    state_landed: Total
    turned_away: int
    leftovers: int

    @property
    def agrees(self) -> bool:
        """Whether what landed is the same at both ends, by the sums of its records' digests."""
        return self.district_landed == self.state_landed

    @property
    def equal(self) -> bool:
        """Whether the ends are the same to the last record."""
        return self.agrees and self.district == self.state and not self.turned_away

    @property
    def status(self) -> Status:
        """The colour that says it."""
        return Status.GREEN if self.agrees else Status.RED

    @property
    def word(self) -> str:
        """What the colour says, and why the ends are not the same where they are not."""
        if not self.agrees:
            return "not equal"
        return "equal" if self.equal else "equal in what landed"

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of all that the district, and that the state, had: what either can compute again."""
        return self.district.shown(self.definition), self.state.shown(self.definition)

    @property
    def landed_digests(self) -> tuple[str, str]:
        """The digests of what landed, at the district and at the state."""
        return self.district_landed.shown(self.definition), self.state_landed.shown(self.definition)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a resync, named by its id; `untold` are objects that landed and whose digests nobody told."""

    resync: int
    district: str
    school_year: int
    finished: datetime | None
    objects: tuple[ReceiptObject, ...]
    untold: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether there is an object, every one has its digests, and what landed is the same at both ends."""
        return bool(self.objects) and not self.untold and all(each.agrees for each in self.objects)

    @property
    def unequal(self) -> tuple[str, ...]:
        """The objects of which what landed is not the same."""
        return tuple(each.object for each in self.objects if not each.agrees)
