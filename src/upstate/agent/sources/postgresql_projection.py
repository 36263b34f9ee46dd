"""The canonical projection of PostgreSQL: a type of its own where Arrow carries it exactly, else its text form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from upstate.agent.conform import BYTES_MARK, NATIVE, TEXT
from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources import relation
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire import spell

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
# Which of the database's types come as they are for a column of the catalog's type.
_NATIVE: dict[ColumnType, frozenset[str]] = {
    "integer": _INTEGERS,
    "bigint": _INTEGERS,
    "double": frozenset({"double precision", "real"}),
    "decimal": frozenset({"double precision"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time without time zone"}),
    "timestamp": frozenset({"timestamp without time zone"}),
    "timestamptz": frozenset({"timestamp with time zone"}),
    "uuid": frozenset({"uuid", "bytea"}),
    "bytes": frozenset({"bytea"}),
}
# These come as text of their own accord; a numeric does too, exactly, and faster than by a cast.
_TEXTUAL = frozenset({"text", "character varying", "numeric"})
_PLAIN_UUID = "'^([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$'"  # what PostgreSQL reads as a uuid without fail


def quote(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def rows(obj: SyncObject, origin: ObjectOrigin, part: str = "") -> str:
    """The object's rows, uncast; of a table, `part` is a WHERE by its own columns, whose alias is r."""
    return relation.relation(obj, origin, f"{relation.table_name(origin.table, quote)} AS r{part}", quote, _epoch)


def types_query(obj: SyncObject, origin: ObjectOrigin) -> str:
    """A query for the types of the object's columns in their order, a row each, a domain's base type for the domain; it
    reads no row."""
    types = ", ".join(f"pg_typeof(s.{quote(c.name)})" for c in obj.columns)
    return (
        "SELECT coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text "  # noqa: S608
        f"FROM (SELECT ARRAY[{types}]::oid[] AS oids "
        f"FROM (SELECT) AS one LEFT JOIN ({rows(obj, origin)}) AS s ON false) AS asked "
        "CROSS JOIN unnest(asked.oids) WITH ORDINALITY AS each (oid, place) "
        "JOIN pg_catalog.pg_type AS t ON t.oid = each.oid ORDER BY each.place"
    )


def projection(
    obj: SyncObject,
    origin: ObjectOrigin,
    types: Mapping[str, str],
    school_year: int | None,
    only: str | None = None,
) -> str:
    """The query of an object's records, given the database's type of each column; `only` is a condition more."""
    selected = ", ".join(f"{field.sql} AS {quote(field.name)}" for field in fields(obj, types))
    where = conditions(obj, types, school_year, only)
    return f"SELECT {selected} FROM ({rows(obj, origin)}) AS s{where}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Field:
    """A raw column (see conform): its name, the expression it is, the database's type of that."""

    name: str
    sql: str
    kind: str


def fields(obj: SyncObject, types: Mapping[str, str]) -> list[Field]:
    """The raw columns of an object's records under the alias s, given the database's type of each column."""
    return [
        Field(prefix + column.name, expression, kind)
        for column in obj.columns
        for prefix, expression, kind in _fields(column, f"s.{quote(column.name)}", types[column.name])
    ]


def conditions(obj: SyncObject, types: Mapping[str, str], school_year: int | None, only: str | None = None) -> str:
    """The WHERE of an object's rows, with the alias s; empty where every row counts."""

    def in_year(name: str, year: int) -> str:
        return _in_year(f"s.{quote(name)}", types[name], year)

    return relation.conditions(obj, in_year, school_year, only)


def among(wanted: Wanted, types: Mapping[str, str]) -> str | None:
    """A condition that every wanted record meets, and that an index may serve; None where there is none."""

    def test(column: Column, values: list[Any]) -> str | None:
        kind = types[column.name]
        if (column.type == "uuid" and kind == "uuid") or (column.type in _INTEGERS and kind in _INTEGERS):
            cast = "bigint" if kind in _INTEGERS else kind
        elif column.type == "text" and kind in ("text", "character varying"):
            cast = "text"
        else:
            return None
        listed = ", ".join(literal(spell(column, value) or "") for value in values)
        return f"s.{quote(column.name)} = ANY (ARRAY[{listed}]::{cast}[])"

    return relation.all_of(wanted, test)


def _fields(column: Column, c: str, kind: str) -> list[tuple[str, str, str]]:
    if kind in _NATIVE.get(column.type, ()):
        return [(NATIVE, c, kind)]
    if kind == "bytea":
        return [(TEXT, f"CASE WHEN {c} IS NOT NULL THEN '\\x{BYTES_MARK.encode().hex()}'::bytea END", kind)]
    if column.type == "uuid" and kind in ("text", "character varying", "character"):
        plain = f"{c} ~ {_PLAIN_UUID}"
        return [
            (NATIVE, f"CASE WHEN {plain} THEN {c}::text::uuid END", "uuid"),
            (TEXT, f"CASE WHEN NOT {plain} THEN {c}::text END", "text"),
        ]
    if column.type == "json" and kind == "jsonb":
        return [(NATIVE, f"{c}::text", "text")]
    return [(TEXT, c, kind) if kind in _TEXTUAL else (TEXT, f"{c}::text", "text")]


def _in_year(c: str, kind: str, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    if kind in _INTEGERS:
        return f"{c} = {year} OR {c} IS NULL"
    whole = f"btrim({c}::text)"
    return f"{c} IS NULL OR {whole} !~ '^[0-9]+([.]0*)?$' OR split_part({whole}, '.', 1) = '{year}'"


def _epoch(expression: str, stored: Stored, column: Column) -> str:
    seconds = {
        "unix": f"({expression})::double precision",
        "unix_ms": f"({expression})::double precision / 1000",
        "julian": f"(({expression})::double precision - 2440587.5) * 86400",
    }[stored]
    moment = f"to_timestamp({seconds})"
    return moment if column.type == "timestamptz" else f"{moment} AT TIME ZONE 'UTC'"
