"""What points at an object's rows: references that the catalog has, and foreign keys that the state has added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, SyncObject
from upstate.loading.keys import found_keys
from upstate.loading.state_constraints import constraint_name
from upstate.loading.statements import Part, column, equal, state_table, statement

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Pointing:
    """Rows of `table` that point at an object's rows; `name` is what people call the table.

    `object` is the child where the catalog has it. `points` is the condition that a row `child` of this district points
    at the key k1, k2, … of a table called `mine`.
    """

    name: str
    object: SyncObject | None
    table: sql.Identifier
    points: Part


def pointing_at(cursor: Cursor, catalog: Catalog, obj: SyncObject) -> tuple[Pointing, ...]:
    """Everything that a removed row could leave pointing nowhere; statements with it need the parameter `district`."""
    found = []
    declared = set()
    for child in catalog:
        for reference in (each for each in child.references if each.to == obj.name):
            declared.add(("state", child.table, constraint_name(child, reference)))
            points: Part = sql.SQL("{} = %(district)s and {}").format(
                column("child", "district_id"),
                equal("child", "mine", dict(zip(reference.columns, found_keys(obj), strict=True))),
            )
            found.append(Pointing(child.name, child, state_table(child), points))
    for schema, table, name, ours, theirs in cursor.execute(statement("foreign_keys_to"), {"table": obj.table}):
        if (schema, table, name) not in declared:
            points = _by_foreign_key(obj, dict(zip(ours, theirs, strict=True)))
            found.append(Pointing(f"{schema}.{table}", None, sql.Identifier(schema, table), points))
    return tuple(found)


def _by_foreign_key(obj: SyncObject, pairs: Mapping[str, str]) -> Part:
    """A foreign key of the state's own may lead to any unique columns, so it is followed by the row itself."""
    return sql.SQL("exists (select from {} as parent where {} = %(district)s and {} and {})").format(
        state_table(obj),
        column("parent", "district_id"),
        equal("parent", "mine", dict(zip(obj.key, found_keys(obj), strict=True))),
        equal("child", "parent", pairs),
    )
