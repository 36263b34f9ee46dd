"""What to say when a table or column is not there: its name, those like it, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from upstate.agent.mapping import ObjectOrigin
from upstate.catalog import SyncObject
from upstate.errors import SourceError


def need_tables(
    objects: Iterable[tuple[SyncObject, ObjectOrigin]], tables: Mapping[str, Sequence[str]], fold: Callable[[str], str]
) -> None:
    """SourceError unless every object's table and mapped columns are among `tables` (columns by name of a table).

    `fold` turns names that the database holds to be the same into the same text.
    """
    folded = {fold(name): name for name in tables}
    wanted = [(obj, origin) for obj, origin in objects if origin.select is None]
    missing = [(obj, origin.table) for obj, origin in wanted if fold(origin.table) not in folded]
    if missing:
        obj, table = missing[0]
        more = f" Tables of {len(missing) - 1} more objects are missing: {_names(missing[1:])}." if missing[1:] else ""
        raise SourceError(
            f'The district\'s database has no table "{table}" for {obj.name}.{_like("Tables", table, tables)} '
            f"Map it in the mapping file or leave {obj.name} out.{more}"
        )
    for obj, origin in wanted:
        columns = tables[folded[fold(origin.table)]]
        known = {fold(name) for name in columns}
        sources = [origin.column(c.name).column for c in obj.columns]
        absent = [name for name in sources if name is not None and fold(name) not in known]
        if absent:
            more = f" Missing too: {', '.join(absent[1:])}." if absent[1:] else ""
            raise SourceError(
                f'The table "{origin.table}" has no column "{absent[0]}" for {obj.name}.'
                f"{_like('Columns', absent[0], columns)} Map it in the mapping file or leave {obj.name} out.{more}"
            )


def _like(kind: str, name: str, names: Iterable[str]) -> str:
    known = list(names)
    # schema.table says nothing new where the table is found without its schema
    by_fold = {n.casefold(): n for n in known if n.partition(".")[2] not in known}
    near = get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.6)
    return f" {kind} like it: {', '.join(by_fold[n] for n in near)}." if near else ""


def _names(missing: Sequence[tuple[SyncObject, str]]) -> str:
    shown = ", ".join(obj.name for obj, _ in missing[:5])
    return f"{shown}, …" if missing[5:] else shown
