"""Whether references at the state are true: how many rows of a district point at a parent that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog
from upstate.loading.placing import at_district
from upstate.loading.statements import column, equal, fetch_row, state_table, statement


@dataclass(frozen=True, slots=True)
class Checked:
    """One reference of an object, and how many of the district's rows have no parent by it."""

    object: str
    columns: tuple[str, ...]
    parent: str
    missing: int


def check_references(
    connection: psycopg.Connection[Any], catalog: Catalog, district: int, objects: Iterable[str] | None = None
) -> tuple[Checked, ...]:
    """Every reference of these objects (None: all of the catalog), counted from the rows themselves.

    After runs of Upstate alone each is 0: foreign keys are real, and the loader judges what it writes without triggers.
    """
    found = []
    with at_district(connection, district) as holder, holder.transaction(), holder.cursor() as cursor:
        cursor.execute(statement("plan_by_set"))
        for name in catalog.objects if objects is None else objects:
            obj = catalog[name]
            for reference in obj.references:
                parent = catalog[reference.to]
                query = statement(
                    "count_astray",
                    table=state_table(obj),
                    parent=state_table(parent),
                    complete=sql.SQL(" and ").join(
                        sql.SQL("{} is not null").format(column("child", c)) for c in reference.columns
                    ),
                    on=equal("parent", "child", dict(zip(parent.key, reference.columns, strict=True))),
                )
                (missing,) = fetch_row(cursor, query, {"district": district})
                found.append(Checked(obj.name, reference.columns, parent.name, missing))
    return tuple(found)
