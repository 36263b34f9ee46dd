"""Two runs side by side, object by object: what each had, and what became different. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from upstate.hub.web.pages.history_runs import ObjectLine
from upstate.planning import Counts

_TOTALS = ("processed", "created", "updated", "unchanged", "errors", "failed", "blocked", "excluded")
_VERDICTS = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class Pair:
    """One object in an older and a newer run; None where a run did not have it."""

    object: str
    older: ObjectLine | None
    newer: ObjectLine | None

    @property
    def differs(self) -> bool:
        """Whether anything about it is different: it was there only once, or its end or any count changed."""
        if self.older is None or self.newer is None:
            return True
        return (self.older.state, self.older.counts) != (self.newer.state, self.newer.counts)

    @property
    def changes(self) -> tuple[str, ...]:
        """The verdicts whose count changed, as in "+12 created"; none where only one run had the object."""
        if self.older is None or self.newer is None:
            return ()
        both = zip(_VERDICTS, astuple(self.older.counts), astuple(self.newer.counts), strict=True)
        return tuple(f"{signed(after - before)} {verdict}" for verdict, before, after in both if after != before)


@dataclass(frozen=True, slots=True)
class Total:
    """One count of all objects together, in both runs."""

    name: str
    older: int
    newer: int

    @property
    def change(self) -> str:
        """By how much it became different."""
        return signed(self.newer - self.older)

    @property
    def same(self) -> bool:
        """Whether it did not."""
        return self.older == self.newer


def signed(number: int) -> str:
    """A difference with its sign: +1,204, −3, 0."""
    return f"{number:+,}".replace("-", "−") if number else "0"


def totals(older: Counts, newer: Counts) -> tuple[Total, ...]:
    """The sums of both runs, verdict by verdict, each sum before what it is made of."""
    return tuple(Total(name, getattr(older, name), getattr(newer, name)) for name in _TOTALS)


def compare(older: Iterable[ObjectLine], newer: Iterable[ObjectLine]) -> tuple[Pair, ...]:
    """A pair for each object of either run: in the newer run's order, then what only the older one had."""
    before = {line.object: line for line in older}
    after = {line.object: line for line in newer}
    names = (*after, *(name for name in before if name not in after))
    return tuple(Pair(name, before.get(name), after.get(name)) for name in names)
