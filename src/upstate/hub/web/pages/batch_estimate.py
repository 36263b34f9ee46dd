"""How much longer a resync will take, told from how long its objects took the last time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_READ: Final = 0.5  # of the work on an object, what is done once it is delivered; landing is the rest
_TELLING: Final = 1.0  # seconds of expected work done before the pace of this run is believed
_SLOWEST: Final = 20.0  # times the expected pace


@dataclass(frozen=True, slots=True)
class Part:
    """One object of a running resync: its order's state, the records read, and what is expected of it.

    `expected_seconds` and `expected_records` are None where the object never landed before.
    """

    state: str
    read: int
    expected_records: int | None
    expected_seconds: float | None

    @property
    def done(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.state in ("landed", "failed"):
            return 1.0
        if self.state == "delivered":
            return _READ
        if self.state != "reading" or not self.expected_records:
            return 0.0
        return _READ * min(1.0, self.read / self.expected_records)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds left for what was sent before (None: nothing to tell by); `unknown` objects are sent the first time."""

    seconds: float | None
    unknown: int


def time_left(parts: Iterable[Part], elapsed: float) -> Estimate:
    """What is left of a resync that has run for `elapsed` seconds.

    The expected seconds that are left, times how much slower or faster than expected this run has been so far.
    """
    parts = tuple(parts)
    known = [(part.expected_seconds, part.done) for part in parts if part.expected_seconds is not None]
    unknown = sum(part.expected_seconds is None and part.done < 1 for part in parts)
    left = sum(seconds * (1 - done) for seconds, done in known)
    done = sum(seconds * done for seconds, done in known)
    told = any(part.expected_seconds is not None and part.done < 1 for part in parts)
    if not told and unknown:
        return Estimate(None, unknown)
    pace = min(_SLOWEST, elapsed / done) if done > _TELLING else 1.0
    return Estimate(left * pace, unknown)
