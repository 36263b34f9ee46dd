"""What must become of each made-up record at the state, by what was planted in it and in what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from upstate.catalog import SyncObject
from upstate.demo.chance import Bits, Rows
from upstate.demo.faults import Planted
from upstate.demo.world import Columns, Values

LANDS, FAILED, BLOCKED, EXCLUDED = range(4)


@dataclass(frozen=True, slots=True)
class Expected:
    """How many records of an object, of the school year, end with which verdict when everything is sent."""

    processed: int
    failed: int
    blocked: int
    excluded: int

    @property
    def errors(self) -> int:
        """Failed, blocked and excluded."""
        return self.failed + self.blocked + self.excluded


@dataclass(slots=True)
class Fate:
    """What has been found so far of one object."""

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4, dtype=np.int64))
    keys: list[Bits] = field(default_factory=list)  # of the records that do not land: halves of their GUIDs
    verdicts: list[Rows] = field(default_factory=list)
    roots: list[Rows] = field(default_factory=list)  # numbers of plantings


class Foresight:
    """Follows the records as they are written, parents before children, and foretells each one's verdict.

    It knows the plantings and the references, nothing of how a loader judges.
    """

    def __init__(self, placed: Sequence[Planted]) -> None:
        self._placed = placed
        self._fates: dict[str, Fate] = {}
        self._known: dict[str, tuple[Bits, Rows, Rows]] = {}
        self.held_back = np.zeros(len(placed), dtype=np.int64)
        self.keys: list[list[bytes]] = [[] for _ in placed]

    def follow(self, synced: SyncObject, columns: Columns, rows: Rows, this_year: int) -> None:
        """Foretell these rows of an object; rows of another year are not sent and count for nothing."""
        current = int((rows < this_year).sum())
        if not current:
            return
        fate = self._fates.setdefault(synced.name, Fate())
        verdict = np.full(current, LANDS, dtype=np.int64)
        root = np.full(current, -1, dtype=np.int64)
        for wanted in (EXCLUDED, BLOCKED):  # a blocked parent counts for more than an excluded one
            for reference in synced.references:
                if reference.to == synced.name or (wanted == EXCLUDED and reference.when_excluded == "clear"):
                    continue
                parents, verdicts, roots = self._fallen(reference.to)
                if not len(parents):
                    continue
                half = _halves(columns[reference.columns[0]])[:current]
                place = np.minimum(np.searchsorted(parents, half), len(parents) - 1)
                hit = (parents[place] == half) & ((verdicts[place] == EXCLUDED) == (wanted == EXCLUDED))
                hit &= verdict != wanted
                verdict[hit], root[hit] = wanted, roots[place][hit]
        held = root.copy()
        for number, placed in enumerate(self._placed):
            if placed.planting.object == synced.name:
                self._own(number, placed, columns["guid"], rows[:current], verdict, held)
        self.held_back += np.bincount(held[held >= 0], minlength=len(self._placed))
        fate.counts += np.bincount(verdict, minlength=4)
        fallen = np.flatnonzero(verdict != LANDS)
        fate.keys.append(_halves(columns["guid"])[:current][fallen])
        fate.verdicts.append(verdict[fallen])
        fate.roots.append(np.where(held[fallen] >= 0, held[fallen], _roots_of(self._placed, synced, rows, fallen)))

    def _own(self, number: int, placed: Planted, guids: Values, rows: Rows, verdict: Rows, held: Rows) -> None:
        """What was planted in a record itself counts for more than what its parents bring; but what it shares with
        another is not looked at where it does not land anyway, and both have the same parents."""
        planted = placed.rows
        if placed.planting.twin:
            planted = np.union1d(planted, planted - 1)
        there = planted[(planted >= rows[0]) & (planted <= rows[-1])] - rows[0]
        if placed.planting.reason == "duplicate":
            there = there[verdict[there] == LANDS]
        verdict[there] = FAILED if placed.planting.verdict == "failed" else EXCLUDED
        held[there] = -1
        self.keys[number] += [bytes(guid) for guid in guids[there]]

    def _fallen(self, name: str) -> tuple[Bits, Rows, Rows]:
        """Keys of an object's records that do not land, in order, with their verdicts and roots."""
        if name not in self._known:
            fate = self._fates.get(name, Fate())
            keys = np.concatenate([*fate.keys, np.empty(0, dtype=np.uint64)])
            order = np.argsort(keys, kind="stable")
            none = np.empty(0, dtype=np.int64)
            self._known[name] = (
                keys[order],
                np.concatenate([*fate.verdicts, none])[order],
                np.concatenate([*fate.roots, none])[order],
            )
        return self._known[name]

    def expected(self) -> dict[str, Expected]:
        """The counts by object."""
        return {
            name: Expected(int(fate.counts.sum()), *(int(fate.counts[v]) for v in (FAILED, BLOCKED, EXCLUDED)))
            for name, fate in self._fates.items()
        }


def _roots_of(placed: Sequence[Planted], synced: SyncObject, rows: Rows, fallen: Rows) -> Rows:
    """The plantings in these places."""
    roots = np.full(len(fallen), -1, dtype=np.int64)
    for number, one in enumerate(placed):
        if one.planting.object == synced.name:
            mine = np.isin(rows[fallen], one.rows) | (one.planting.twin & np.isin(rows[fallen] + 1, one.rows))
            roots[mine] = number
    return roots


def _halves(guids: Values) -> Bits:
    """The first half of each GUID, which tells them apart as well as the whole; 0 where it is null."""
    plain = np.ma.getdata(guids)
    halves = np.ascontiguousarray(plain).view(np.uint64).reshape(-1, 2)[:, 0]
    return np.where(np.ma.getmaskarray(guids), np.uint64(0), halves)
