"""The state's tables as the catalog describes them: made once, widened when the catalog grows, never narrowed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import psycopg

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.errors import DatabaseError
from upstate.loading.dividing import Share, divided_by, how_divided, make_partitions
from upstate.loading.state_columns import column_definitions, held_columns, widen
from upstate.loading.state_constraints import held_constraints, prepare_references, prepare_uniques
from upstate.loading.statements import columns, state_table, statement
from upstate.loading.understanding import check_rules

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


def prepare_state(
    connection: Connection, catalog: Catalog, partitions: int | None = None, share: Share | None = None
) -> list[str]:
    """Make what the state lacks of this catalog; returns a line for each thing made.

    All in one transaction; but divided tables each in one of their own, or the server would run out of room for locks.
    Tables are divided into so many partitions by district; None: as those that are there, or else in one piece. Of a
    state that several servers hold, `share` says what is here (spreading.py).

    DatabaseError where something is there that does not fit: Upstate changes no column, key or reference that holds
    data. CatalogError where PostgreSQL does not take a rule. The control tables must be there.
    """
    try:
        with connection.cursor() as cursor:
            count = how_divided(cursor, partitions)
            with nullcontext() if count else connection.transaction():
                made = _prepare(cursor, catalog, count, share)
                with nullcontext() if share is None else connection.transaction():
                    if share is not None:
                        cursor.execute(statement("carry_rejections_table"))
                    check_rules(cursor, catalog)
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).strip().splitlines()[0]
        raise DatabaseError(f"The state's tables cannot be made as the catalog has them: {said}.") from error
    return made


def _prepare(cursor: Cursor, catalog: Catalog, partitions: int, share: Share | None) -> list[str]:
    made: list[str] = []
    step = cursor.connection.transaction
    cursor.execute(statement("state_schema"))
    cursor.execute(statement("state_lock_function"))
    held = held_columns(cursor)
    keys = dict(cursor.execute(statement("state_keys")).fetchall())
    for name in Graph.of(catalog).order(catalog.objects):
        obj = catalog[name]
        _check_key(obj, keys.get(obj.table), held.get(obj.table))
        with step():
            made += _prepare_table(cursor, obj, held.get(obj.table), partitions, share)
    constraints = held_constraints(cursor)
    for obj in catalog:
        made += prepare_references(cursor, catalog, obj, constraints)
        with step():
            made += prepare_uniques(cursor, obj, constraints, partitions > 0, share)
    for parent in sorted({r.to for obj in catalog for r in obj.references}):
        cursor.execute(statement("state_lock_trigger", table=state_table(catalog[parent])))
    return made


def _check_key(obj: SyncObject, key: list[str] | None, held: object) -> None:
    wanted = ["district_id", *obj.key]
    if held is not None and key != wanted:
        raise DatabaseError(
            f"The key of state.{obj.table} is ({', '.join(key or ())}) at the state, but the catalog says "
            f"({', '.join(wanted)}). Change the key there yourself, or set the catalog back."
        )


def _prepare_table(
    cursor: Cursor, obj: SyncObject, held: dict[str, str] | None, partitions: int, share: Share | None
) -> list[str]:
    if held is None:
        cursor.execute(
            statement(
                "state_table",
                table=state_table(obj),
                columns=column_definitions(obj),
                key=columns(None, ("district_id", *obj.key)),
                divided=divided_by(partitions),
            )
        )
        make_partitions(cursor, obj, partitions, share)
        count = partitions if share is None else len(share.remainders)
        return [f"table state.{obj.table}" + (f", in {count} partitions" if count else "")]
    return widen(cursor, obj, held)
