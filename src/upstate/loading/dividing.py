"""State tables divided by district: their partitions, and the registers that keep values unique across all of them."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject, Unique
from upstate.errors import DatabaseError
from upstate.loading.statements import Part, columns, equal, state_table, statement

Cursor = psycopg.Cursor[Any]
_NAME_BYTES = 63
_EVENTS = (
    ("insert", "new table as fresh", ""),
    ("update", "old table as gone new table as fresh", "_changed"),
    ("delete", "old table as gone", "_gone"),
)


def how_divided(cursor: Cursor, wanted: int | None) -> int:
    """Into how many partitions tables are to be made: as those that are there, else as wanted; 0 for one piece.

    DatabaseError where other tables are there than are wanted: what holds data is not divided anew.
    """
    held = {count for _, count in cursor.execute(statement("state_divided")).fetchall()}
    if not held:
        return wanted or 0
    count: int = max(held)
    if wanted is not None and wanted != count:
        now = f"divided into {count} partitions" if count else "in one piece"
        raise DatabaseError(
            f"The state's tables are there already, {now}. To have {wanted} partitions, set up a new database with "
            "--partitions and send or copy the records there: docs/howto/scale-out.md."
        )
    return count


def divided_by(count: int) -> Part:
    """What stands at the end of a table's definition."""
    return sql.SQL("partition by hash (district_id)" if count else "")


def make_partitions(cursor: Cursor, obj: SyncObject, count: int) -> None:
    """Make the partitions of a table that was just made."""
    if count:
        cursor.execute(statement("state_parts_schema"))
    for remainder in range(count):
        cursor.execute(
            statement(
                "state_partition",
                partition=sql.Identifier("state_parts", fitting(f"{obj.table}_{remainder}")),
                table=state_table(obj),
                count=sql.Literal(count),
                remainder=sql.Literal(remainder),
            )
        )


def make_register(cursor: Cursor, obj: SyncObject, unique: Unique, name: str) -> None:
    """Make the register of a rule across the state, under the rule's own name, and fill it.

    IntegrityError of the driver where the rows that are there break the rule.
    """
    table = state_table(obj)
    register = sql.Identifier("state_parts", fitting(f"{name}_register"))
    function = sql.Identifier("state_parts", fitting(f"{name}_keep"))
    named = (*obj.key, *(column for column in unique.columns if column not in obj.key))
    parts: dict[str, Part] = {
        "register": register,
        "function": function,
        "table": table,
        "columns": columns(None, named),
        "complete": _complete(unique),
        "same": equal("held", "gone", obj.key),
    }
    cursor.execute(statement("state_parts_schema"))
    cursor.execute(statement("state_register", **parts))
    cursor.execute(statement("state_register_key", register=register, keys=columns(None, obj.key)))
    cursor.execute(
        statement(
            "state_unique",
            name=sql.Identifier(name),
            table=register,
            columns=columns(None, unique.columns),
            nulls=nulls_of(unique),
        )
    )
    cursor.execute(statement("state_register_function", **parts))
    cursor.execute(statement("state_register_fill", **parts))
    for event, tables, ending in _EVENTS:
        trigger = sql.Identifier(fitting(f"{name}{ending}"))
        cursor.execute(
            statement(
                "state_register_trigger",
                trigger=trigger,
                event=sql.SQL(event),
                tables=sql.SQL(tables),
                table=table,
                function=function,
            )
        )
        cursor.execute(statement("state_register_always", table=table, trigger=trigger))


def nulls_of(unique: Unique) -> Part:
    """Whether two records without a value share it."""
    return sql.SQL("nulls not distinct" if unique.nulls == "equal" else "nulls distinct")


def _complete(unique: Unique) -> Part:
    """Records that can share nothing need not stand in the register."""
    if unique.nulls == "equal":
        return sql.SQL("true")
    return sql.SQL(" and ").join(sql.SQL("fresh.{} is not null").format(sql.Identifier(c)) for c in unique.columns)


def fitting(name: str) -> str:
    """A name that PostgreSQL takes whole; a long one ends in a short hash."""
    if len(name.encode()) <= _NAME_BYTES:
        return name
    tail = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name.encode()[: _NAME_BYTES - 9].decode(errors='ignore')}_{tail}"
