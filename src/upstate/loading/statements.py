"""SQL from the files beside this one, and the few ways in which it names an object's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from upstate.catalog import Column, SyncObject
from upstate.errors import LandingError

Part = sql.Composable

_POSTGRES: dict[str, LiteralString] = {
    "text": "text",
    "integer": "integer",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "uuid": "uuid",
    "bytes": "bytea",
    "json": "jsonb",
}


@cache
def _text(name: str) -> LiteralString:
    return (files("upstate.loading") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def statement(name: str, /, **parts: Part) -> sql.Composed:
    """The statement in sql/NAME.sql with its {parts} filled in; values stay parameters."""
    return sql.SQL(_text(name)).format(**parts)


def expression(text: str) -> Part:
    """A piece of SQL from the catalog (a rule's condition), taken as it is: a percent sign is no parameter."""
    return sql.SQL(text.replace("%", "%%"))


def literal(text: str) -> Part:
    """A text from the catalog as a value within the statement; a percent sign is no parameter."""
    return sql.Literal(text.replace("%", "%%"))


def sql_type(column: Column) -> Part:
    """The column's type at the state."""
    if column.type == "decimal":
        return sql.SQL("numeric({}, {})").format(sql.Literal(column.precision), sql.Literal(column.scale))
    if column.type == "text" and column.length is not None:
        return sql.SQL("varchar({})").format(sql.Literal(column.length))
    return sql.SQL(_POSTGRES[column.type])


def key_type(column: Column) -> Part:
    """The column's type without its room: read as that, a key that was too long or too exact stays what it is."""
    return sql.SQL("numeric") if column.type == "decimal" else sql.SQL(_POSTGRES[column.type])


def state_table(obj: SyncObject) -> sql.Identifier:
    """The object's table at the state."""
    return sql.Identifier("state", obj.table)


def columns(alias: str | None, names: Iterable[str]) -> Part:
    """alias."a", alias."b", … in that order."""
    return sql.SQL(", ").join(column(alias, name) for name in names)


def column(alias: str | None, name: str) -> Part:
    """alias."name"; without an alias the bare name."""
    return sql.Identifier(name) if alias is None else sql.Identifier(alias, name)


def equal(left: str, right: str, pairs: Mapping[str, str] | Iterable[str]) -> Part:
    """left."a" = right."x" and …, for pairs of columns or the same names on both sides."""
    items = pairs.items() if isinstance(pairs, Mapping) else [(name, name) for name in pairs]
    return sql.SQL(" and ").join(sql.SQL("{} = {}").format(column(left, a), column(right, b)) for a, b in items)


def key_text(alias: str, names: Iterable[str]) -> Part:
    """The key as an array of texts, the form in which rejections keep it."""
    return sql.SQL("array[{}]").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(column(alias, name)) for name in names)
    )


def any_of(conditions: Iterable[Part]) -> Part:
    """(a) or (b) or …; false where there are none."""
    parts = [sql.SQL("({})").format(condition) for condition in conditions]
    return sql.SQL(" or ").join(parts) if parts else sql.SQL("false")


def fetch_row(cursor: psycopg.Cursor[Any], query: sql.Composed, values: Mapping[str, object]) -> tuple[Any, ...]:
    """The first row of a statement that always has one."""
    row: tuple[Any, ...] | None = cursor.execute(query, values).fetchone()
    if row is None:
        raise LandingError("The database gave no answer where there is always one. Report this.")
    return row
