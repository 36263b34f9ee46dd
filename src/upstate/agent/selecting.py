"""What a selection comes to in one snapshot: the records that were asked for, what they need, what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from upstate.agent.mapping import OWN_ID
from upstate.agent.sources import Snapshot
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Catalog, Column, SyncObject
from upstate.errors import MappingError, SourceError
from upstate.wire import Batch, Selection, WorkOrder, spell_rows, table_of_ids, table_of_keys
from upstate.wire.selection import Texts

_MOST = 100_000  # records that a selection may come to where others are looked for
_ID = Column(OWN_ID, "text")


@dataclass(frozen=True, slots=True)
class Selected:
    """An order's part of a selection: which records, and the ids that no record has (None: keys were asked for)."""

    wanted: Wanted
    unknown_ids: pa.Table | None = None


class Selecting:
    """Follows the selections of a round's resyncs through the references, each once. SourceError as reading raises."""

    def __init__(self, snapshot: Snapshot, catalog: Catalog) -> None:
        self._snapshot = snapshot
        self._catalog = catalog
        self._known: dict[int, _Followed] = {}

    def part(self, order: WorkOrder, selection: Selection) -> Selected:
        """Which records of its object an order is to send."""
        obj = self._catalog[order.object]
        if not (selection.by_id or selection.parents or selection.dependents):
            asked = selection.object == order.object
            return Selected(Wanted(obj, obj.key, selection.wanted if asked else table_of_keys(obj.key, ())))
        if order.resync not in self._known:
            self._known[order.resync] = _Following(self._snapshot, self._catalog, selection).follow()
        followed = self._known[order.resync]
        wanted = Wanted(obj, obj.key, table_of_keys(obj.key, followed.keys.get(obj.name, ())))
        return Selected(wanted, followed.unknown_ids if selection.object == obj.name else None)


@dataclass(frozen=True, slots=True)
class _Followed:
    keys: dict[str, dict[Texts, None]]
    unknown_ids: pa.Table | None


class _Following:
    """One selection, from the records asked for down to what hangs on them, then up to all that those need."""

    def __init__(self, snapshot: Snapshot, catalog: Catalog, selection: Selection) -> None:
        self._snapshot = snapshot
        self._selection = selection
        self._objects = [catalog[name] for name in selection.objects if name in catalog]
        self._asked = catalog[selection.object]
        self._keys: dict[str, dict[Texts, None]] = {obj.name: {} for obj in self._objects}

    def follow(self) -> _Followed:
        unknown: pa.Table | None = None
        if self._selection.by_id:
            unknown = self._look_up_ids()
        else:
            texts = self._selection.wanted
            self._note(self._asked, zip(*(column.to_pylist() for column in texts.columns), strict=True))
        if self._selection.dependents:
            self._down()
        if self._selection.parents:
            self._up()
        return _Followed(self._keys, unknown)

    def _look_up_ids(self) -> pa.Table:
        """From a district's own ids to keys; the ids that no record has."""
        obj = self._asked
        year = () if obj.school_year is None or obj.school_year in obj.key else (obj.column(obj.school_year),)
        narrow = replace(obj, columns=(*obj.key_columns, *year, _ID), references=(), uniques=(), lookups=(), rules=())
        ids = self._selection.wanted.column(0).to_pylist()
        unknown = dict.fromkeys(ids)
        try:
            for batch in self._select(narrow, (OWN_ID,), [(each,) for each in unknown]):
                self._note(obj, spell_rows(obj, obj.key, batch.records))
                for own in batch.records.column(OWN_ID).to_pylist():
                    unknown.pop(own, None)
        except MappingError as error:
            raise SourceError(
                f"{obj.name} cannot be found by the district's own id, as {error.message}. "
                f'Add id = "…" under [{obj.name}] in the mapping file, or ask by key.'
            ) from error
        return table_of_ids(unknown)

    def _down(self) -> None:
        for obj in self._objects:
            for reference in obj.references:
                parents = list(self._keys.get(reference.to, ()))
                while parents:
                    before = len(self._keys[obj.name])
                    for batch in self._select(obj, reference.columns, parents):
                        self._note(obj, spell_rows(obj, obj.key, batch.records))
                    parents = list(self._keys[obj.name])[before:] if reference.to == obj.name else []

    def _up(self) -> None:
        for obj in reversed(self._objects):
            references = [r for r in obj.references if r.to in self._keys]
            left = list(self._keys[obj.name]) if references else []
            while left:
                before = len(self._keys[obj.name])
                for batch in self._select(obj, obj.key, left):
                    for reference in references:
                        parent = next(each for each in self._objects if each.name == reference.to)
                        whole = (key for key in spell_rows(obj, reference.columns, batch.records) if None not in key)
                        self._note(parent, whole)
                left = list(self._keys[obj.name])[before:]

    def _select(self, obj: SyncObject, columns: tuple[str, ...], texts: Iterable[Texts]) -> Iterator[Batch]:
        year = None if obj.school_year is None else self._selection.school_year
        return self._snapshot.select(obj, year, Wanted(obj, columns, table_of_keys(columns, texts)))

    def _note(self, obj: SyncObject, keys: Iterable[Texts]) -> None:
        known = self._keys.setdefault(obj.name, {})
        known.update(dict.fromkeys(keys))
        if sum(map(len, self._keys.values())) > _MOST:
            raise SourceError(
                f"What was chosen comes to more than {_MOST:,} records with what it needs and what hangs on it. "
                "Choose fewer, or send whole objects."
            )
