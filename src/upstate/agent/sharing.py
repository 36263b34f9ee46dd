"""Reading records by key with all that share with one of them what must be unique: none can be judged without these."""

from __future__ import annotations

from collections.abc import Iterator

from upstate.agent.sources import Snapshot
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject, Unique
from upstate.wire import Batch, spell_rows, table_of_keys
from upstate.wire.selection import Texts


def select_sharing(snapshot: Snapshot, wanted: Wanted, school_year: int | None) -> Iterator[Batch]:
    """The records that are wanted, by key, then all that share with one of them, or with one that does, what must be
    unique.

    A resync of the whole object refuses all of these; one of them alone would land. SourceError as reading raises.
    """
    obj = wanted.obj
    rules = [unique for unique in obj.uniques if not set(obj.key) <= set(unique.columns)]
    given: set[Texts] = set()  # as the records spell their keys, however they were asked for
    while len(wanted):
        values: dict[Unique, set[Texts]] = {unique: set() for unique in rules}
        for batch in snapshot.select(obj, school_year, wanted):
            for unique, held in values.items():
                held.update(filter(unique.minds, spell_rows(obj, unique.columns, batch.records)))
            if rules:
                given.update(spell_rows(obj, obj.key, batch.records))
            yield batch
        sharing = {key for unique, held in values.items() for key in _having(snapshot, obj, school_year, unique, held)}
        wanted = Wanted(obj, obj.key, table_of_keys(obj.key, sorted(sharing - given)))


def _having(
    snapshot: Snapshot, obj: SyncObject, school_year: int | None, unique: Unique, values: set[Texts]
) -> Iterator[Texts]:
    """The keys of the records that have one of these values."""
    for batch in _perhaps(snapshot, obj, school_year, unique, values):
        pairs = zip(*(spell_rows(obj, names, batch.records) for names in (obj.key, unique.columns)), strict=True)
        yield from (key for key, value in pairs if value in values and None not in key)


def _perhaps(
    snapshot: Snapshot, obj: SyncObject, school_year: int | None, unique: Unique, values: set[Texts]
) -> Iterator[Batch]:
    """Records that may have one of these values, looked for by those of its parts that are not null."""
    by_parts: dict[tuple[str, ...], list[Texts]] = {}
    for value in values:
        parts = [(name, text) for name, text in zip(unique.columns, value, strict=True) if text is not None]
        by_parts.setdefault(tuple(name for name, _ in parts), []).append(tuple(text for _, text in parts))
    for names, texts in by_parts.items():
        if names:
            yield from snapshot.select(obj, school_year, Wanted(obj, names, table_of_keys(names, texts)))
        else:
            yield from snapshot.read(obj, school_year)
