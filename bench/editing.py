"""One record in a thousand made different, at the state: what a resync then finds and sends is as if the district had
changed it, and the district stays as it was made."""

from __future__ import annotations

from collections.abc import Iterable

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
        for shipped in tables:
            if (name := _editable(catalog[shipped.object])) is not None:
                chosen = sql.SQL(_CHOSEN).format(
                    keys=sql.SQL(", ").join(map(sql.Identifier, shipped.key)), one_in=sql.Literal(ONE_IN)
                )
                parts = {"table": sql.Identifier(shipped.table), "column": sql.Identifier(name), "chosen": chosen}
                done = connection.execute(sql.SQL(_EDIT).format(**parts), {"number": number % ONE_IN})
                edited += done.rowcount
    return edited


def _editable(obj: SyncObject) -> str | None:
    """A column of the district's that may be empty and that nothing hangs on, if the object has one."""
    bound = {*obj.key, obj.school_year}
    bound.update(name for reference in obj.references for name in reference.columns)
    bound.update(name for unique in obj.uniques for name in unique.columns)
    return next((c.name for c in obj.pushed if not c.required and c.name not in bound), None)
