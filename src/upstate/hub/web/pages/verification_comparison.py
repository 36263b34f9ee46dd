"""Two verifications side by side, object by object: what each found, and what became different. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from upstate.hub.verification_result import ObjectResult, Result
from upstate.hub.web.pages.history_comparison import signed
from upstate.loading.verifying import KINDS


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
        return tuple(f"{signed(after[name] - before[name])} {name}" for name in after if after[name] != before[name])

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
