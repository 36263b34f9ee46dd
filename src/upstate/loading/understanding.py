"""Asks PostgreSQL whether it understands a catalog's SQL, before any record is judged by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, SyncObject
from upstate.errors import CatalogError
from upstate.loading.condition import Condition
from upstate.loading.conditions import Conditions, all_conditions
from upstate.loading.judgement import judgement
from upstate.loading.rejected_parents import make_rejected
from upstate.loading.statements import statement
from upstate.loading.task import Candidates, Task
from upstate.loading.temporary import REFUSAL, finding_of, keep

Cursor = psycopg.Cursor[Any]
_ANY = Condition(sql.SQL("false"), 1, "failed", "", "", sql.SQL("''"), sql.SQL("''"))


def check_rules(cursor: Cursor, catalog: Catalog) -> None:
    """Have the judgement of every object planned and not run; CatalogError for the first rule or lookup that cannot be.

    The control tables and the state's tables must be there.
    """
    for obj in catalog:
        candidates = Candidates(_some_task(catalog, obj), in_place=True)
        conditions = all_conditions(candidates)
        with cursor.connection.transaction(force_rollback=True):
            keep(cursor, REFUSAL, finding_of(obj))
            for parent in {r.to for r in obj.references if r.to != obj.name}:
                make_rejected(cursor, candidates.task, parent)
            if conditions.all and _plan(cursor, candidates, conditions) is not None:
                raise _first_fault(cursor, candidates, conditions)


def _plan(cursor: Cursor, candidates: Candidates, conditions: Conditions) -> str | None:
    """What PostgreSQL says against it; None where it has a plan."""
    query = statement("explain", query=judgement(candidates, conditions))
    try:
        with cursor.connection.transaction():
            cursor.execute(query, candidates.task.values)
    except psycopg.Error as error:
        return error.diag.message_primary or str(error)
    return None


def _first_fault(cursor: Cursor, candidates: Candidates, conditions: Conditions) -> CatalogError:
    obj = candidates.task.object
    for lookup, join in zip(obj.lookups, conditions.joins, strict=False):  # the lookups' joins come first
        if said := _plan(cursor, candidates, Conditions([_ANY], [join], [])):
            return CatalogError(f"{obj.name}.toml: the lookup {lookup.name} is no SQL to PostgreSQL: {said}. Mend it.")
    for condition in conditions.all:
        if said := _plan(cursor, candidates, replace(conditions, all=[condition])):
            rule = f"the rule {condition.reason} is no condition to PostgreSQL"
            return CatalogError(f"{obj.name}.toml: {rule}: {said}. Mend its `when`.")
    return CatalogError(f"{obj.name}.toml: PostgreSQL cannot judge by these rules together. Report this.")


def _some_task(catalog: Catalog, obj: SyncObject) -> Task:
    return Task(
        order=0,
        epoch=0,
        resync=0,
        district=0,
        school_year=None,
        zone_year=2000,
        edition=None,
        catalog=catalog,
        object=obj,
    )
