"""What a landing must do, in plain Python: slow, record by record, and as the catalog's words have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from upstate.catalog import Catalog, Reference, SyncObject, Unique
from upstate.planning import Counts

Key = tuple[Any, ...]
Record = dict[str, Any]
Root = tuple[str, Key]
FAILED, BLOCKED, EXCLUDED = "failed", "blocked", "excluded"
# The one rule the model knows: record.flag = 1 fails, record.flag = 2 is excluded.
MARKS = {1: FAILED, 2: EXCLUDED}


@dataclass
class Model:
    """The rows that the state holds, and the verdict and the possible roots of every record that is kept out."""

    catalog: Catalog
    held: dict[str, dict[Key, Record]] = field(default_factory=dict)
    kept_out: dict[str, dict[Key, str]] = field(default_factory=dict)
    roots: dict[str, dict[Key, set[Root]]] = field(default_factory=dict)

    def land(self, name: str, rows: Iterable[Mapping[str, Any]]) -> Counts:
        """Land an object's rows and say what became of them."""
        landing = _Landing(self, self.catalog[name], [dict(row) for row in rows])
        landing.judge()
        return landing.settle()


class _Landing:
    def __init__(self, model: Model, obj: SyncObject, rows: list[Record]) -> None:
        self.model, self.obj = model, obj
        self.held = model.held.setdefault(obj.name, {})
        rows = [{c.name: row.get(c.name) for c in obj.columns} for row in rows]
        needed = [c.name for c in obj.columns if c.required]
        self.refused = [row for row in rows if any(row[n] is None for n in needed)]
        self.rows = [row for row in rows if row not in self.refused]
        self.refused_keys = {self.key(row) for row in self.refused}
        self.times = Counter(self.key(row) for row in self.rows)
        self.candidates = {self.key(row): row for row in self.rows}
        self.found: dict[Key, str] = {}
        self.holders: dict[Key, Key] = {}  # of a record that waits for a value: whose row keeps it
        self.roots: dict[Key, set[Root]] = {}

    def key(self, row: Record) -> Key:
        return tuple(row[name] for name in self.obj.key)

    def judge(self) -> None:
        for row in self.candidates.values():
            self.clear(row)
        verdicts = {key: self.verdict(key, row) for key, row in self.candidates.items()}
        self.found = {key: verdict for key, verdict in verdicts.items() if verdict}
        for unique in self.obj.uniques:
            self.found |= dict.fromkeys(self.alike(unique), FAILED)
        self.spread()
        while taken := dict(self.taken()):
            for key, holder in taken.items():
                self.found[key] = self.of_taken(holder)
                if self.found[key] != FAILED:
                    self.holders[key] = holder
            self.spread()

    def clear(self, row: Record) -> None:
        """Empty a reference to what policy keeps out, where the catalog says so."""
        for reference in self.outward():
            if reference.when_excluded == "clear" and self.outside(reference, row) == EXCLUDED:
                row.update(dict.fromkeys(reference.columns))

    def verdict(self, key: Key, row: Record) -> str | None:
        """The first class that hits: its key, its own exclusion, its faults, failed parents, excluded ones."""
        parents = [self.outside(reference, row) for reference in self.outward()]
        if self.times[key] > 1 or key in self.refused_keys:
            return FAILED
        if marked(row) == EXCLUDED:
            return EXCLUDED
        if marked(row) == FAILED or "missing" in parents or self.misses_its_own_kind(row):
            return FAILED
        return BLOCKED if BLOCKED in parents or FAILED in parents else EXCLUDED if EXCLUDED in parents else None

    def outward(self) -> list[Reference]:
        return [r for r in self.obj.references if r.to != self.obj.name]

    def inward(self) -> list[Reference]:
        return [r for r in self.obj.references if r.to == self.obj.name]

    def outside(self, reference: Reference, row: Record) -> str | None:
        """What became of the parent in another object: its verdict if it is kept out, "missing" if there is none."""
        key = points_at(reference, row)
        if key is None:
            return None
        kept_out = self.model.kept_out.get(reference.to, {}).get(key)
        return kept_out or (None if key in self.model.held.get(reference.to, {}) else "missing")

    def misses_its_own_kind(self, row: Record) -> bool:
        there = self.candidates.keys() | self.held.keys() | self.refused_keys
        return any(key is not None and key not in there for key in (points_at(r, row) for r in self.inward()))

    def alike(self, unique: Unique) -> list[Key]:
        shared = {key: value for key, value in self.values(unique) if key not in self.found}
        times = Counter(shared.values())
        return [key for key, value in shared.items() if times[value] > 1]

    def values(self, unique: Unique, rows: Mapping[Key, Record] | None = None) -> Iterator[tuple[Key, Key]]:
        """Of each record that has one, what must be unique."""
        for key, row in (self.candidates if rows is None else rows).items():
            value = tuple(row[name] for name in unique.columns)
            if unique.nulls == "equal" or None not in value:
                yield key, value

    def taken(self) -> Iterator[tuple[Key, Key]]:
        """Records that share what must be unique with a row that stays as it is, each with the first such row's key."""
        stays = {key: row for key, row in self.held.items() if key not in self.candidates or key in self.found}
        for unique in reversed(self.obj.uniques):
            kept = {value: key for key, value in self.values(unique, stays)}
            yield from (
                (key, kept[value]) for key, value in self.values(unique) if value in kept and key not in self.found
            )

    def of_taken(self, holder: Key) -> str:
        """What becomes of a record whose value this one's row keeps: it hangs on it, where that one is kept out."""
        kept_out = self.found.get(holder, FAILED if holder in self.refused_keys else None)
        return FAILED if kept_out is None else EXCLUDED if kept_out == EXCLUDED else BLOCKED

    def spread(self) -> None:
        """What hangs on a record of its own kind that does not land does not land: failures first, then exclusions."""
        for causes, verdict, weaker in (((FAILED, BLOCKED), BLOCKED, True), ((EXCLUDED,), EXCLUDED, False)):
            while more := [key for key in self.candidates if self.hangs(key, causes) and self.may_become(key, weaker)]:
                self.found |= dict.fromkeys(more, verdict)

    def may_become(self, key: Key, weaker: bool) -> bool:
        """Whether nothing was found against it or, where that weighs less, only that a parent is excluded."""
        only_parent = self.found.get(key) == EXCLUDED and marked(self.candidates[key]) != EXCLUDED
        return key not in self.found or (weaker and only_parent)

    def hangs(self, key: Key, causes: tuple[str, ...]) -> bool:
        parents = [points_at(reference, self.candidates[key]) for reference in self.inward()]
        return any(
            parent is not None
            and (self.found.get(parent) in causes or (parent in self.refused_keys and FAILED in causes))
            for parent in parents
        )

    def settle(self) -> Counts:
        landed = {key: row for key, row in self.candidates.items() if key not in self.found}
        created = sum(key not in self.held for key in landed)
        updated = sum(key in self.held and self.held[key] != row for key, row in landed.items())
        tally: Counter[str] = Counter()
        for key, verdict in self.found.items():
            tally[verdict] += self.times[key]
        leftovers = self.held.keys() - self.candidates.keys() - self.refused_keys
        kept_out = {**dict.fromkeys(self.refused_keys, FAILED), **self.found}
        self.model.roots[self.obj.name] = self.find_roots(kept_out)
        self.model.kept_out[self.obj.name] = kept_out
        self.held |= landed
        return Counts(
            created=created,
            updated=updated,
            unchanged=len(landed) - created - updated,
            failed=tally[FAILED] + len(self.refused),
            blocked=tally[BLOCKED],
            excluded=tally[EXCLUDED],
            leftovers=len(leftovers),
        )

    def find_roots(self, kept_out: Mapping[Key, str]) -> dict[Key, set[Root]]:
        """For each record the roots it may name: itself, or those of a parent that keeps it out."""
        roots: dict[Key, set[Root]] = {key: set() for key in kept_out}
        for key, verdict in kept_out.items():
            own = verdict == FAILED or (key in self.candidates and marked(self.candidates[key]) == EXCLUDED)
            if own or (key in self.refused_keys):
                roots[key] = {(self.obj.name, key)}
        before = None
        while before != (before := {key: set(found) for key, found in roots.items()}):
            for key, verdict in kept_out.items():
                if (holder := self.holders.get(key)) is not None and verdict == self.of_taken(holder):
                    roots[key] |= roots[holder]
                if (self.obj.name, key) not in roots[key]:
                    for reference in self.obj.references:
                        parent = points_at(reference, self.candidates[key])
                        inside = reference.to == self.obj.name
                        verdicts = kept_out if inside else self.model.kept_out.get(reference.to, {})
                        theirs = roots if inside else self.model.roots.get(reference.to, {})
                        if (
                            parent is not None
                            and parent in verdicts
                            and (verdicts[parent] == EXCLUDED) == (verdict == EXCLUDED)
                        ):
                            roots[key] |= theirs[parent]
        return roots


def marked(row: Record) -> str | None:
    """The verdict of the record's own rules."""
    return MARKS.get(row["flag"]) if row["flag"] is not None else None


def points_at(reference: Reference, row: Record) -> Key | None:
    """The parent's key; None where a part of it is empty."""
    key = tuple(row[name] for name in reference.columns)
    return None if None in key else key
