"""The districts of the simulated state: each made up from a seed of its own, with what must become of its records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from upstate.demo import Recipe, make_district

YEAR, EDITION = 2024, "KY"
_AT_LEAST, _AT_1 = 2_800, 2_830_000  # records of a made-up district: what any has, and what scale 1 adds
Counts = tuple[int, int, int, int]  # processed, failed, blocked, excluded


@dataclass(frozen=True, slots=True)
class Made:
    """A district's name and file, and of each object what must become of its records, by what was planted."""

    name: str
    file: Path
    expected: Mapping[str, Counts]

    @property
    def records(self) -> int:
        """How many of the school year there are."""
        return sum(counts[0] for counts in self.expected.values())


def records_at(scale: float) -> int:
    """How many records a made-up district of this scale has."""
    return _AT_LEAST + round(scale * _AT_1)


def make_districts(folder: Path, count: int, records: int, say: Callable[[str], object]) -> list[Made]:
    """So many districts of about so many records, as SQLite files in a folder; those that are there are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [_made(folder, number, records) for number in range(1, count + 1)]
    say(f"{count} districts with {sum(each.records for each in made):,} records")
    return made


def _made(folder: Path, number: int, records: int) -> Made:
    name = f"District {number:03}"
    file, told = folder / f"{number:03}-{records}.sqlite", folder / f"{number:03}-{records}.json"
    if not told.exists():
        file.unlink(missing_ok=True)
        scale = max(records - _AT_LEAST, 100) / _AT_1
        recipe = Recipe(scale=scale, seed=number, edition=EDITION, school_year=YEAR)
        made = make_district(recipe, file, None)
        _set_apart(file, number)
        found = {k: (e.processed, e.failed, e.blocked, e.excluded) for k, e in made.expected.items()}
        told.write_text(json.dumps(found))
    return Made(name, file, {k: (p, f, b, x) for k, (p, f, b, x) in json.loads(told.read_text()).items()})


def _set_apart(file: Path, number: int) -> None:
    """Give the district's people state ids of its own: no two records of a state may share one, and these are drawn."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for table in ("person_identity", "person_identity_no_state_id_only"):
            connection.execute(f"UPDATE {table} SET state_id = ? || substr(state_id, 4)", (f"{number:03}",))
