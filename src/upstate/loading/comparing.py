"""The state's side of a comparison: sums and pairs of the rows it holds of an object, for one district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.errors import DatabaseError, WireError
from upstate.loading.placing import everywhere
from upstate.loading.statements import expression, fetch_row, state_table, statement
from upstate.loading.task import of_year
from upstate.wire.digests import (
    Pairs,
    Sums,
    ask_sums,
    digest_sql,
    in_buckets_sql,
    pairs_from_answer,
    pairs_from_rows,
    quote,
    self_test_sql,
    strung,
    strung_keys,
    sums_from_answer,
)

_ROWS = "\0"  # no SQL has one

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Held:
    """The state's rows of an object that one district has there; of one school year, where the object has years and
    one is given."""

    object: SyncObject
    district: int
    school_year: int | None

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of every statement about them."""
        return {"district": self.district, "school_year": self.school_year}

    @property
    def rows(self) -> sql.Composed:
        """What stands after FROM; their alias is `held`."""
        return statement("held_rows", table=state_table(self.object), same_year=of_year(self.object, self.school_year))


def can_digest(connection: Connection) -> bool:
    """Whether this PostgreSQL computes digests as every other side does; outside a transaction."""
    try:
        return connection.execute(self_test_sql().encode()).fetchall() == [(True,)]
    except psycopg.Error:
        return False


def can_digest_within(cursor: psycopg.Cursor[Any]) -> bool:
    """The same within a transaction, which goes on whatever the answer."""
    try:
        with cursor.connection.transaction():
            return cursor.execute(self_test_sql().encode()).fetchall() == [(True,)]
    except psycopg.Error:
        return False


def any_held(connection: Connection, held: Held) -> bool:
    """Whether there are any such rows."""
    with connection.cursor() as cursor:
        return bool(fetch_row(cursor, statement("any_held", rows=held.rows), held.values)[0])


def count_held(connection: Connection, held: Held) -> int:
    """How many such rows there are."""
    with connection.cursor() as cursor:
        return int(fetch_row(cursor, statement("count_rows", rows=held.rows), held.values)[0])


def held_sums(connection: Connection, held: Held, buckets: int, *, helped: bool = False) -> Sums:
    """The sums of their digests in so many buckets; WireError where the answer does not hold together.

    `helped`: by as many processes as the database likes, as no district's database is at work at the same time.
    """
    # The rows' own SQL has parameters, so it takes its place only after the percent signs around are seen to.
    before, _, after = ask_sums(held.object, _ROWS, "held", buckets).partition(_ROWS)
    sums = expression(before) + held.rows + expression(after)
    answer = _ask(connection, statement("held_sums", sums=sums), held, helped=helped)
    return sums_from_answer(held.object, answer, buckets)


def sums_of_state(connection: Connection, obj: SyncObject) -> dict[int, tuple[int, int, int]]:
    """Of every district that has rows of an object at the state: how many, and the sums of their digests' halves.

    Each database that holds some of them makes its own sums, and only those come here. DatabaseError where two hold
    rows of the same district.
    """
    query = statement("state_sums", digest=expression(digest_sql(obj, "held")), table=state_table(obj))
    found: dict[int, tuple[int, int, int]] = {}
    with everywhere(connection) as holders:
        for holder in holders:
            with holder.transaction(), holder.cursor(binary=True) as cursor:
                cursor.execute(statement("compile_nothing"))
                here = {district: tuple(map(int, sums)) for district, *sums in cursor.execute(query).fetchall()}
            if twice := found.keys() & here.keys():
                raise DatabaseError(
                    f"Rows of district {min(twice)} are on two servers: a move was cut short. See: upstate hub doctor."
                )
            found |= here
    return found


def held_pairs(connection: Connection, held: Held, buckets: int, wanted: Sequence[int]) -> Pairs:
    """The keys and digests of those in these buckets; WireError where a key is of a value that no district can have."""
    obj = held.object
    named = [f"held.{quote(name)}" for name in obj.key]
    # The driver would make an object of each value, and that of hundreds of thousands.
    strung_together = strung_keys(obj, named)
    digest = digest_sql(obj, "held")
    query = statement(
        "held_pairs",
        keys=expression(", ".join(strung_together or named)),
        digest=expression(strung("int8send", digest) if strung_together else digest),
        rows=held.rows,
        within=expression(in_buckets_sql(obj, "held", buckets, wanted)),
    )
    try:
        rows = _ask(connection, query, held)
        return pairs_from_answer(obj, rows[0]) if strung_together else pairs_from_rows(obj, rows)
    except psycopg.DataError as error:
        raise WireError(f"A key of {held.object.name} at the state is beyond what a record can have.") from error


def _ask(connection: Connection, query: sql.Composed, held: Held, *, helped: bool = False) -> list[tuple[Any, ...]]:
    with connection.transaction(), connection.cursor(binary=True) as cursor:
        cursor.execute(statement("compile_nothing" if helped else "ask_steadily"))
        rows: list[tuple[Any, ...]] = cursor.execute(query, held.values).fetchall()
    return rows
