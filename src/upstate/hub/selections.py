"""Some records: which of them an order is about, what the district lacked, and forgetting what was asked for."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
from django.db import transaction
from django.db.models import F

from upstate.catalog import Catalog
from upstate.errors import DatabaseError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import Connection, database_errors, statement
from upstate.planning import Asked
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
def lacking_counts(resyncs: Iterable[int]) -> dict[int, int]:
    """How many of what was asked for the district did not have; what it has not told of yet is absent."""
    told = models.Order.objects.filter(
        resync__in=list(resyncs), object=F("resync__selection__object"), gone__isnull=False
    )
    return {each.resync_id: decode_lacking(bytes(each.gone)).num_rows for each in told if each.gone is not None}


@database_errors()
def selected_since(zone: int, asked: Asked, person: models.Person, since: int) -> int | None:
    """What a form placed before, pressed twice: this person's resync of just these records, after resync `since`."""
    mine = models.Selection.objects.filter(
        resync__zone=zone, resync__mode="selective", resync__asked_by_person=person, resync_id__gt=since
    )
    same = mine.filter(
        object=asked.object, by_id=asked.by_id, parents=asked.parents, dependents=asked.dependents
    ).order_by("resync_id")
    keys = [list(key) for key in asked.keys]
    return next((each.resync_id for each in same if each.asked == keys), None)


@database_errors()
def forget_selections(person: models.Person, district: models.District, resyncs: Iterable[int]) -> int:
    """Delete from the history of selective syncs what these were asked for; returns how many, each noted.

    The resyncs themselves stay, without the records: rejections say which of them saw and resolved them. One that has
    not ended stays as it is.
    """
    with transaction.atomic():
        ended = models.Selection.objects.select_for_update(of=("self",)).filter(
            resync__zone__district=district,
            resync__mode="selective",
            resync__finished_at__isnull=False,
            resync_id__in=list(resyncs),
        )
        rows = list(ended.select_related("resync").order_by("resync_id"))
        for row in rows:
            said = f"resync {row.resync_id} of {row.resync.asked_by}: {len(row.asked):,} of {row.object}"
            audit(person, "deleted a selective sync", district, said)
        numbers = [row.resync_id for row in rows]
        models.Order.objects.filter(resync__in=numbers).update(gone=None)
        models.Selection.objects.filter(resync__in=numbers).delete()
    return len(rows)


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
        cursor.execute(statement("freed") + statement("held_back"), values)
        while rows := cursor.fetchmany(_AT_ONCE):
            parts.append(table_of_keys(key, (tuple(found) for (found,) in rows)))
    return pa.concat_tables(parts)
