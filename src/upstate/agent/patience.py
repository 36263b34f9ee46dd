"""What to do when the hub does not answer as hoped: wait so long and ask again, or give up. Pure: no clock, no dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Trouble = Literal["unreachable", "away", "busy", "often", "damaged"]
"""unreachable: no answer came; away: the hub is there, its database is not, or a balancer answers for it; busy: it has
no room; often: we ask too much; damaged: what we sent arrived as something else."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask the same again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Ask no more for now."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """The first pause, which doubles up to the longest; how long in all, and how often, it is tried."""

    first: float
    longest: float
    in_all: float
    attempts: int


_RULES: dict[Trouble, _Rule] = {
    "unreachable": _Rule(0.5, 30.0, 900.0, 1_000),
    "away": _Rule(0.5, 30.0, 900.0, 1_000),
    "busy": _Rule(1.0, 30.0, 6 * 3600.0, 100_000),
    "often": _Rule(5.0, 60.0, 3600.0, 1_000),
    "damaged": _Rule(0.1, 1.0, 60.0, 12),
}
LONGEST_TOLD = 900.0  # seconds that a hub may send us away for


def next_step(
    trouble: Trouble, attempts: int, waited: float, *, told: float | None = None, chance: float = 1.0
) -> Wait | GiveUp:
    """What to do after so many attempts (the first is 1) that failed like this, and so many seconds of waiting.

    `told` is what the hub said to wait; we never come sooner. `chance`, from 0 to 1, spreads agents that were all cut
    off at the same moment: the pause is between half and all of what the rule says.
    """
    rule = _RULES[trouble]
    pause = min(rule.longest, rule.first * 2.0 ** min(attempts - 1, 30)) * (0.5 + 0.5 * chance)
    if told is not None:
        pause = max(pause, min(told, LONGEST_TOLD))
    if attempts >= rule.attempts or waited + pause > rule.in_all:
        return GiveUp()
    return Wait(pause)


def longest(trouble: Trouble) -> float:
    """How many seconds we wait in all, at most, over one request."""
    return _RULES[trouble].in_all
