"""From a column as Oracle's own catalog describes it to a column of ours."""

from __future__ import annotations

import re

from upstate.catalog import Column, ColumnType

# Everything else is carried as text; DATE has a time of day, so it is a moment without zone.
_TYPES: dict[str, ColumnType] = {
    "BINARY_FLOAT": "double",
    "BINARY_DOUBLE": "double",
    "DATE": "timestamp",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIMESTAMP WITH LOCAL TIME ZONE": "timestamptz",
    "RAW": "bytes",
    "LONG RAW": "bytes",
    "BLOB": "bytes",
    "BOOLEAN": "boolean",
    "JSON": "json",
}
_TEXTS = ("CHAR", "VARCHAR2", "NCHAR", "NVARCHAR2")
_MOST_DIGITS = 38
_INTEGER, _BIGINT = 9, 18  # digits that 32 and 64 bits hold of any number


def column_of(
    name: str, kind: str, length: int | None, digits: int | None, scale: int | None, required: bool
) -> Column:
    """The column. A NUMBER of which Oracle says no digits may have any: it is carried with ten places."""
    plain = re.sub(r"\([0-9]+\)", "", kind)
    if plain in ("NUMBER", "FLOAT"):
        return _number(name, digits if plain == "NUMBER" else None, scale, required)
    if plain == "RAW" and length == 16:  # how Oracle keeps a GUID
        return Column(name, "uuid", required)
    if plain in _TEXTS and length:
        return Column(name, "text", required, length=int(length))
    return Column(name, _TYPES.get(plain, "text"), required)


def _number(name: str, digits: int | None, scale: int | None, required: bool) -> Column:
    if digits is None and scale == 0:  # INTEGER, which is NUMBER(38)
        digits = _MOST_DIGITS
    if digits is None:
        return Column(name, "decimal", required, precision=_MOST_DIGITS, scale=10)
    places = scale or 0
    if places == 0 and digits <= _BIGINT:
        return Column(name, "integer" if digits <= _INTEGER else "bigint", required)
    if places < 0:  # rounded to tens or hundreds
        return Column(name, "decimal", required, precision=min(digits - places, _MOST_DIGITS), scale=0)
    return Column(name, "decimal", required, precision=max(digits, places), scale=places)
