"""One partition on two servers: its rows copied, compared, and taken away. Called within a move's transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.errors import DatabaseError
from upstate.loading.carrying import carry
from upstate.loading.dividing import partition_of
from upstate.loading.statements import columns, expression, fetch_row, state_table, statement
from upstate.wire.digests import digest_sql

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
_NOTES = ("landed", "removed", "removed_leftovers")


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of every object: its number among so many; the objects, parents first."""

    number: int
    count: int
    objects: tuple[SyncObject, ...]

    def of(self, obj: SyncObject) -> sql.Identifier:
        """The partition of this object's table."""
        return partition_of(obj, self.number)


def clear_rows(cursor: Cursor, part: Partition, districts: Collection[int]) -> None:
    """Take the partition's rows away. Written to directly, a partition leaves the registers alone."""
    if fetch_row(cursor, statement("may_skip_here"), {})[0]:
        cursor.execute(statement("skip_triggers"))
    for obj in reversed(part.objects):
        cursor.execute(statement("clear_part", part=part.of(obj)))
    for note in reversed(_NOTES):
        table = sql.Identifier("state_parts", note)
        cursor.execute(statement("clear_notes", table=table), {"districts": list(districts)})


def copy_rows(source: Cursor, target: Cursor, part: Partition, districts: Collection[int]) -> None:
    """Copy the rows of every object, and the notes of what was done to them there."""
    for obj in part.objects:
        names = [name for (name,) in source.execute(statement("columns_of"), {"table": obj.table}).fetchall()]
        parts = {"part": part.of(obj), "columns": columns(None, names)}
        carry(source, target, statement("copy_part", **parts), statement("copy_part_in", **parts), {})
        target.execute(statement("analyze_part", part=part.of(obj)))
    for note in _NOTES:
        table = sql.Identifier("state_parts", note)
        out, into = statement("copy_notes", table=table), statement("back_in", table=table)
        carry(source, target, out, into, {"districts": list(districts)})


def compare_rows(source: Cursor, target: Cursor, part: Partition) -> None:
    """DatabaseError where the copy of an object has other digests, district by district."""
    for obj in part.objects:
        query = statement("state_sums", digest=expression(digest_sql(obj, "held")), table=part.of(obj))
        sums: list[Mapping[int, Any]] = []
        for cursor in (source, target):
            cursor.execute(statement("compile_nothing"))
            sums.append({district: each for district, *each in cursor.execute(query).fetchall()})
        if sums[0] != sums[1]:
            raise DatabaseError(f"{obj.name} is not the same after it was copied, so nothing was moved. Report this.")


def take_away(old: Connection, part: Partition, districts: Collection[int]) -> None:
    """Remove a partition that is shown from elsewhere, so that nobody can write there any more."""
    with old.transaction(), old.cursor() as cursor:
        clear_rows(cursor, part, districts)
    for obj in reversed(part.objects):
        with old.transaction():
            parts = {"table": state_table(obj), "part": part.of(obj)}
            there = old.execute(statement("part_there"), {"part": part.of(obj).as_string(old)}).fetchone()
            if there is not None and there[0]:
                old.execute(statement("detach_part", **parts))
                old.execute(statement("drop_part", **parts))
