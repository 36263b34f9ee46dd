"""One thing that was looked at: what it is like, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "mind", "mend"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`level`: good; mind (works, but know it); mend (something does not work, or will not for long)."""

    check: str
    level: Level
    says: str
    mend: str = ""


def good(check: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "good", says)


def mind(check: str, says: str, mend: str) -> Finding:
    """It works, but slower or with a risk."""
    return Finding(check, "mind", says, mend)


def must_mend(check: str, says: str, mend: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(check, "mend", says, mend)
