"""One record in a thousand made different, at the state: what a resync then finds and sends is as if the district had
changed it, and the district stays as it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from psycopg import sql

from bench.ours import state_of
from bench.place import Place
from bench.shipped import Shipped
from upstate.catalog import SyncObject, read_catalog, shipped_catalog

ONE_IN = 1000
_EDIT = "update state.{table} set {column} = null where {column} is not null and {chosen}"
_CHOSEN = "abs(hashtext(row({keys})::text)::bigint) %% {one_in} = %(number)s"


def edit(place: Place, source: str, tables: Iterable[Shipped], number: int) -> int:
    """Empty a value in one of a thousand rows of every table, other rows in each round; returns how many."""
    catalog = read_catalog(shipped_catalog("k12"))
    edited = 0
    with place.connect(state_of(source)) as connection, connection.transaction():
        for statement in edits((catalog[shipped.object] for shipped in tables), ONE_IN):
            edited += connection.execute(statement, {"number": number % ONE_IN}).rowcount
    return edited


def edits(objects: Iterable[SyncObject], one_in: int) -> Iterator[sql.Composed]:
    """For each object that has such a value, the statement that empties it in one of so many rows: those whose keys'
    hash has the remainder `number`."""
    for obj in objects:
        if (name := _editable(obj)) is not None:
            parts = {"table": sql.Identifier(obj.table), "column": sql.Identifier(name), "chosen": chosen(obj, one_in)}
            yield sql.SQL(_EDIT).format(**parts)


def chosen(obj: SyncObject, one_in: int) -> sql.Composed:
    """The condition for one of so many rows, by `number`."""
    keys = sql.SQL(", ").join(map(sql.Identifier, obj.key))
    return sql.SQL(_CHOSEN).format(keys=keys, one_in=sql.Literal(one_in))


def _editable(obj: SyncObject) -> str | None:
    """A column of the district's that may be empty and that nothing hangs on, if the object has one."""
    bound = {*obj.key, obj.school_year}
    bound.update(name for reference in obj.references for name in reference.columns)
    bound.update(name for unique in obj.uniques for name in unique.columns)
    return next((c.name for c in obj.pushed if not c.required and c.name not in bound), None)
