"""The school years a district's pages can be about: its zone's own, and those beside it that are configured."""

from __future__ import annotations

from dataclasses import dataclass

from upstate.hub.models import Zone
from upstate.planning import year_name


@dataclass(frozen=True, slots=True)
class OfferedYear:
    """A school year of the toolbar. `says` is Previous, Current or Next."""

    year: int
    says: str

    @property
    def name(self) -> str:
        """As people name it: 2023-2024."""
        return year_name(self.year)


def years_of(zone: Zone) -> tuple[OfferedYear, ...]:
    """The years a zone offers, in order; one beside its own only where objects are configured for it."""
    own = zone.school_year
    beside = ((own - 1, "Previous", zone.previous_year), (own, "Current", True), (own + 1, "Next", zone.next_year))
    return tuple(OfferedYear(year, says) for year, says, configured in beside if configured)
