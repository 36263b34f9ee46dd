"""What the state's tables lack of a catalog, or have otherwise: only looks, and locks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from upstate.catalog import Catalog, Reference, SyncObject, Unique
from upstate.loading.state_columns import held_columns, spelled
from upstate.loading.state_constraints import constraint_name
from upstate.loading.statements import statement


def lacking(connection: psycopg.Connection[Any], catalog: Catalog) -> tuple[str, ...]:
    """A few words for each thing that `prepare_state` would make, or would refuse to go on at."""
    with connection.cursor() as cursor:
        held = held_columns(cursor)
        keys = dict(cursor.execute(statement("state_keys")).fetchall())
        constraints = {(table, name) for table, name, _ in cursor.execute(statement("state_constraints")).fetchall()}
    return tuple(said for obj in catalog for said in _lacks(obj, held.get(obj.table), keys.get(obj.table), constraints))


def _lacks(
    obj: SyncObject, held: dict[str, str] | None, key: list[str] | None, constraints: set[tuple[str, str]]
) -> Iterator[str]:
    table = f"state.{obj.table}"
    if held is None:
        yield f"{table} is not there"
        return
    if key != ["district_id", *obj.key]:
        yield f"{table} has another key"
    for column in obj.columns:
        if column.name not in held:
            yield f"{table} has no column {column.name}"
        elif held[column.name] != spelled(column):
            yield f"{table}.{column.name} is {held[column.name]}, not {spelled(column)}"
    declared: tuple[Reference | Unique, ...] = (*obj.references, *(u for u in obj.uniques if u.across == "state"))
    for part in declared:
        name = constraint_name(obj, part)
        if (obj.table, name) not in constraints:
            yield f"{table} has no {name}"
