"""Which records a selective order is about: those that were asked for, or what a mended root had held back."""

from __future__ import annotations

import pyarrow as pa

from upstate.catalog import Catalog
from upstate.errors import DatabaseError
from upstate.hub import models
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.wire import Selection, WorkOrder, decode_lacking, table_of_ids, table_of_keys

_AT_ONCE = 10_000


@database_errors()
def lacking_of(resync: int) -> tuple[str, ...]:
    """Of what was asked for by key or id: what the district did not have, each as one text, its parts joined by "|"."""
    asked = models.Selection.objects.filter(resync_id=resync).first()
    order = models.Order.objects.filter(resync_id=resync, object=asked.object).first() if asked is not None else None
    if order is None or order.gone is None:
        return ()
    columns = [column.to_pylist() for column in decode_lacking(bytes(order.gone)).columns]
    return tuple("|".join(part or "" for part in row) for row in zip(*columns, strict=True))


@database_errors()
def selection_of(connection: Connection, catalog: Catalog, order: WorkOrder, district: int) -> Selection:
    """What the agent is told of it; the keys of what is freed are read from its rejections, as they stand now."""
    row = connection.execute(statement("selection"), {"resync": order.resync}).fetchone()
    if row is None:
        raise DatabaseError(f"The hub knows no resync {order.resync} any more.")
    year, objects, follows, name, asked, by_id, parents, dependents = row
    if name is None:
        return Selection(order.object, _freed(connection, catalog, order, district, follows), year)
    wanted = table_of_ids(text for (text,) in asked) if by_id else table_of_keys(catalog[name].key, map(tuple, asked))
    return Selection(name, wanted, year, tuple(objects), by_id, parents, dependents)


def _freed(connection: Connection, catalog: Catalog, order: WorkOrder, district: int, freed_by: int | None) -> pa.Table:
    """Some thousands of keys at a time, so that a million of them take little memory."""
    key = catalog[order.object].key
    values = {"district": district, "object": order.object, "school_year": order.school_year, "freed_by": freed_by}
    parts = [table_of_keys(key, ())]
    with connection.transaction(), connection.cursor("upstate_held_back") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(statement("held_back"), values)
        while rows := cursor.fetchmany(_AT_ONCE):
            parts.append(table_of_keys(key, (tuple(found) for (found,) in rows)))
    return pa.concat_tables(parts)
