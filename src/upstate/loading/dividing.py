"""State tables divided by district: their partitions, and the registers that keep values unique across all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject, Unique
from upstate.errors import DatabaseError
from upstate.loading.statements import Part, columns, equal, sql_type, state_table, statement

Cursor = psycopg.Cursor[Any]
_NAME_BYTES = 63
_EVENTS = (
    ("insert", "new table as fresh", ""),
    ("update", "old table as gone new table as fresh", "_changed"),
    ("delete", "old table as gone", "_gone"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several servers holds: the partitions with these remainders, and what reaches the registers there."""

    remainders: tuple[int, ...]
    hub: str


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


def make_partitions(cursor: Cursor, obj: SyncObject, count: int, share: Share | None = None) -> None:
    """Make the partitions of a table that was just made; of one that several servers share, those that are here."""
    if count:
        cursor.execute(statement("state_parts_schema"))
    for remainder in range(count) if share is None else share.remainders:
        cursor.execute(
            statement(
                "state_partition",
                partition=partition_of(obj, remainder),
                table=state_table(obj),
                count=sql.Literal(count),
                remainder=sql.Literal(remainder),
            )
        )


def partition_of(obj: SyncObject, number: int) -> sql.Identifier:
    """The part of an object's table with this number, wherever it is."""
    return sql.Identifier("state_parts", fitting(f"{obj.table}_{number}"))


def make_register(cursor: Cursor, obj: SyncObject, unique: Unique, name: str, share: Share | None = None) -> None:
    """Make the register of a rule across the state, under the rule's own name, and fill it.

    Where several servers share the state the register is in the hub's database, and only kept from here.
    IntegrityError of the driver where the rows that are there break the rule.
    """
    parts = _register_parts(obj, unique, name)
    cursor.execute(statement("state_parts_schema"))
    if share is None:
        make_kept_here(cursor, obj, unique, name)
        cursor.execute(statement("state_register_function", **parts))
    else:
        kept = {**parts, "columns": definitions(obj, _named(obj, unique)), "server": sql.Identifier(share.hub)}
        cursor.execute(statement("state_register_far", **kept))
        cursor.execute(statement("state_register_function_far", **parts))
    for event, tables, ending in _EVENTS:
        trigger = sql.Identifier(fitting(f"{name}{ending}"))
        cursor.execute(
            statement(
                "state_register_trigger",
                trigger=trigger,
                event=sql.SQL(event),
                tables=sql.SQL(tables),
                table=parts["table"],
                function=parts["function"],
            )
        )
        cursor.execute(statement("state_register_always", table=parts["table"], trigger=trigger))


def make_kept_here(cursor: Cursor, obj: SyncObject, unique: Unique, name: str) -> None:
    """Make the register itself, with its unique index, and fill it; errors as `make_register`."""
    parts = _register_parts(obj, unique, name)
    cursor.execute(statement("state_register", **parts, definitions=definitions(obj, _named(obj, unique))))
    cursor.execute(statement("state_register_key", register=parts["register"], keys=columns(None, obj.key)))
    cursor.execute(
        statement(
            "state_unique",
            name=sql.Identifier(name),
            table=parts["register"],
            columns=columns(None, unique.columns),
            nulls=nulls_of(unique),
        )
    )
    cursor.execute(statement("state_register_fill", **parts))


def _register_parts(obj: SyncObject, unique: Unique, name: str) -> dict[str, Part]:
    return {
        "register": sql.Identifier("state_parts", fitting(f"{name}_register")),
        "function": sql.Identifier("state_parts", fitting(f"{name}_keep")),
        "table": state_table(obj),
        "columns": columns(None, _named(obj, unique)),
        "complete": _complete(unique),
        "same": equal("held", "gone", obj.key),
        "same_fresh": equal("held", "fresh", obj.key),
        "rule": sql.Literal(name),
    }


def _named(obj: SyncObject, unique: Unique) -> tuple[str, ...]:
    return (*obj.key, *(column for column in unique.columns if column not in obj.key))


def definitions(obj: SyncObject, names: Iterable[str]) -> Part:
    """Some of an object's columns with their types."""
    kinds = {c.name: sql_type(c) for c in obj.columns}
    return sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), kinds[name]) for name in names)


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
