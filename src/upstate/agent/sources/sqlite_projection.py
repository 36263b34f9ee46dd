"""The canonical projection of SQLite: every value typed by what it is, not by what the first batch looked like.

The driver guesses a column's type from the first batch and then bends or refuses the rest. So the query begins with a
row of our own, which pins the types and is dropped again, and each column is asked for the storage class of its value:
what has the expected class comes natively, everything else as the text SQLite itself makes of it.

Numbers are nearly always kept as such, and a column of their texts would be one of nulls, which the driver takes as
long for as for any other. So a column that is not `spelled` has one number for whatever is none.
"""

from __future__ import annotations

from collections.abc import Container
from math import inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform import NATIVE, TEXT
from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources.relation import all_of, conditions, relation
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, ColumnType, SyncObject

_BYTES = "char(0)||'bytes'"  # conform's BYTES_MARK
_NO_UUID = "#" * 17  # longer than any 16 bytes, so that what follows can be none
# Stands for what is no whole number where one is expected; where there is one so large, it is told as if it were not.
# Among other numbers infinity does, and whatever is beyond the digits that a REAL is certain of.
_ODD = 1 << 62
_ODD_REAL = "9e999"
_EXACT_DIGITS = 15  # of which a REAL is the nearest to one number alone
_TYPES = {"integer": "1", "real": "1.5", "blob": "x'00'"}  # a storage class, and a literal of it
_CLASSES: dict[ColumnType, str] = {
    "integer": "integer",
    "bigint": "integer",
    "boolean": "integer",
    "double": "real",
    "decimal": "real",
    "bytes": "blob",
}


def quote(name: str) -> str:
    """A name as an identifier and never as a text, which double quotes do not promise in SQLite."""
    return "`" + name.replace("`", "``") + "`"


def rows(obj: SyncObject, origin: ObjectOrigin) -> str:
    """The object's rows, uncast. NOT INDEXED reads the table in its own order, whatever index there may be."""
    return relation(obj, origin, f"{quote(origin.table)} AS r NOT INDEXED", quote, _epoch)


def projection(
    obj: SyncObject,
    origin: ObjectOrigin,
    school_year: int | None,
    only: str | None = None,
    *,
    spelled: Container[str] | None = None,
) -> str:
    """An object's records; the query's first row pins the types and has to be dropped. `only`: one more condition.

    A batch may have what is `odd` in columns that are not among the `spelled` (None: all are), and cannot be conformed
    then.
    """
    pins, fields = [], []
    for column in obj.columns:
        spell = spelled is None or column.name in spelled
        for prefix, pin, expression in _fields(column, f"s.{quote(column.name)}", spelled=spell):
            pins.append(f"{pin} AS {quote(prefix + column.name)}")
            fields.append(expression)

    def in_year(name: str, year: int) -> str:
        return _in_year(f"s.{quote(name)}", year)

    where = conditions(obj, in_year, school_year, only)
    return f"SELECT {', '.join(pins)} UNION ALL SELECT {', '.join(fields)} FROM ({rows(obj, origin)}) AS s{where}"  # noqa: S608


def odd(raw: pa.RecordBatch, spelled: Container[str]) -> frozenset[str]:
    """Those columns, of the ones that are not spelled, of which a batch has a value that is told by its text alone."""
    names = ((field.name.removeprefix(NATIVE), values) for field, values in zip(raw.schema, raw.columns, strict=True))
    return frozenset(name for name, values in names if name not in spelled and _any_odd(values))


def _any_odd(values: pa.Array) -> bool:
    if not (pa.types.is_int64(values.type) or pa.types.is_float64(values.type)):
        return False
    largest = pc.max(values).as_py()
    return largest is not None and largest >= (_ODD if pa.types.is_int64(values.type) else inf)


def among(wanted: Wanted) -> str | None:
    """A condition that every wanted record meets; None where there is none.

    A value of another storage class than its column's meets it too: what such a value says, only reading it can tell.
    """

    def test(column: Column, values: list[Any]) -> str | None:
        c = f"s.{quote(column.name)}"
        if column.type == "uuid":
            found = _uuid(c)
            return f"({found}) IN ({_listed(values)}) OR typeof({found}) <> 'blob'"
        if column.type in ("integer", "bigint"):
            return f"{c} IN ({_listed(values)}) OR typeof({c}) <> 'integer'"
        if column.type == "text":
            return f"{c} IN ({_listed(values)}) OR typeof({c}) <> 'text'"
        return None

    return all_of(wanted, test)


def _listed(values: list[bytes | int | str]) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(value: bytes | int | str) -> str:
    match value:
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    return str(value)


def widest(obj: SyncObject, origin: ObjectOrigin) -> str | None:
    """A query for the bytes of the largest value among columns without a limit; None where all have one."""
    open_ended = [c for c in obj.columns if c.type in ("json", "bytes") or (c.type == "text" and c.length is None)]
    if not open_ended:
        return None
    sizes = ", ".join(f"coalesce(max(octet_length(s.{quote(c.name)})), 0)" for c in open_ended)
    most = f"max({sizes})" if len(open_ended) > 1 else sizes
    return f"SELECT {most} AS bytes FROM ({rows(obj, origin)}) AS s"  # noqa: S608


def _fields(column: Column, c: str, *, spelled: bool) -> list[tuple[str, str, str]]:
    """Per raw column of the query: its prefix, the literal that pins its type, the expression."""
    blob = f"{c} >= x''"  # nothing but a blob is, and to ask for its class by name takes longer
    if column.type in _CLASSES:
        wanted = _CLASSES[column.type]
        if wanted == "integer" and not spelled:
            number = f"iif(typeof({c}) = 'integer', {c}, iif({c} IS NULL, NULL, {_ODD}))"
            return [(NATIVE, _TYPES[wanted], number)]
        if wanted == "real" and not spelled:
            # A sign keeps texts from being compared as numbers; -0.0 stays itself when it is multiplied.
            most = 10 ** max(0, _EXACT_DIGITS - (column.scale or 0))
            number = f"iif(+{c} BETWEEN -{most} AND {most}, {c} * 1.0, iif({c} IS NULL, NULL, {_ODD_REAL}))"
            return [(NATIVE, _TYPES[wanted], number)]
        odd = [f"WHEN '{wanted}' THEN NULL"]
        if wanted != "blob":
            odd.append(f"WHEN 'blob' THEN {_BYTES}")
        if wanted == "integer":
            odd.append(f"WHEN 'real' THEN {_whole_or_not(c)}")
        return [
            (NATIVE, _TYPES[wanted], f"iif(typeof({c}) = '{wanted}', {c}, NULL)"),
            (TEXT, "''", f"CASE typeof({c}) {' '.join(odd)} ELSE {c} END"),
        ]
    if column.type == "uuid":
        # 32 digits say what 16 bytes do; to read digits is quicker for us than for SQLite.
        return [(TEXT, "''", f"iif({blob}, hex({c}), {c})")]
    if column.type in ("text", "json"):
        # A REAL in the fewest digits that are still exactly it, as other databases write it.
        short = f"printf('%.15g', {c})"
        real = f"iif(CAST({short} AS REAL) = {c}, {short}, printf('%!.17g', {c}))"
        return [(TEXT, "''", f"CASE typeof({c}) WHEN 'blob' THEN {_BYTES} WHEN 'real' THEN {real} ELSE {c} END")]
    # What is left is told in text alone, so a number fits none of it however it is written.
    return [(TEXT, "''", f"iif({blob}, {_BYTES}, {c})")]


def _uuid(c: str) -> str:
    """The bytes of a GUID however it is kept; where it is none, no 16 bytes."""
    digits = f"coalesce(unhex({c}, '-'), unhex(trim({c}, '{{}}'), '-'), '{_NO_UUID}' || {c})"
    return f"CASE typeof({c}) WHEN 'blob' THEN {c} WHEN 'null' THEN NULL ELSE {digits} END"


def _whole_or_not(c: str) -> str:
    """A REAL beside integers: whole with every digit, or visibly not whole, or visibly too large.

    Never the REAL itself: within its first batch the driver writes one as text with six decimals.
    """
    return (
        f"CASE WHEN {c} = CAST({c} AS INTEGER) THEN CAST({c} AS INTEGER) "
        f"WHEN abs({c}) < 1e18 THEN printf('%!.17g', {c}) ELSE '1e19' END"
    )


def _in_year(c: str, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    digits = f"iif(instr({c}, '.'), rtrim(rtrim(trim({c}), '0'), '.'), trim({c}))"
    return (
        f"{c} = {year} OR CASE typeof({c}) WHEN 'integer' THEN 0 "
        f"WHEN 'real' THEN {c} <> CAST({c} AS INTEGER) "
        f"WHEN 'text' THEN {digits} = '{year}' OR {digits} = '' OR {digits} GLOB '*[^0-9]*' ELSE 1 END"
    )


def _epoch(expression: str, stored: Stored, column: Column) -> str:
    """Numbers that stand for moments, as text; one that stands for none stays what it is, to be a misfit."""
    zone = "Z" if column.type == "timestamptz" else ""
    x = "x.v"
    if stored == "julian":
        text = f"strftime('%Y-%m-%d %H:%M:%f', {x})"
    elif stored == "unix":
        text = (
            f"iif({x} = CAST({x} AS INTEGER), strftime('%Y-%m-%d %H:%M:%S', CAST({x} AS INTEGER), 'unixepoch'), NULL)"
        )
    else:
        part = f"((CAST({x} AS INTEGER) % 1000 + 1000) % 1000)"
        whole = f"strftime('%Y-%m-%d %H:%M:%S', (CAST({x} AS INTEGER) - {part}) / 1000, 'unixepoch')"
        text = f"iif({x} = CAST({x} AS INTEGER), {whole} || printf('.%03d', {part}), NULL)"
    return (
        f"(SELECT CASE WHEN typeof({x}) IN ('integer', 'real') THEN coalesce({text} || '{zone}', {x}) ELSE {x} END "  # noqa: S608
        f"FROM (SELECT {expression} AS v) AS x)"
    )
