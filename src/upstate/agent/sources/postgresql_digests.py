"""Digests computed by the district's own PostgreSQL: only where its types are such that it gives what reading would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources import postgresql_projection as dialect
from upstate.catalog import Column, SyncObject
from upstate.wire.digests import ask_sums, in_buckets_sql, in_database, limited_beside

_LEAST, _MOST = -(1 << 31), (1 << 31) - 1
_FIRST, _LAST = "0001-01-01", "9999-12-31 23:59:59.999999"


@dataclass(frozen=True, slots=True)
class InDatabase:
    """How a district's database digests an object: the columns by what to say for them, and the condition for rows
    that are no record, as some value of theirs would not fit, or would be turned away though it is in no digest."""

    expressions: Mapping[str, str]
    unfit: str | None

    def sums(self, obj: SyncObject, rows: str, buckets: int) -> str:
        """The query for the sums of the rows, whose alias is s."""
        return ask_sums(obj, rows, "s", buckets, self.expressions, self.unfit)

    def within(self, obj: SyncObject, buckets: int, wanted: list[int]) -> str:
        """The condition that a row is in one of these buckets."""
        return in_buckets_sql(obj, "s", buckets, wanted, self.expressions)


def in_the_database(obj: SyncObject, types: Mapping[str, str]) -> InDatabase | None:
    """How the database can digest the object, given its type of each column; None where reading must come first."""
    expressions, unfit = {}, []
    for column in obj.columns:
        kind, c = types[column.name], f"s.{dialect.quote(column.name)}"
        if column.type == "decimal" and kind == "numeric":
            whole = (column.precision or 38) - (column.scale or 0)
            scale = column.scale or 0
            # To round is dear, and hardly a number is written with more digits than it may have. What is not a number
            # is larger than every number.
            exact = f"(scale({c}) <= {scale} OR {c} = round({c}, {scale}))"
            fits = f"({exact} AND {c} > -1e{whole}::numeric AND {c} < 1e{whole}::numeric)"
            if column.name in obj.key:  # a row's bucket is asked for also where it does not fit
                expressions[column.name] = f"CASE WHEN {fits} THEN {c} END"
            unfit.append(f"NOT {fits}")
        elif column.type == "integer" and kind == "bigint":
            fits = f"{c} BETWEEN {_LEAST} AND {_MOST}"
            expressions[column.name] = f"CASE WHEN {fits} THEN {c} END"  # a cast would raise an error for one bad row
            unfit.append(f"NOT {fits}")
        elif not in_database(column, kind):
            return None
        elif column.type in ("date", "timestamp", "timestamptz"):
            zone = "+00" if column.type == "timestamptz" else ""
            last = _LAST[:10] if column.type == "date" else _LAST + zone
            unfit.append(f"{c} NOT BETWEEN '{_FIRST}' AND '{last}'")
        elif column.type == "time":
            unfit.append(f"{c} >= '24:00'")
    unfit += [_broken(column, f"s.{dialect.quote(column.name)}") for column in limited_beside(obj)]
    return InDatabase(expressions, " OR ".join(unfit) or None)


def rows_of(obj: SyncObject, origin: ObjectOrigin, types: Mapping[str, str], school_year: int | None) -> str:
    """What stands after FROM: the object's rows under the alias s, of that year and of none."""
    return f"({dialect.rows(obj, origin)}) AS s{dialect.conditions(obj, types, school_year)}"


def _broken(column: Column, c: str) -> str:
    tests = [f"{c} IS NULL"] if column.required else []
    if column.length is not None and column.type == "text":
        tests.append(f"char_length({c}::text) > {column.length}")
    if column.codes is not None:
        known = ", ".join(map(dialect.literal, column.codes))
        tests.append(f"{c}::text <> ALL (ARRAY[{known}]::text[])")
    return f"({' OR '.join(tests)})"
