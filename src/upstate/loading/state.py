"""The state's tables as the catalog describes them: made once, widened when the catalog grows, never narrowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Column, Graph, Reference, SyncObject, Unique
from upstate.errors import DatabaseError
from upstate.loading.dividing import Share, divided_by, fitting, how_divided, make_partitions, make_register, nulls_of
from upstate.loading.statements import Part, columns, sql_type, state_table, statement
from upstate.loading.understanding import check_rules

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
Constraints = Mapping[tuple[str, str], list[str] | None]
_SPELLED = {
    "double": "double precision",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "bytes": "bytea",
    "json": "jsonb",
}


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
    constraints = {
        (table, name): says for table, name, says in cursor.execute(statement("state_constraints")).fetchall()
    }
    for obj in catalog:
        made += _prepare_references(cursor, catalog, obj, constraints)
        with step():
            made += _prepare_uniques(cursor, obj, constraints, partitions > 0, share)
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


def held_columns(cursor: Cursor) -> dict[str, dict[str, str]]:
    """Every column of every table at the state, with its type as PostgreSQL spells it."""
    held: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.execute(statement("state_columns")).fetchall():
        held.setdefault(table, {})[column] = kind
    return held


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


def column_definitions(obj: SyncObject) -> Part:
    """The object's own columns as CREATE TABLE has them."""
    return sql.SQL(", ").join(
        sql.SQL("{} {} {}").format(sql.Identifier(c.name), sql_type(c), sql.SQL("not null" if c.required else ""))
        for c in obj.columns
    )


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


def spelled(column: Column) -> str:
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


def _prepare_references(cursor: Cursor, catalog: Catalog, obj: SyncObject, constraints: Constraints) -> list[str]:
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


def _prepare_uniques(
    cursor: Cursor, obj: SyncObject, constraints: Constraints, divided: bool, share: Share | None
) -> list[str]:
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


def constraint_name(obj: SyncObject, part: Reference | Unique) -> str:
    """The name under which the state declares a reference or a unique rule; long names end in a short hash."""
    ending = "fkey" if isinstance(part, Reference) else "unique"
    return fitting("_".join((obj.table, *part.columns, ending)))
