"""What the state declares of its tables beside their keys: references, and what is unique across the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Reference, SyncObject, Unique
from upstate.errors import DatabaseError
from upstate.loading.dividing import Share, fitting, make_register, nulls_of
from upstate.loading.statements import columns, state_table, statement

Cursor = psycopg.Cursor[Any]
Constraints = Mapping[tuple[str, str], list[str] | None]


def constraint_name(obj: SyncObject, part: Reference | Unique) -> str:
    """The name under which the state declares a reference or a unique rule; long names end in a short hash."""
    ending = "fkey" if isinstance(part, Reference) else "unique"
    return fitting("_".join((obj.table, *part.columns, ending)))


def held_constraints(cursor: Cursor) -> Constraints:
    """Every foreign key and unique index at the state by its table and name, with where a foreign key points."""
    return {(table, name): says for table, name, says in cursor.execute(statement("state_constraints")).fetchall()}


def prepare_references(cursor: Cursor, catalog: Catalog, obj: SyncObject, constraints: Constraints) -> list[str]:
    """Make the foreign keys that the object's table lacks; a line for each.

    DatabaseError where one points elsewhere, or where the rows that are there break it.
    """
    made = []
    for reference in obj.references:
        name = constraint_name(obj, reference)
        parent = catalog[reference.to]
        ours, theirs = ("district_id", *reference.columns), ("district_id", *parent.key)
        if (obj.table, name) in constraints:
            if constraints[obj.table, name] != [", ".join(ours), parent.table, ", ".join(theirs)]:
                raise DatabaseError(
                    f"The foreign key {name} of state.{obj.table} does not point at state.{parent.table}, as the "
                    "catalog has it. Drop it at the state, then run this again."
                )
            continue
        query = statement(
            "state_reference",
            table=state_table(obj),
            name=sql.Identifier(name),
            columns=columns(None, ours),
            parent=state_table(parent),
            key=columns(None, theirs),
            deferrable=sql.SQL("deferrable" if reference.to == obj.name else ""),
        )
        with (
            _held_against(f"Rows of state.{obj.table} point at rows that state.{parent.table} does not hold"),
            cursor.connection.transaction(),
        ):
            cursor.execute(query)
        made.append(f"foreign key {name}")
    return made


def prepare_uniques(
    cursor: Cursor, obj: SyncObject, constraints: Constraints, divided: bool, share: Share | None
) -> list[str]:
    """Make the indexes or registers that the object's rules across the state lack; a line for each.

    DatabaseError where the rows that are there break one.
    """
    made = []
    for unique in (u for u in obj.uniques if u.across == "state"):
        name = constraint_name(obj, unique)
        if (obj.table, name) in constraints:
            continue
        with _held_against(f"Rows of state.{obj.table} share their {', '.join(unique.columns)}"):
            if divided:
                make_register(cursor, obj, unique, name, share)
            else:
                query = statement(
                    "state_unique",
                    table=state_table(obj),
                    name=sql.Identifier(name),
                    columns=columns(None, unique.columns),
                    nulls=nulls_of(unique),
                )
                cursor.execute(query)
        made.append(f"unique {'register' if divided else 'index'} {name}")
    return made


@contextmanager
def _held_against(against: str) -> Iterator[None]:
    try:
        yield
    except psycopg.IntegrityError as error:
        raise DatabaseError(
            f"{against}, which the catalog does not allow. Mend or remove them there, then run this again."
        ) from error
