"""The state's tables as the catalog describes them: made once, widened when the catalog grows, never narrowed."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Column, Graph, Reference, SyncObject, Unique
from upstate.errors import DatabaseError
from upstate.loading.statements import columns, sql_type, state_table, statement

Connection = psycopg.Connection[Any]
_NAME_BYTES = 63
_SPELLED = {
    "double": "double precision",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "bytes": "bytea",
    "json": "jsonb",
}


def prepare_state(connection: Connection, catalog: Catalog) -> list[str]:
    """Make what the state lacks of this catalog, in one transaction; returns a line for each thing made.

    DatabaseError where a column is there with another type: Upstate changes no column that holds data.
    """
    made: list[str] = []
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(statement("state_schema"))
        cursor.execute(statement("state_lock_function"))
        held = _held_columns(cursor)
        for name in Graph.of(catalog).order(catalog.objects):
            made += _prepare_table(cursor, catalog[name], held.get(catalog[name].table))
        constraints = {row[0] for row in cursor.execute(statement("state_constraints")).fetchall()}
        for obj in catalog:
            made += _prepare_references(cursor, catalog, obj, constraints)
            made += _prepare_uniques(cursor, obj, constraints)
        for parent in sorted({r.to for obj in catalog for r in obj.references}):
            cursor.execute(statement("state_lock_trigger", table=state_table(catalog[parent])))
    return made


def _held_columns(cursor: psycopg.Cursor[Any]) -> dict[str, dict[str, str]]:
    held: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.execute(statement("state_columns")).fetchall():
        held.setdefault(table, {})[column] = kind
    return held


def _prepare_table(cursor: psycopg.Cursor[Any], obj: SyncObject, held: dict[str, str] | None) -> list[str]:
    if held is None:
        cursor.execute(
            statement(
                "state_table",
                table=state_table(obj),
                columns=sql.SQL(", ").join(
                    sql.SQL("{} {} {}").format(
                        sql.Identifier(c.name), sql_type(c), sql.SQL("not null" if c.required else "")
                    )
                    for c in obj.columns
                ),
                key=columns(None, ("district_id", *obj.key)),
            )
        )
        return [f"table state.{obj.table}"]
    made = []
    for column in obj.columns:
        wanted = sql_type(column)
        if column.name not in held:
            # Rows that are there already have no value, so even a required column starts out nullable.
            cursor.execute(
                statement("state_add_column", table=state_table(obj), column=sql.Identifier(column.name), type=wanted)
            )
            made.append(f"column state.{obj.table}.{column.name}")
            continue
        spelled = _spelled(column)
        if held[column.name] == spelled:
            continue
        if not _widens(held[column.name], spelled):
            raise DatabaseError(
                f"state.{obj.table}.{column.name} is {held[column.name]} at the state, but the catalog says {spelled}. "
                "Upstate changes no column that holds data: alter it yourself, or set the catalog back."
            )
        cursor.execute(
            statement("state_widen_column", table=state_table(obj), column=sql.Identifier(column.name), type=wanted)
        )
        made.append(f"column state.{obj.table}.{column.name} widened to {spelled}")
    return made


def _spelled(column: Column) -> str:
    """The column's type as PostgreSQL itself spells it."""
    if column.type == "decimal":
        return f"numeric({column.precision},{column.scale})"
    if column.type == "text" and column.length is not None:
        return f"character varying({column.length})"
    return _SPELLED.get(column.type, column.type)


def _widens(held: str, wanted: str) -> bool:
    """Whether every value of the held type is one of the wanted type, and no table is rewritten for it."""
    room = "character varying("
    if not held.startswith(room):
        return False
    return wanted == "text" or (wanted.startswith(room) and int(wanted[len(room) : -1]) >= int(held[len(room) : -1]))


def _prepare_references(
    cursor: psycopg.Cursor[Any], catalog: Catalog, obj: SyncObject, constraints: set[str]
) -> list[str]:
    made = []
    for reference in obj.references:
        name = constraint_name(obj, reference)
        if name in constraints:
            continue
        parent = catalog[reference.to]
        cursor.execute(
            statement(
                "state_reference",
                table=state_table(obj),
                name=sql.Identifier(name),
                columns=columns(None, ("district_id", *reference.columns)),
                parent=state_table(parent),
                key=columns(None, ("district_id", *parent.key)),
                deferrable=sql.SQL("deferrable" if reference.to == obj.name else ""),
            )
        )
        made.append(f"foreign key {name}")
    return made


def _prepare_uniques(cursor: psycopg.Cursor[Any], obj: SyncObject, constraints: set[str]) -> list[str]:
    made = []
    for unique in (u for u in obj.uniques if u.across == "state"):
        name = constraint_name(obj, unique)
        if name not in constraints:
            cursor.execute(
                statement(
                    "state_unique",
                    table=state_table(obj),
                    name=sql.Identifier(name),
                    columns=columns(None, unique.columns),
                    nulls=sql.SQL("nulls not distinct" if unique.nulls == "equal" else "nulls distinct"),
                )
            )
            made.append(f"unique index {name}")
    return made


def constraint_name(obj: SyncObject, part: Reference | Unique) -> str:
    """The name under which the state declares a reference or a unique rule; long names end in a short hash."""
    ending = "fkey" if isinstance(part, Reference) else "unique"
    name = "_".join((obj.table, *part.columns, ending))
    if len(name.encode()) <= _NAME_BYTES:
        return name
    tail = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name.encode()[: _NAME_BYTES - 9].decode(errors='ignore')}_{tail}"
