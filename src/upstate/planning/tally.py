"""What became of an object's records, counted; and the one status that sums it up."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records met each verdict; `leftovers` are rows at the state that the district no longer has."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: int = 0
    blocked: int = 0
    excluded: int = 0
    leftovers: int = 0

    @property
    def landed(self) -> int:
        """The district's records that the state holds just so now."""
        return self.created + self.updated + self.unchanged

    @property
    def processed(self) -> int:
        """Every record that was delivered, whatever became of it."""
        return self.landed + self.errors

    @property
    def errors(self) -> int:
        """The records that did not land: failures and attempts that are not allowed."""
        return self.failed + self.blocked + self.excluded

    def __add__(self, other: Counts) -> Counts:
        """The sum, verdict by verdict."""
        return Counts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


class Status(Enum):
    """The colour that sums up an object's last resync; always shown with its word and its shape."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GRAY = "gray"
    NEVER = "never"

    @property
    def word(self) -> str:
        """What it says, for who does not see the colour."""
        return _WORDS[self]

    @property
    def shape(self) -> str:
        """One character whose form alone tells it from the others."""
        return _SHAPES[self]


_WORDS = {
    Status.GREEN: "no errors",
    Status.YELLOW: "few errors",
    Status.RED: "errors",
    Status.GRAY: "in progress",
    Status.NEVER: "never run",
}
_SHAPES = {Status.GREEN: "●", Status.YELLOW: "▲", Status.RED: "■", Status.GRAY: "◐", Status.NEVER: "○"}


def status_of(counts: Counts, *, running: bool = False, ever: bool = True, broken: bool = False) -> Status:
    """Green without errors, yellow up to exactly 1 % of the processed, red above; in whole numbers, never rounded.

    `running` is gray whatever the counts; `ever` False is never; `broken`, an object that could not be read or landed
    as a whole, is red, though it has no counts at all.
    """
    if running:
        return Status.GRAY
    if not ever:
        return Status.NEVER
    if broken:
        return Status.RED
    if counts.errors == 0:
        return Status.GREEN
    return Status.YELLOW if counts.errors * 100 <= counts.processed else Status.RED
