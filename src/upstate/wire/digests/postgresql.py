"""The digest as PostgreSQL computes it: expressions in plain SQL, for a district's database and for the state's.

Every text here may hold a percent sign where a name does: double it before handing it to psycopg with parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire.digests.definition import LONG, Purpose, compared, seed

Expressions = Mapping[str, str]
_UTC = "'UTC'::pg_catalog.text"
_BIGINT_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}


def quote(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def digest_sql(obj: SyncObject, alias: str | None, expressions: Expressions | None = None) -> str:
    """The digest of the row `alias` as a bigint.

    A column is alias."name", or its expression where `expressions` has one: of a type that `in_database` allows, and
    short, as it may be repeated.
    """
    columns = compared(obj)
    return f"pg_catalog.hashint4extended({len(columns)}, {_combined('value', columns, alias, expressions)})"


def key_hash_sql(obj: SyncObject, alias: str | None, expressions: Expressions | None = None) -> str:
    """The hash of the row's key as a bigint."""
    return _combined("key", obj.key_columns, alias, expressions)


def bucket_sql(obj: SyncObject, alias: str | None, buckets: int, expressions: Expressions | None = None) -> str:
    """The number of the row's bucket, from 0, as an integer; `buckets` is a power of two."""
    return f"({key_hash_sql(obj, alias, expressions)} & {buckets - 1})::pg_catalog.int4"


def sums_sql(
    obj: SyncObject, rows: str, alias: str | None, buckets: int, expressions: Expressions | None = None
) -> str:
    """A query for the sums of all buckets: bucket, records, uppers, lowers, and a last word whose bucket is null.

    `rows` is what stands after FROM, its WHERE too. The last word counts every row, also where there are none: without
    it nobody could tell an empty table from an answer that was cut short.
    """
    # OFFSET 0 keeps PostgreSQL from computing the digest once for each sum.
    return (
        "SELECT bucket, count(*) AS records,"
        " coalesce(sum((digest >> 32)::pg_catalog.int4), 0) AS uppers,"
        " coalesce(sum(((digest << 32) >> 32)::pg_catalog.int4), 0) AS lowers"
        f" FROM (SELECT {bucket_sql(obj, alias, buckets, expressions)} AS bucket,"
        f" {digest_sql(obj, alias, expressions)} AS digest FROM {rows} OFFSET 0) AS digests"
        " GROUP BY GROUPING SETS ((bucket), ())"
    )


def in_buckets_sql(
    obj: SyncObject, alias: str | None, buckets: int, wanted: Iterable[int], expressions: Expressions | None = None
) -> str:
    """A condition: the row is in one of these buckets."""
    numbers = ",".join(str(int(number)) for number in wanted)
    return f"{bucket_sql(obj, alias, buckets, expressions)} = ANY ('{{{numbers}}}'::pg_catalog.int4[])"


def in_database(column: Column, kind: str) -> bool:
    """Whether a district's column of this type, as PostgreSQL's format_type spells it, can be digested where it is.

    Where not (a text that holds numbers, a numeric of any width), reading and fitting must come first: a cast would
    round, or raise an error for one bad row.
    """
    name, _, limits = kind.partition("(")
    name = name.strip()
    if column.type == "decimal":
        digits, scale = _digits(name, limits)
        return digits is not None and scale <= (column.scale or 0) and digits <= _whole_digits(column)
    if column.type in ("time", "timestamp", "timestamptz"):
        name = f"{name} {limits.partition(')')[2].strip()}".strip()
    return name in _EXACT[column.type]


def _digits(name: str, limits: str) -> tuple[int | None, int]:
    """How many digits a number of this type has before the point, at most, and after it."""
    if name != "numeric" or not limits:
        return _BIGINT_DIGITS.get(name), 0
    precision, scale = limits.rstrip(")").split(",")
    return int(precision) - int(scale), max(0, int(scale))


def _whole_digits(column: Column) -> int:
    return (column.precision or 38) - (column.scale or 0)


def _combined(
    purpose: Purpose, columns: Iterable[Column], alias: str | None, expressions: Expressions | None
) -> str:
    given = expressions or {}
    dot = "" if alias is None else f"{quote(alias)}."
    hashes = [_HASHES[c.type](given.get(c.name, f"{dot}{quote(c.name)}"), c, purpose) for c in columns]
    return "(" + " # ".join(f"coalesce({one}, 0)" for one in hashes) + ")"


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
    long = _digested(f"pg_catalog.convert_to({text}, 'UTF8')", column, purpose)
    plain = _plain_text(text, _seed(purpose, column))
    return f"CASE WHEN pg_catalog.octet_length({text}) > {LONG} THEN {long} ELSE {plain} END"


def _bytes(value: str, column: Column, purpose: Purpose) -> str:
    held = f"({value})::pg_catalog.bytea"
    plain = _plain_text(f"pg_catalog.encode({held}, 'hex')", _seed(purpose, column))
    long = _digested(held, column, purpose)
    return f"CASE WHEN pg_catalog.octet_length({held}) > {LONG // 2} THEN {long} ELSE {plain} END"


def _json(value: str, column: Column, purpose: Purpose) -> str:
    return _digested(
        f"pg_catalog.convert_to((({value})::pg_catalog.jsonb)::pg_catalog.text, 'UTF8')", column, purpose
    )


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
_EXACT: dict[ColumnType, frozenset[str]] = {
    "boolean": frozenset({"boolean"}),
    "integer": frozenset({"smallint", "integer"}),
    "bigint": frozenset({"smallint", "integer", "bigint"}),
    "double": frozenset({"double precision", "real"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time without time zone"}),
    "timestamp": frozenset({"timestamp without time zone"}),
    "timestamptz": frozenset({"timestamp with time zone"}),
    "uuid": frozenset({"uuid"}),
    "text": frozenset({"text", "character varying", "character"}),
    "bytes": frozenset({"bytea"}),
    "json": frozenset({"jsonb"}),
}
