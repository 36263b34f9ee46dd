"""What SQL makes of one column of SQLite: its value by what it is, and where that is odd its text.

Each column is asked for the storage class of its value: what has the expected class comes natively, everything else as
the text SQLite itself makes of it.

Numbers are nearly always kept as such, and a column of their texts would be one of nulls, which the driver takes as
long for as for any other. So a column that is not `spelled` has one number for whatever is none.
"""

from __future__ import annotations

from collections.abc import Container
from math import inf

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform import NATIVE, TEXT
from upstate.agent.mapping import Stored
from upstate.catalog import Column, ColumnType

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


def odd(raw: pa.RecordBatch, spelled: Container[str]) -> frozenset[str]:
    """Those columns, of the ones that are not spelled, of which a batch has a value that is told by its text alone."""
    names = ((field.name.removeprefix(NATIVE), values) for field, values in zip(raw.schema, raw.columns, strict=True))
    return frozenset(name for name, values in names if name not in spelled and _any_odd(values))


def _any_odd(values: pa.Array) -> bool:
    if not (pa.types.is_int64(values.type) or pa.types.is_float64(values.type)):
        return False
    largest = pc.max(values).as_py()
    return largest is not None and largest >= (_ODD if pa.types.is_int64(values.type) else inf)


def fields(column: Column, c: str, *, spelled: bool) -> list[tuple[str, str, str]]:
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
        others = [f"WHEN '{wanted}' THEN NULL"]
        if wanted != "blob":
            others.append(f"WHEN 'blob' THEN {_BYTES}")
        if wanted == "integer":
            others.append(f"WHEN 'real' THEN {_whole_or_not(c)}")
        return [
            (NATIVE, _TYPES[wanted], f"iif(typeof({c}) = '{wanted}', {c}, NULL)"),
            (TEXT, "''", f"CASE typeof({c}) {' '.join(others)} ELSE {c} END"),
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


def uuid(c: str) -> str:
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


def in_year(c: str, year: int) -> str:
    """That year's records, and those whose year is no whole number."""
    digits = f"iif(instr({c}, '.'), rtrim(rtrim(trim({c}), '0'), '.'), trim({c}))"
    return (
        f"{c} = {year} OR CASE typeof({c}) WHEN 'integer' THEN 0 "
        f"WHEN 'real' THEN {c} <> CAST({c} AS INTEGER) "
        f"WHEN 'text' THEN {digits} = '{year}' OR {digits} = '' OR {digits} GLOB '*[^0-9]*' ELSE 1 END"
    )


def epoch(expression: str, stored: Stored, column: Column) -> str:
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
