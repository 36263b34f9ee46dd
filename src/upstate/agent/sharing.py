"""Which records share what must be unique with those that are wanted: none of them can be judged without the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstate.agent.sources import Snapshot
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Unique
from upstate.wire import Batch, spell_rows, table_of_keys
from upstate.wire.selection import Texts


def with_sharing(snapshot: Snapshot, wanted: Wanted, school_year: int | None) -> Wanted:
    """Those that are wanted, by key, and all that share with one of them, or with one that does, what must be unique.

    A resync of the whole object refuses all of these; one of them alone would land. SourceError as reading raises.
    """
    obj = wanted.obj
    rows: Iterable[Texts] = zip(*(column.to_pylist() for column in wanted.texts.columns), strict=True)
    keys = dict.fromkeys(rows)
    asked, new = len(keys), wanted
    while obj.uniques and len(new):
        found = dict.fromkeys(_sharing(snapshot, new, school_year))
        new = Wanted(obj, obj.key, table_of_keys(obj.key, [key for key in found if key not in keys]))
        keys |= found
    return wanted if len(keys) == asked else Wanted(obj, obj.key, table_of_keys(obj.key, keys))


def _sharing(snapshot: Snapshot, some: Wanted, school_year: int | None) -> Iterator[Texts]:
    """The keys of the records that hold what one of these has and must be unique."""
    obj = some.obj
    rules = [unique for unique in obj.uniques if not set(obj.key) <= set(unique.columns)]
    held: dict[Unique, set[Texts]] = {unique: set() for unique in rules}
    for batch in snapshot.select(obj, school_year, some) if held else ():
        for unique, values in held.items():
            values.update(filter(unique.minds, spell_rows(obj, unique.columns, batch.records)))
    for unique, values in held.items():
        for batch in _holding(snapshot, some, school_year, unique, values):
            pairs = zip(*(spell_rows(obj, names, batch.records) for names in (obj.key, unique.columns)), strict=True)
            yield from (key for key, value in pairs if value in values and None not in key)


def _holding(
    snapshot: Snapshot, some: Wanted, school_year: int | None, unique: Unique, values: set[Texts]
) -> Iterator[Batch]:
    """Records that may hold one of these values, looked for by those of its parts that are not null."""
    by_parts: dict[tuple[str, ...], list[Texts]] = {}
    for value in values:
        parts = [(name, text) for name, text in zip(unique.columns, value, strict=True) if text is not None]
        by_parts.setdefault(tuple(name for name, _ in parts), []).append(tuple(text for _, text in parts))
    for names, texts in by_parts.items():
        if names:
            yield from snapshot.select(some.obj, school_year, Wanted(some.obj, names, table_of_keys(names, texts)))
        else:
            yield from snapshot.read(some.obj, school_year)
