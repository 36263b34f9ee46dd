"""The canonical projection of Oracle: numbers, days and moments as texts whose form no setting of a session changes.

What a column holds is what the driver says of the query. Doubles come as they are, since their own text is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from upstate.agent.conform import NATIVE, TEXT
from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources.gathering import Field
from upstate.agent.sources.relation import all_of, conditions, relation, table_name
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, SyncObject

_BYTES = ("RAW", "LONG_RAW", "BLOB")
_DOUBLES = ("BINARY_DOUBLE", "BINARY_FLOAT")
_SHORT_TEXTS = ("VARCHAR", "NVARCHAR")
_CHARS = ("CHAR", "NCHAR")
_NUMERALS = "'NLS_NUMERIC_CHARACTERS=''.,'''"
_DAY = "SYYYY-MM-DD HH24:MI:SS"  # a year BC has its minus, any other a space
_AS_TEXT = {
    "NUMBER": f"TO_CHAR({{c}}, 'TM9', {_NUMERALS})",
    "DATE": f"LTRIM(TO_CHAR({{c}}, '{_DAY}'))",  # an Oracle date has a time of day
    "TIMESTAMP": f"LTRIM(TO_CHAR({{c}}, '{_DAY}.FF9'))",
    "TIMESTAMP_TZ": f"LTRIM(TO_CHAR({{c}}, '{_DAY}.FF9TZH:TZM'))",
    "TIMESTAMP_LTZ": f"LTRIM(TO_CHAR({{c}}, '{_DAY}.FF9')) || '+00:00'",  # the session is in UTC
    "BOOLEAN": "CASE WHEN {c} THEN '1' WHEN NOT {c} THEN '0' END",
    "JSON": "JSON_SERIALIZE({c} RETURNING CLOB)",
    "XMLTYPE": "XMLSERIALIZE(CONTENT {c} AS CLOB)",
    "ROWID": "ROWIDTOCHAR({c})",
    "INTERVAL_DS": "TO_CHAR({c})",
    "INTERVAL_YM": "TO_CHAR({c})",
}
# What Oracle pads with spaces loses them at its end, but for one where there is nothing else: no text would be null.
_PADDED = "CASE WHEN RTRIM({c}) IS NULL AND {c} IS NOT NULL THEN ' ' ELSE RTRIM({c}) END"
_AS_IT_IS = (*_SHORT_TEXTS, "LONG", "CLOB", "NCLOB", *_DOUBLES)
_MOST_IN_A_LIST = 1_000  # more values Oracle does not take
_LONGEST_LITERAL = 1_000  # characters, each of at most four bytes
_SECONDS = (-62_135_596_800, 253_402_300_799)  # from the year 1 to 9999


def quote(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', "") + '"'  # none may have a quotation mark in it


def rows(obj: SyncObject, origin: ObjectOrigin) -> str:
    """The object's rows, uncast."""
    return relation(obj, origin, f"{table_name(origin.table, quote)} r", quote, _epoch)


def can_be_carried(kind: str) -> bool:
    """Whether the projection knows what to do with a type."""
    return kind in _AS_TEXT or kind in _AS_IT_IS or kind in _CHARS or kind in _BYTES


def fields(obj: SyncObject, kinds: dict[str, str]) -> tuple[Field, ...]:
    """The fields of the raw batches, in the order of the projection's expressions."""
    return tuple(_field(column, kinds[column.name]) for column in obj.columns)


def projection(
    obj: SyncObject, rows: str, kinds: dict[str, str], school_year: int | None, only: str | None = None
) -> str:
    """The query of an object's records, given what each column holds; `only` is a condition more.

    One process of the server's, so that the same rows come in the same order.
    """
    asked = ", ".join(_expression(c, f"s.{quote(c.name)}", kinds[c.name]) for c in obj.columns)

    def in_year(name: str, year: int) -> str:
        return _in_year(f"s.{quote(name)}", kinds[name], year)

    where = conditions(obj, in_year, school_year, only)
    return f"SELECT /*+ NO_PARALLEL */ {asked} FROM ({rows}) s{where}"  # noqa: S608


def among(wanted: Wanted, kinds: dict[str, str]) -> str | None:
    """A condition that every wanted record meets, and an index may serve; None where there is none."""

    def test(column: Column, values: list[Any]) -> str | None:
        c, kind = f"s.{quote(column.name)}", kinds[column.name]
        if column.type in ("integer", "bigint") and kind == "NUMBER":
            return _in(c, [str(value) for value in values])
        if column.type == "text" and kind in _SHORT_TEXTS and all(0 < len(v) <= _LONGEST_LITERAL for v in values):
            return _in(c, ["N'" + value.replace("'", "''") + "'" for value in values])
        if column.type == "uuid" and kind == "RAW":
            return _in(c, [f"HEXTORAW('{value.hex()}')" for value in values])
        return None

    return all_of(wanted, test)


def _in(c: str, values: Sequence[str]) -> str:
    parts = (values[start : start + _MOST_IN_A_LIST] for start in range(0, len(values), _MOST_IN_A_LIST))
    return " OR ".join(f"{c} IN ({', '.join(part)})" for part in parts)


def _field(column: Column, kind: str) -> Field:
    if kind in _BYTES and column.type in ("bytes", "uuid"):
        return Field(NATIVE + column.name, "bytes")
    if kind in _DOUBLES:
        exact = kind == "BINARY_DOUBLE" and column.type in ("double", "decimal")
        says = "number" if exact else "number_text" if kind == "BINARY_DOUBLE" else "single_text"
        return Field((NATIVE if exact else TEXT) + column.name, says)  # type: ignore[arg-type]
    return Field(TEXT + column.name, "text")


def _expression(column: Column, c: str, kind: str) -> str:
    if kind in _BYTES:
        return c if column.type in ("bytes", "uuid") else f"CASE WHEN {c} IS NOT NULL THEN CHR(0) || 'bytes' END"
    if kind in _CHARS:
        return _PADDED.format(c=c)
    return _AS_TEXT[kind].format(c=c) if kind in _AS_TEXT else c


def _in_year(c: str, kind: str, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    if kind not in ("NUMBER", *_SHORT_TEXTS, *_CHARS):
        return "1 = 1"
    number = c if kind == "NUMBER" else _number(c)
    return f"{number} IS NULL OR {number} = {year} OR {number} <> TRUNC({number})"


def _number(c: str) -> str:
    """A value as a number, null where it is none."""
    return f"TO_NUMBER(TRIM({c}) DEFAULT NULL ON CONVERSION ERROR)"


def _epoch(expression: str, stored: Stored, column: Column) -> str:
    """Numbers that stand for moments, as text; one that stands for none stays what it is, to be a misfit."""
    number = _number(f"TO_CHAR({expression})")
    seconds = {
        "unix": number,
        "unix_ms": f"{number} / 1000",
        "julian": f"ROUND(({number} - 2440587.5) * 86400, 3)",
    }[stored]
    zone = " || 'Z'" if column.type == "timestamptz" else ""
    fits = f"{number} = TRUNC({number}) AND " if stored != "julian" else ""
    days = f"NUMTODSINTERVAL(TRUNC(({seconds}) / 86400), 'DAY')"
    rest = f"NUMTODSINTERVAL({seconds} - TRUNC(({seconds}) / 86400) * 86400, 'SECOND')"
    moment = f"LTRIM(TO_CHAR(TIMESTAMP '1970-01-01 00:00:00' + {days} + {rest}, '{_DAY}.FF3')){zone}"
    least, most = _SECONDS
    return f"CASE WHEN {fits}{seconds} BETWEEN {least} AND {most} THEN {moment} ELSE TO_CHAR({expression}) END"
