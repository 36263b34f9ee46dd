"""The digest as PostgreSQL computes it: expressions in plain SQL, for a district's database and for the state's.

Every text here may hold a percent sign where a name does: double it before handing it to psycopg with parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire.digests.definition import UNFIT, Purpose, compared
from upstate.wire.digests.postgresql_hashes import hash_sql

Expressions = Mapping[str, str]
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
    obj: SyncObject,
    rows: str,
    alias: str | None,
    buckets: int,
    expressions: Expressions | None = None,
    unfit: str | None = None,
) -> str:
    """A query for the sums of all buckets: bucket, records, uppers, lowers, and a last word whose bucket is null.

    `rows` is what stands after FROM, its WHERE too. The last word counts every row, also where there are none: without
    it nobody could tell an empty table from an answer that was cut short. `unfit` is a condition for rows that are no
    record of the object, as a value of theirs fits none: they count, and their bucket equals no other side's.
    """
    each = each_sql(obj, rows, alias, buckets, expressions, unfit)
    # OFFSET 0 keeps PostgreSQL from computing the digest once for each sum.
    return (
        "SELECT bucket, count(*) AS records,"  # noqa: S608 - no value in it
        " coalesce(sum((digest >> 32)::pg_catalog.int4), 0) AS uppers,"
        " coalesce(sum(((digest << 32) >> 32)::pg_catalog.int4), 0) AS lowers"
        f" FROM ({each} OFFSET 0) AS digests"
        " GROUP BY GROUPING SETS ((bucket), ())"
    )


def each_sql(
    obj: SyncObject,
    rows: str,
    alias: str | None,
    buckets: int,
    expressions: Expressions | None = None,
    unfit: str | None = None,
    more: Iterable[str] = (),
) -> str:
    """A query for every row's bucket and digest, and `more` columns; the parameters are those of `sums_sql`."""
    digest = digest_sql(obj, alias, expressions)
    if unfit is not None:
        digest = f"CASE WHEN {unfit} THEN '{UNFIT}'::pg_catalog.int8 ELSE {digest} END"
    bucket = bucket_sql(obj, alias, buckets, expressions)
    columns = ", ".join((f"{bucket} AS bucket", f"{digest} AS digest", *more))
    return f"SELECT {columns} FROM {rows}"  # noqa: S608 - no value in it


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


def _combined(purpose: Purpose, columns: Iterable[Column], alias: str | None, expressions: Expressions | None) -> str:
    given = expressions or {}
    dot = "" if alias is None else f"{quote(alias)}."
    hashes = [hash_sql(given.get(c.name, f"{dot}{quote(c.name)}"), c, purpose) for c in columns]
    return "(" + " # ".join(f"coalesce({one}, 0)" for one in hashes) + ")"


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
