"""What somebody asks for: a recipe, and how many records of each kind follow from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from upstate.demo.amounts import share_out
from upstate.demo.chance import Rows
from upstate.errors import ConfigError

HERE = Path(__file__).parent

REGULAR_MONTHS = 10
SUMMER_MONTHS = 2
SUMMER_DAYS = 44
EXCLUDED_DAYS = 20
FEWEST_DAYS, MOST_DAYS = 290, 330
LARGEST_SCALE = 20.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """The size of a made-up district (1 is a large real one), its seed, school year and edition (None: no state's)."""

    scale: float = 0.05
    seed: int = 2024
    school_year: int = 2024
    edition: str | None = "KY"

    def __post_init__(self) -> None:
        if not 0 < self.scale <= LARGEST_SCALE:
            raise ConfigError(f"A scale of {self.scale} cannot be made; take one above 0 and up to {LARGEST_SCALE:g}.")
        if not 1990 <= self.school_year <= 2100:
            raise ConfigError(f"{self.school_year} is no school year that can be made; take one from 1990 to 2100.")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records of each kind there are in the recipe's school year, by the names in proportions.toml."""

    of: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.of[name]

    @property
    def open_schools(self) -> int:
        """Schools with students."""
        return self["School"] - self["ClosedSchool"]

    @property
    def summer_calendars(self) -> int:
        """Calendars besides the one that each school has; the last of them are state-excluded."""
        return self["Calendar"] - self["School"]

    @property
    def transfers(self) -> int:
        """Students who leave one school and enroll again."""
        return self["Enrollment"] - self["Student"] - self["SecondEnrollment"] - self["SummerEnrollment"]

    @property
    def extra_structures(self) -> int:
        """Structures besides the one that each calendar has."""
        return self["ScheduleStructure"] - self["Calendar"]


def count_records(scale: float) -> Counts:
    """The counts of a district of this scale: in proportion, and never so few that it would not hold together."""
    table = tomllib.loads((HERE / "proportions.toml").read_text(encoding="utf-8"))
    counts = {name: max(round(entry["records"] * scale), entry.get("at_least", 1)) for name, entry in table.items()}
    counts["Calendar"] = max(counts["Calendar"], counts["School"] + 1 + counts["ExcludedCalendar"])
    counts["ScheduleStructure"] = max(counts["ScheduleStructure"], counts["Calendar"] + 1)
    return Counts(counts)


def month_counts(counts: Counts) -> Rows:
    """How many school months each calendar of the year has: 10 or 11 a school, 2 a summer."""
    months = np.full(counts["Calendar"], REGULAR_MONTHS, dtype=np.int64)
    months[counts["School"] :] = SUMMER_MONTHS
    longer = min(max(counts["SchoolMonth"] - int(months.sum()), 0), counts.open_schools)
    months[:longer] += 1
    return months


def day_counts(counts: Counts, taught: NDArray[np.bool_], summer: Rows) -> Rows:
    """How many days each structure has: `taught` marks those that last a school year, `summer` has the others' days."""
    structures = int(taught.sum())
    rest = counts["Day"] - int(summer.sum())
    days = summer.copy()
    days[taught] = share_out(
        min(max(rest, FEWEST_DAYS * structures), MOST_DAYS * structures), np.ones(structures, dtype=np.int64)
    )
    return days
