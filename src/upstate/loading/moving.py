"""A partition of the state moves to another server, whole, while nothing lands in its districts.

It is copied and compared, then shown from there by one commit in the hub's database, then taken away where it was. Who
is killed in between does it again: what is not shown yet is copied anew, and what is shown elsewhere is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Graph
from upstate.errors import ConfigError, DatabaseError
from upstate.loading.copying import Partition, clear_rows, compare_rows, copy_rows, take_away
from upstate.loading.dividing import Share, make_partitions
from upstate.loading.foreign_servers import TO_READ, known_servers, make_server, options_of
from upstate.loading.placing import placement, reached
from upstate.loading.spreading import HUB, check_free, make_face, prepare_share, said_as_ours, share_of
from upstate.loading.state_columns import held_columns
from upstate.loading.statements import fetch_row, statement

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A partition, the server it is on now, the districts in it by name, and how many rows it has; `copied` is false
    where it was there already."""

    number: int
    server: str
    districts: tuple[str, ...]
    rows: int
    copied: bool


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
    part = Partition(number, len(placed), tuple(catalog[name] for name in order))
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
                take_away(old, part, districts)
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


def _server(connection: Connection, part: Partition, target: str) -> tuple[str, list[str]]:
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


def _check_alike(old: Connection, new: Connection, part: Partition, here: str, there: str) -> None:
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


def _move(connection: Connection, old: Connection, new: Connection, part: Partition, server: str) -> None:
    """Copy, compare, show from there; the rows where they were go with the last commit."""
    with old.transaction(), old.cursor() as source:
        with connection.transaction(), connection.cursor() as office:
            districts = _keep_still(office, source, part)
            with new.transaction(), new.cursor() as target:
                clear_rows(target, part, districts)
                copy_rows(source, target, part, districts)
                compare_rows(source, target, part)
            _show(office, part, server)
        clear_rows(source, part, districts)


def _keep_still(office: Cursor, source: Cursor, part: Partition) -> list[int]:
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


def _show(office: Cursor, part: Partition, server: str) -> None:
    for obj in part.objects:
        office.execute(statement("hide_part", part=part.of(obj)))
        make_face(office, obj, part.count, part.number, server)
