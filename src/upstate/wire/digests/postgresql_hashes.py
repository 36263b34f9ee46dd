"""One value's hash in PostgreSQL, type by type: the canonical form, and the function that takes it."""

from __future__ import annotations

from collections.abc import Callable

from upstate.catalog import Column, ColumnType
from upstate.wire.digests.definition import LONG, Purpose, seed

_MOST_BYTES = 4  # of a character, in UTF-8
_UTC = "'UTC'::pg_catalog.text"


def hash_sql(value: str, column: Column, purpose: Purpose) -> str:
    """The hash of an expression that has the column's type, as a bigint; null where it is null."""
    return _HASHES[column.type](value, column, purpose)


def _seed(purpose: Purpose, column: Column) -> str:
    return _bigint(seed(purpose, column.name))


def _bigint(value: int) -> str:
    return f"'{value}'::pg_catalog.int8"


def _int4(value: str, by: str) -> str:
    return f"pg_catalog.hashint4extended({value}, {by})"


def _double(value: str, by: str) -> str:
    return f"pg_catalog.hashfloat8extended({value}, {by})"


def _plain_text(value: str, by: str) -> str:
    """A hash of bytes whatever the database's collation."""
    return f'pg_catalog.hashtextextended({value} COLLATE pg_catalog."C", {by})'


def _digested(value: str, column: Column, purpose: Purpose) -> str:
    by = _bigint(seed(purpose, column.name, "digested"))
    return _plain_text(f"pg_catalog.encode(pg_catalog.sha256({value}), 'hex')", by)


def _days(value: str, by: str) -> str:
    return _int4(f"{value} - '1970-01-01'::pg_catalog.date", by)


def _clock(value: str, by: str) -> str:
    # Of a time of day the double is exact: 86,400 seconds in microseconds have 37 bits.
    return _double(f"pg_catalog.date_part('epoch', {value})", by)


def _small(value: str, column: Column, purpose: Purpose) -> str:
    return _int4(f"({value})::pg_catalog.int4", _seed(purpose, column))


def _bigints(value: str, column: Column, purpose: Purpose) -> str:
    high = _int4(f"(({value})::pg_catalog.int8 >> 32)::pg_catalog.int4", _seed(purpose, column))
    return _int4(f"((({value})::pg_catalog.int8 << 32) >> 32)::pg_catalog.int4", high)


def _doubles(value: str, column: Column, purpose: Purpose) -> str:
    return _double(f"({value})::pg_catalog.float8", _seed(purpose, column))


def _decimals(value: str, column: Column, purpose: Purpose) -> str:
    exact = f"({value})::pg_catalog.numeric({column.precision or 38},{column.scale or 0})"
    return _plain_text(f"{exact}::pg_catalog.text", _seed(purpose, column))


def _uuids(value: str, column: Column, purpose: Purpose) -> str:
    return f"pg_catalog.uuid_hash_extended(({value})::pg_catalog.uuid, {_seed(purpose, column)})"


def _dates(value: str, column: Column, purpose: Purpose) -> str:
    day, by = f"({value})::pg_catalog.date", _seed(purpose, column)
    return _if_finite(day, day, _days(day, by), by)


def _times(value: str, column: Column, purpose: Purpose) -> str:
    return _clock(f"({value})::pg_catalog.time", _seed(purpose, column))


def _timestamps(value: str, column: Column, purpose: Purpose) -> str:
    moment = f"({value})::pg_catalog.timestamp"
    return _moments(moment, moment, _seed(purpose, column))


def _timestamptzs(value: str, column: Column, purpose: Purpose) -> str:
    moment = f"({value})::pg_catalog.timestamptz"
    return _moments(moment, f"pg_catalog.timezone({_UTC}, {moment})", _seed(purpose, column))


def _moments(given: str, moment: str, by: str) -> str:
    clock = _clock(f"{moment}::pg_catalog.time", _days(f"{moment}::pg_catalog.date", by))
    return _if_finite(given, moment, clock, by)


def _if_finite(given: str, moment: str, finite: str, by: str) -> str:
    endless = _plain_text(f"{moment}::pg_catalog.text", by)
    return f"CASE WHEN pg_catalog.isfinite({given}) THEN {finite} ELSE {endless} END"


def _texts(value: str, column: Column, purpose: Purpose) -> str:
    text = f"({value})::pg_catalog.text"
    if column.length is not None and column.length * _MOST_BYTES <= LONG:  # what is longer is no value of the column's
        return _plain_text(text, _seed(purpose, column))
    long = _digested(f"pg_catalog.convert_to({text}, 'UTF8')", column, purpose)
    plain = _plain_text(text, _seed(purpose, column))
    return f"CASE WHEN pg_catalog.octet_length({text}) > {LONG} THEN {long} ELSE {plain} END"


def _bytes(value: str, column: Column, purpose: Purpose) -> str:
    held = f"({value})::pg_catalog.bytea"
    plain = _plain_text(f"pg_catalog.encode({held}, 'hex')", _seed(purpose, column))
    long = _digested(held, column, purpose)
    return f"CASE WHEN pg_catalog.octet_length({held}) > {LONG // 2} THEN {long} ELSE {plain} END"


def _json(value: str, column: Column, purpose: Purpose) -> str:
    return _digested(f"pg_catalog.convert_to((({value})::pg_catalog.jsonb)::pg_catalog.text, 'UTF8')", column, purpose)


_HASHES: dict[ColumnType, Callable[[str, Column, Purpose], str]] = {
    "boolean": _small,
    "integer": _small,
    "bigint": _bigints,
    "decimal": _decimals,
    "double": _doubles,
    "date": _dates,
    "time": _times,
    "timestamp": _timestamps,
    "timestamptz": _timestamptzs,
    "uuid": _uuids,
    "text": _texts,
    "bytes": _bytes,
    "json": _json,
}
