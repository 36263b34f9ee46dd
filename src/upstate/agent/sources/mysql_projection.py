"""The canonical projection of MariaDB and MySQL: text wherever the wire's own text is exact, made so where it is not.

Both servers send every value as text. Most of those texts are exact; a float is sent with six digits, a bit as a raw
byte, a moment in the session's zone, and bytes look like texts. What a column holds is asked of the server itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from upstate.agent.conform import NATIVE, TEXT
from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources.gathering import Field
from upstate.agent.sources.relation import all_of, conditions, relation, table_name
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, SyncObject

Kind = Literal["integer", "decimal", "float", "double", "bit", "moment", "bytes", "text"]

_CODES: dict[int, Kind] = {
    0: "decimal",
    1: "integer",
    2: "integer",
    3: "integer",
    4: "float",
    5: "double",
    7: "moment",
    8: "integer",
    9: "integer",
    13: "integer",
    16: "bit",
    246: "decimal",
}
# These are bytes or text, as their character set says.
_EITHER = frozenset({15, 249, 250, 251, 252, 253, 254, 255})
_BYTES = "0x006279746573"  # conform's BYTES_MARK
_WHOLE = "'^[+-]?[0-9]+([.]0*)?$'"
_NUMBER = "'^[+-]?[0-9]+([.][0-9]*)?$'"


def quote(name: str) -> str:
    """A name as an identifier."""
    return "`" + name.replace("`", "``") + "`"


def rows(obj: SyncObject, origin: ObjectOrigin, *, stored: bool) -> str:
    """The object's rows, uncast. `stored`: the table is no view, so it can be told to be read in its own order."""
    own_order = " USE INDEX ()" if stored else ""
    return relation(obj, origin, f"{table_name(origin.table, quote)} AS r{own_order}", quote, _epoch)


def codes_query(rows: str) -> str:
    """A query whose description has the types of the object's columns; it reads no row."""
    return f"SELECT * FROM ({rows}) AS s LIMIT 0"  # noqa: S608


def charsets_query(obj: SyncObject, rows: str) -> str:
    """A query for the character sets of the object's columns, from its first row; where it has none, none is needed."""
    asked = ", ".join(f"CHARSET(s.{quote(c.name)})" for c in obj.columns)
    return f"SELECT {asked} FROM ({rows}) AS s LIMIT 1"  # noqa: S608


def kinds(obj: SyncObject, codes: Sequence[int], charsets: Sequence[str]) -> dict[str, Kind]:
    """What each column holds, given the server's two answers."""
    found: dict[str, Kind] = {}
    for column, code, charset in zip(obj.columns, codes, charsets, strict=True):
        both: Kind = "bytes" if code in _EITHER and charset == "binary" else "text"
        found[column.name] = _CODES.get(code, both)
    return found


def fields(obj: SyncObject, kinds: Mapping[str, Kind]) -> tuple[Field, ...]:
    """The fields of the raw batches, in the order of the projection's expressions."""
    return tuple(_field(column, kinds[column.name]) for column in obj.columns)


def projection(
    obj: SyncObject, rows: str, kinds: Mapping[str, Kind], school_year: int | None, only: str | None = None
) -> str:
    """The query of an object's records, given what each column holds; `only` is a condition more."""
    asked = ", ".join(_expression(c, f"s.{quote(c.name)}", kinds[c.name]) for c in obj.columns)

    def in_year(name: str, year: int) -> str:
        return _in_year(f"s.{quote(name)}", kinds[name], year)

    where = conditions(obj, in_year, school_year, only)
    return f"SELECT {asked} FROM ({rows}) AS s{where}"  # noqa: S608


def among(wanted: Wanted, kinds: Mapping[str, Kind]) -> str | None:
    """A condition that every wanted record meets, and that an index may serve; None where there is none.

    A collation may let others meet it too.
    """

    def test(column: Column, values: list[Any]) -> str | None:
        c, kind = f"s.{quote(column.name)}", kinds[column.name]
        if column.type in ("integer", "bigint") and kind == "integer":
            return f"{c} IN ({', '.join(str(value) for value in values)})"
        if column.type == "text" and kind == "text":
            return f"{c} IN ({', '.join(_text(value) for value in values)})"
        if column.type == "uuid" and kind == "bytes":
            return f"{c} IN ({', '.join('0x' + value.hex() for value in values)})"
        if column.type == "uuid" and kind == "text":
            digits = f"REPLACE(REPLACE(REPLACE(LOWER({c}), '-', ''), '{{', ''), '}}', '')"
            return f"{digits} IN ({', '.join(_text(value.hex()) for value in values)})"
        return None

    return all_of(wanted, test)


def _text(value: str) -> str:
    """A literal that no setting of the server reads otherwise."""
    return f"_utf8mb4 0x{value.encode().hex()}" if value else "''"


def _field(column: Column, kind: Kind) -> Field:
    if kind == "bytes" and column.type in ("bytes", "uuid"):
        return Field(NATIVE + column.name, "bytes")
    if kind == "double" and column.type in ("double", "decimal"):
        return Field(NATIVE + column.name, "double")
    return Field(TEXT + column.name, "float" if kind == "float" else "text")


def _expression(column: Column, c: str, kind: Kind) -> str:
    if kind == "bytes" and column.type not in ("bytes", "uuid"):
        return f"IF({c} IS NULL, NULL, {_BYTES})"
    if kind == "bit":
        return f"{c} + 0"
    if kind == "float":
        return f"{c} + 0e0"  # a float by itself is sent with six digits
    if kind == "moment":
        return f"CONCAT({c}, '+00')"
    return c


def _in_year(c: str, kind: Kind, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    if kind == "integer":
        return f"{c} = {year} OR {c} IS NULL"
    if kind == "bytes":
        return "TRUE"
    whole = f"TRIM({c})"
    return (
        f"{c} IS NULL OR {whole} NOT REGEXP '^[0-9]+([.]0*)?$' "
        f"OR INSTR({whole}, CHAR(10)) "  # before which a pattern may end
        f"OR CAST(SUBSTRING_INDEX({whole}, '.', 1) AS BINARY) = CAST('{year}' AS BINARY)"
    )


def _epoch(expression: str, stored: Stored, column: Column) -> str:
    """Numbers that stand for moments, as text; one that stands for none stays what it is, to be a misfit."""
    micros = {
        "unix": f"({expression}) * 1000000",
        "unix_ms": f"({expression}) * 1000",
        "julian": f"ROUND((({expression}) - 2440587.5) * 86400000) * 1000",
    }[stored]
    pattern = _NUMBER if stored == "julian" else _WHOLE
    moment = f"DATE_ADD('1970-01-01 00:00:00', INTERVAL {micros} MICROSECOND)"
    if column.type == "timestamptz":
        moment = f"CONCAT({moment}, 'Z')"
    return f"IF(({expression}) REGEXP {pattern}, COALESCE({moment}, ({expression})), ({expression}))"
