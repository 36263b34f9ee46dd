"""One district's tie to the state: the year in scope, the other years it may send, what it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Zone:
    """A district, its scoped school year (named by its end: 2024 is 2023-24), its edition and switches.

    `other_years` says for a previous or next school year which objects it is configured for.
    """

    district: str
    school_year: int
    edition: str | None = None
    switches: frozenset[str] = frozenset()
    other_years: Mapping[int, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


def year_name(school_year: int) -> str:
    """How people name a school year: 2024 is "2023-2024"."""
    return f"{school_year - 1}-{school_year}"
