"""A partition of the state moves to another server, whole, while nothing lands in its districts.

It is copied and compared, then shown from there by one commit in the hub's database, then taken away where it was. Who
is killed in between does it again: what is not shown yet is copied anew, and what is shown elsewhere is taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.errors import ConfigError, DatabaseError
from upstate.loading.carrying import carry
from upstate.loading.dividing import Share, make_partitions, partition_of
from upstate.loading.foreign_servers import TO_READ, known_servers, make_server, options_of
from upstate.loading.placing import placement, reached
from upstate.loading.spreading import HUB, check_free, make_face, prepare_share, said_as_ours, share_of
from upstate.loading.state import held_columns
from upstate.loading.statements import columns, expression, fetch_row, state_table, statement
from upstate.wire.digests import digest_sql

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
_NOTES = ("landed", "removed", "removed_leftovers")


@dataclass(frozen=True, slots=True)
class Moved:
    """A partition, the server it is on now, the districts in it by name, and how many rows it has; `copied` is false
    where it was there already."""

    number: int
    server: str
    districts: tuple[str, ...]
    rows: int
    copied: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """One partition of every object: its number among so many; the objects, parents first."""

    number: int
    count: int
    objects: tuple[SyncObject, ...]

    def of(self, obj: SyncObject) -> sql.Identifier:
        return partition_of(obj, self.number)


def districts_of(connection: Connection, number: int, count: int) -> dict[int, str]:
    """The districts whose rows are in a partition, or would be, by their number."""
    values = {"number": number, "count": count}
    return dict(connection.execute(statement("districts_of_partition"), values).fetchall())


def move_partition(connection: Connection, catalog: Catalog, number: int, target: str) -> Moved:
    """Move a partition to a server: one that is known, by its name, or a new one, by its URL. Safe to repeat.

    DatabaseError, and nothing has changed, where a resync lands in one of its districts, a server cannot be reached, or
    has not the same tables; ConfigError where there is no such partition or server.
    """
    placed = placement(connection)
    if not placed:
        raise ConfigError("The state's partitions are all in this database: there is none to move.")
    if number not in placed:
        raise ConfigError(f"There is no partition {number}: they are numbered from 0 to {len(placed) - 1}.")
    order = Graph.of(catalog).order(catalog.objects)
    part = _Part(number, len(placed), tuple(catalog[name] for name in order))
    with said_as_ours():
        server, options = _server(connection, part, target)
        copied = placed[number] != server
        with reached(options) as new:
            if copied:
                prepare_share(connection, new, catalog, len(placed), _with(share_of(server, placed), number))
                for obj in part.objects:
                    make_partitions(new.cursor(), obj, len(placed), Share((number,), HUB))
                with reached(known_servers(connection.cursor())[placed[number]]) as old:
                    _check_alike(old, new, part, placed[number], server)
                    _move(connection, old, new, part, server)
            rows = sum(fetch_row(new.cursor(), statement("count_part", part=part.of(o)), {})[0] for o in part.objects)
        districts = districts_of(connection, number, len(placed))
        for name in left_behind(connection).get(number, ()):
            with reached(known_servers(connection.cursor())[name]) as old:
                _take_away(old, part, districts)
        return Moved(number, server, tuple(districts.values()), rows, copied)


def left_behind(connection: Connection) -> dict[int, list[str]]:
    """Partitions that servers still hold though they were moved from there: their numbers, each with those servers."""
    placed = placement(connection)
    found: dict[int, list[str]] = {}
    for name, options in known_servers(connection.cursor()).items() if placed else ():
        try:
            with reached(options) as holder:
                held = [number for (number,) in holder.execute(statement("state_remainders")).fetchall()]
        except DatabaseError:
            if name in placed.values():
                raise
            continue  # nothing is on it any more, so it may be gone
        for number in held:
            if placed[number] != name:
                found.setdefault(number, []).append(name)
    return found


def _server(connection: Connection, part: _Part, target: str) -> tuple[str, list[str]]:
    """The name of the server that is meant, and how it is reached; a new one is made known."""
    with connection.cursor() as cursor:
        known = known_servers(cursor)
        if "://" not in target:
            if target not in known:
                raise ConfigError(
                    f"There is no server {target}: there are {', '.join(known)}. For a new one give its URL."
                )
            return target, known[target]
        wanted = options_of(target)
        for name, options in known.items():
            if set(wanted) <= set(options):
                return name, options
        name = f"upstate_{1 + max(int(each.rpartition('_')[2]) for each in known)}"
        with reached(wanted) as holder:
            check_free(holder, Share((part.number,), HUB), name)
        make_server(cursor, name, target, TO_READ)
        return name, wanted


def _with(share: Share, number: int) -> Share:
    return Share((*share.remainders, number), share.hub)


def _check_alike(old: Connection, new: Connection, part: _Part, here: str, there: str) -> None:
    """Both have the same tables, and nothing of the state's own hangs on the rows that are to go."""
    ours, theirs = held_columns(old.cursor()), held_columns(new.cursor())
    tables = {obj.table for obj in part.objects}
    if strange := sorted(ours.keys() - tables):
        raise DatabaseError(
            f"state.{strange[0]} on {here} is no object of the catalog, so it cannot be moved. Remove it there, or set "
            "the catalog back."
        )
    for table in sorted(tables):
        if ours[table] != theirs[table]:
            different = sorted(dict(ours[table].items() ^ theirs[table].items()))
            raise DatabaseError(
                f"state.{table} has other columns on {here} than on {there} ({', '.join(different)}). Make them alike."
            )
        for schema, name, key, *_ in old.execute(statement("foreign_keys_to"), {"table": table}).fetchall():
            if schema != "state":
                raise DatabaseError(
                    f"{schema}.{name} on {here} points at state.{table} ({key}), and would not go along. Drop that key."
                )


def _move(connection: Connection, old: Connection, new: Connection, part: _Part, server: str) -> None:
    """Copy, compare, show from there; the rows where they were go with the last commit."""
    with old.transaction(), old.cursor() as source:
        with connection.transaction(), connection.cursor() as office:
            districts = _keep_still(office, source, part)
            with new.transaction(), new.cursor() as target:
                _clear(target, part, districts)
                _copy(source, target, part, districts)
                _compare(source, target, part)
            _show(office, part, server)
        _clear(source, part, districts)


def _keep_still(office: Cursor, source: Cursor, part: _Part) -> list[int]:
    """Have nothing land, and nobody write, until both transactions end; the districts, by number."""
    districts = districts_of(office.connection, part.number, part.count)
    for cursor in (office, source):
        cursor.execute(statement("wait_briefly"))
    for district, name in districts.items():
        if not fetch_row(office, statement("try_lock_district"), {"district": district})[0]:
            raise DatabaseError(
                f"A resync of {name} is landing just now, so nothing was moved. Try again in a while, or pause it."
            )
    tables = sql.SQL(", ").join(part.of(obj) for obj in part.objects)
    source.execute(statement("keep_still", tables=tables))
    return list(districts)


def _clear(cursor: Cursor, part: _Part, districts: Collection[int]) -> None:
    """Take the partition's rows away. Written to directly, a partition leaves the registers alone."""
    if fetch_row(cursor, statement("may_skip_here"), {})[0]:
        cursor.execute(statement("skip_triggers"))
    for obj in reversed(part.objects):
        cursor.execute(statement("clear_part", part=part.of(obj)))
    for note in reversed(_NOTES):
        table = sql.Identifier("state_parts", note)
        cursor.execute(statement("clear_notes", table=table), {"districts": list(districts)})


def _copy(source: Cursor, target: Cursor, part: _Part, districts: Collection[int]) -> None:
    for obj in part.objects:
        names = [name for (name,) in source.execute(statement("columns_of"), {"table": obj.table}).fetchall()]
        parts = {"part": part.of(obj), "columns": columns(None, names)}
        carry(source, target, statement("copy_part", **parts), statement("copy_part_in", **parts), {})
        target.execute(statement("analyze_part", part=part.of(obj)))
    for note in _NOTES:
        table = sql.Identifier("state_parts", note)
        out, into = statement("copy_notes", table=table), statement("back_in", table=table)
        carry(source, target, out, into, {"districts": list(districts)})


def _compare(source: Cursor, target: Cursor, part: _Part) -> None:
    for obj in part.objects:
        query = statement("state_sums", digest=expression(digest_sql(obj, "held")), table=part.of(obj))
        sums: list[Mapping[int, Any]] = []
        for cursor in (source, target):
            cursor.execute(statement("compile_nothing"))
            sums.append({district: each for district, *each in cursor.execute(query).fetchall()})
        if sums[0] != sums[1]:
            raise DatabaseError(f"{obj.name} is not the same after it was copied, so nothing was moved. Report this.")


def _show(office: Cursor, part: _Part, server: str) -> None:
    for obj in part.objects:
        office.execute(statement("hide_part", part=part.of(obj)))
        make_face(office, obj, part.count, part.number, server)


def _take_away(old: Connection, part: _Part, districts: Collection[int]) -> None:
    """Remove a partition that is shown from elsewhere, so that nobody can write there any more."""
    with old.transaction(), old.cursor() as cursor:
        _clear(cursor, part, districts)
    for obj in reversed(part.objects):
        with old.transaction():
            parts = {"table": state_table(obj), "part": part.of(obj)}
            there = old.execute(statement("part_there"), {"part": part.of(obj).as_string(old)}).fetchone()
            if there is not None and there[0]:
                old.execute(statement("detach_part", **parts))
                old.execute(statement("drop_part", **parts))
