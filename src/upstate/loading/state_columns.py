"""The columns of the state's tables: as the catalog has them, as they are held, and the room that these are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Column, SyncObject
from upstate.errors import DatabaseError
from upstate.loading.statements import Part, sql_type, state_table, statement

Cursor = psycopg.Cursor[Any]
_SPELLED = {
    "double": "double precision",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "bytes": "bytea",
    "json": "jsonb",
}


def column_definitions(obj: SyncObject) -> Part:
    """The object's own columns as CREATE TABLE has them."""
    return sql.SQL(", ").join(
        sql.SQL("{} {} {}").format(sql.Identifier(c.name), sql_type(c), sql.SQL("not null" if c.required else ""))
        for c in obj.columns
    )


def spelled(column: Column) -> str:
    """The column's type as PostgreSQL itself spells it."""
    if column.type == "decimal":
        return f"numeric({column.precision},{column.scale})"
    if column.type == "text" and column.length is not None:
        return f"character varying({column.length})"
    return _SPELLED.get(column.type, column.type)


def held_columns(cursor: Cursor) -> dict[str, dict[str, str]]:
    """Every column of every table at the state, with its type as PostgreSQL spells it."""
    held: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.execute(statement("state_columns")).fetchall():
        held.setdefault(table, {})[column] = kind
    return held


def widen(cursor: Cursor, obj: SyncObject, held: Mapping[str, str]) -> list[str]:
    """Add the columns that a table lacks, and make room in those that have too little; a line for each.

    DatabaseError where a column is there that does not fit.
    """
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
        type_ = spelled(column)
        if held[column.name] == type_:
            continue
        if not _widens(held[column.name], type_):
            raise DatabaseError(
                f"state.{obj.table}.{column.name} is {held[column.name]} at the state, but the catalog says {type_}. "
                "Upstate changes no column that holds data: alter it yourself, or set the catalog back."
            )
        cursor.execute(
            statement("state_widen_column", table=state_table(obj), column=sql.Identifier(column.name), type=wanted)
        )
        made.append(f"column state.{obj.table}.{column.name} widened to {type_}")
    return made


def _widens(held: str, wanted: str) -> bool:
    """Whether every value of the held type is one of the wanted type, and no table is rewritten for it."""
    room = "character varying("
    if not held.startswith(room):
        return False
    return wanted == "text" or (wanted.startswith(room) and int(wanted[len(room) : -1]) >= int(held[len(room) : -1]))
