"""The canonical projection of SQL Server: a style for every type whose own text would be short of digits or local.

What a column holds is what `sys.dm_exec_describe_first_result_set` says of the query, mapped SELECTs included. Texts
travel as their bytes in UTF-16, so that no driver has to make sense of a NUL or half a surrogate pair.
"""

from __future__ import annotations

from typing import Any

from upstate.agent.conform import NATIVE, TEXT
from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources.gathering import Field
from upstate.agent.sources.relation import all_of, conditions, relation, table_name
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, SyncObject

_BYTES_MARK = "\0bytes".encode("utf-16-le").hex()
_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_SHORT_TEXTS = ("char", "varchar", "nchar", "nvarchar")
_BYTES = ("binary", "varbinary", "image", "timestamp", "rowversion")
_SHAPES = ("geometry", "geography", "hierarchyid")
# What a value's own text is, exactly and whatever the session's language.
_AS_TEXT = {
    "bit": "CONVERT(varchar(1), {c})",
    "decimal": "CONVERT(varchar(41), {c})",
    "numeric": "CONVERT(varchar(41), {c})",
    "money": "CONVERT(varchar(30), {c}, 2)",  # by itself it is rounded to two digits
    "smallmoney": "CONVERT(varchar(30), {c}, 2)",
    "float": "CONVERT(varchar(32), {c}, 3)",  # 17 digits; by itself six
    "real": "CONVERT(varchar(32), CONVERT(float, {c}), 3)",
    "date": "CONVERT(varchar(10), {c}, 23)",
    "time": "CONVERT(varchar(16), {c}, 121)",
    "datetime": "CONVERT(varchar(27), {c}, 121)",
    "smalldatetime": "CONVERT(varchar(27), {c}, 121)",
    "datetime2": "CONVERT(varchar(27), {c}, 121)",
    # there is a space before the offset
    "datetimeoffset": "REPLACE(REPLACE(CONVERT(varchar(34), {c}, 121), ' +', '+'), ' -', '-')",
    "uniqueidentifier": "CONVERT(char(36), {c})",
}
_SECONDS = (-62_135_596_800, 253_402_300_799)  # from the year 1 to 9999


def quote(name: str) -> str:
    """A name as an identifier."""
    return "[" + name.replace("]", "]]") + "]"


def rows(obj: SyncObject, origin: ObjectOrigin) -> str:
    """The object's rows, uncast."""
    return relation(obj, origin, f"{table_name(origin.table, quote)} AS r", quote, _epoch)


def kind_of(type_name: str) -> str:
    """What a column holds, from the server's name of its type: decimal(10,2) is decimal."""
    return type_name.partition("(")[0].strip().lower()


def fields(obj: SyncObject, kinds: dict[str, str]) -> tuple[Field, ...]:
    """The fields of the raw batches, in the order of the projection's expressions."""
    return tuple(_field(column, kinds[column.name]) for column in obj.columns)


def projection(
    obj: SyncObject, rows: str, kinds: dict[str, str], school_year: int | None, only: str | None = None
) -> str:
    """The query of an object's records, given what each column holds; `only` is a condition more.

    One thread of the server's, so that the same rows come in the same order.
    """
    asked = ", ".join(_expression(c, f"s.{quote(c.name)}", kinds[c.name]) for c in obj.columns)

    def in_year(name: str, year: int) -> str:
        return _in_year(f"s.{quote(name)}", kinds[name], year)

    where = conditions(obj, in_year, school_year, only)
    return f"SELECT {asked} FROM ({rows}) AS s{where} OPTION (MAXDOP 1)"  # noqa: S608


def among(wanted: Wanted, kinds: dict[str, str]) -> str | None:
    """A condition that every wanted record meets, and an index may serve. A collation may let others meet it too."""

    def test(column: Column, values: list[Any]) -> str | None:
        c, kind = f"s.{quote(column.name)}", kinds[column.name]
        if column.type in ("integer", "bigint") and kind in _INTEGERS:
            return f"{c} IN ({', '.join(str(value) for value in values)})"
        if column.type == "text" and kind in _SHORT_TEXTS:
            return f"{c} IN ({', '.join(_text(value) for value in values)})"
        if column.type == "uuid" and kind in ("binary", "varbinary"):
            return f"{c} IN ({', '.join('0x' + value.hex() for value in values)})"
        if column.type == "uuid" and kind == "uniqueidentifier":
            return f"{c} IN ({', '.join(f'{chr(39)}{_guid(value.hex())}{chr(39)}' for value in values)})"
        return None

    return all_of(wanted, test)


def _text(value: str) -> str:
    return "N'" + value.replace("'", "''") + "'"


def _guid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _field(column: Column, kind: str) -> Field:
    if kind in _BYTES:
        return Field(NATIVE + column.name, "bytes") if column.type in ("bytes", "uuid") else _utf16(column)
    if kind == "float" and column.type in ("double", "decimal"):
        return Field(NATIVE + column.name, "double")
    if kind in ("float", "real"):
        return Field(TEXT + column.name, "shortest" if kind == "float" else "float")
    return Field(TEXT + column.name, "text") if kind in _AS_TEXT or kind in _INTEGERS else _utf16(column)


def _utf16(column: Column) -> Field:
    return Field(TEXT + column.name, "utf16")


def _expression(column: Column, c: str, kind: str) -> str:
    if kind in _BYTES:
        if column.type in ("bytes", "uuid"):
            return f"CONVERT(varbinary(max), {c})"
        return f"CASE WHEN {c} IS NOT NULL THEN 0x{_BYTES_MARK} END"
    if kind in _INTEGERS:
        return f"CONVERT(varchar(20), {c})"
    if kind in _AS_TEXT:
        return _AS_TEXT[kind].format(c=c)
    if kind in _SHAPES:
        c = f"{c}.ToString()"
    if kind in ("char", "nchar"):
        c = f"RTRIM({c})"
    return f"CONVERT(varbinary(max), CONVERT(nvarchar(max), {c}))"


def _in_year(c: str, kind: str, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    if kind in _INTEGERS:
        return f"{c} = {year} OR {c} IS NULL"
    if kind not in _SHORT_TEXTS and kind not in ("decimal", "numeric", "float", "real"):
        return "1 = 1"
    number = _number(c)
    return f"{number} IS NULL OR {number} = {year} OR {number} <> FLOOR({number})"


def _number(c: str) -> str:
    """A value as a number, null where it is none; an empty text would be 0."""
    return f"TRY_CONVERT(float, NULLIF(LTRIM(RTRIM(CONVERT(nvarchar(60), {c}))), N''))"


def _epoch(expression: str, stored: Stored, column: Column) -> str:
    """Numbers that stand for moments, as text; one that stands for none stays what it is, to be a misfit."""
    exact = f"TRY_CONVERT(decimal(28, 9), NULLIF(LTRIM(RTRIM(CONVERT(nvarchar(60), {expression}))), N''))"
    ms = {
        "unix": f"{exact} * 1000",
        "unix_ms": exact,
        "julian": f"ROUND(({exact} - 2440587.5) * 86400000, 0)",
    }[stored]
    whole = f"CONVERT(bigint, {ms})"
    day = f"DATEADD(day, {whole} / 86400000, CONVERT(datetime2(3), '1970-01-01'))"
    moment = f"CONVERT(varchar(27), DATEADD(millisecond, {whole} % 86400000, {day}), 121)"
    zone = " + 'Z'" if column.type == "timestamptz" else ""
    least, most = (bound * 1000 for bound in _SECONDS)
    fits = f"{exact} = FLOOR({exact}) AND " if stored != "julian" else ""
    return (
        f"CASE WHEN {fits}{ms} BETWEEN {least} AND {most + 999} THEN {moment}{zone} "
        f"ELSE CONVERT(nvarchar(60), {expression}) END"
    )
