"""One way in which a record is kept out: what is asked of it, and what is then said."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.loading.statements import Part


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which a record is kept out: the test, and the words and the root that go with it.

    Where a parent's rejection decides, the test only says who is suspect; `rejected` is the condition on that.
    """

    test: Part
    klass: int
    verdict: str
    reason: str
    column: str
    message: Part
    advice: Part
    root: tuple[Part, Part, Part] | tuple[()] = ()
    rejected: Part | None = None
