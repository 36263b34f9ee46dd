"""State tables whose partitions are on other PostgreSQL servers: made there, and shown here through postgres_fdw.

Each server has the state's own schema with the partitions it holds, their keys, references and triggers: what writes or
compares a district's rows asks it directly (placing.py). In the hub's database they are foreign tables, to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.errors import ConfigError, DatabaseError
from upstate.loading.dividing import Share, divided_by, fitting, how_divided, make_kept_here, partition_of
from upstate.loading.foreign_servers import TO_READ, make_server, options_of
from upstate.loading.placing import placement, reached, servers_of_state
from upstate.loading.state import prepare_state
from upstate.loading.state_columns import column_definitions, held_columns, widen
from upstate.loading.state_constraints import constraint_name
from upstate.loading.statements import fetch_row, state_table, statement

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
HUB = "upstate_hub"
_OLDEST = 170000


def prepare_spread(
    connection: Connection, catalog: Catalog, partitions: int | None = None, servers: Sequence[str] = ()
) -> list[str]:
    """Make what the state lacks of this catalog, here or on the servers that its partitions are dealt to in turn.

    `servers` are their URLs, for tables that are not there yet; later they are known. Where there are none, all is made
    here. Returns a line for each thing made; errors as those of `prepare_state`.
    """
    with said_as_ours(), connection.cursor() as cursor:
        known = list(servers_of_state(connection).items())
        if not servers and not known:
            return prepare_state(connection, catalog, partitions)
        count = how_divided(cursor, partitions)
        held = cursor.execute(statement("state_divided")).fetchall()
    if servers and held:
        raise DatabaseError(
            "The state's tables are there already. To put them on servers of their own, set up a new database with "
            "--partitions and --server, and send the records there: docs/howto/scale-out.md."
        )
    if len(set(servers)) < len(servers):
        raise ConfigError("A server is named twice: give each its own --server.")
    if servers and count < len(servers):
        raise ConfigError(f"{len(servers)} servers need at least as many partitions: give --partitions.")
    made: list[str] = []
    named = {f"upstate_{number}": url for number, url in enumerate(servers, 1)}
    known = [(name, options_of(url)) for name, url in named.items()] or known
    with ExitStack() as stack:  # all of them answer before anything is made
        holders = [stack.enter_context(reached(options)) for _, options in known]
        placed = {n: list(named)[n % len(named)] for n in range(count)} if named else placement(connection)
        shares = [share_of(name, placed) for name, _ in known]
        for holder, share, name in zip(holders, shares, named, strict=False):
            check_free(holder, share, name)
        with said_as_ours(), connection.cursor() as cursor:
            for name, url in named.items():
                cursor.execute(statement("fdw_server_forget", server=sql.Identifier(name)))  # of an attempt before
                made += make_server(cursor, name, url, TO_READ)
        for holder, share, (name, _) in zip(holders, shares, known, strict=True):
            made += [f"{line}, on {name}" for line in prepare_share(connection, holder, catalog, count, share)]
        with said_as_ours(), connection.cursor() as cursor:
            _make_faces(cursor, catalog, placed, made)
    return made


def check_free(holder: Connection, share: Share, name: str) -> None:
    """A server that is to hold partitions must have none yet, or be as an attempt that was cut short left it."""
    if holder.info.server_version < _OLDEST:
        raise DatabaseError(f"The PostgreSQL that is to be {name} is older than 17. Upgrade it.")
    with holder.cursor() as cursor:
        tables = [table for table, _ in cursor.execute(statement("state_divided")).fetchall()]
        of_share = {(remainder,) for remainder in share.remainders}
        free = set(cursor.execute(statement("state_remainders")).fetchall()) <= of_share and not any(
            fetch_row(cursor, statement("state_has_rows", table=sql.Identifier("state", table)), {})[0]
            for table in tables
        )
    if not free:
        raise DatabaseError(f"The database that is to be {name} holds a state already. Give an empty one.")


def prepare_share(connection: Connection, holder: Connection, catalog: Catalog, count: int, share: Share) -> list[str]:
    """What one server holds, and its way to the registers."""
    with said_as_ours(), holder.cursor() as cursor:
        if any(unique.across == "state" for obj in catalog for unique in obj.uniques):
            make_server(cursor, share.hub, connection.info.dsn, {}, password=connection.info.password)
    made = prepare_state(holder, catalog, count, share)
    with said_as_ours():
        for name in ("landed_table", "removed_table", "removed_leftovers_table"):
            holder.execute(statement(name))
    return made


def share_of(server: str, placed: Mapping[int, str]) -> Share:
    """What a server holds of the partitions that are so placed."""
    return Share(tuple(number for number, name in placed.items() if name == server), HUB)


def _make_faces(cursor: Cursor, catalog: Catalog, placed: Mapping[int, str], made: list[str]) -> None:
    """The tables in the hub's database: foreign partitions, and the registers of what must be unique everywhere."""
    cursor.execute(statement("state_schema"))
    cursor.execute(statement("state_parts_schema"))
    held = held_columns(cursor)
    for name in Graph.of(catalog).order(catalog.objects):
        obj = catalog[name]
        with cursor.connection.transaction():
            if obj.table in held:
                made += widen(cursor, obj, held[obj.table])
                continue
            cursor.execute(
                statement(
                    "state_face",
                    table=state_table(obj),
                    columns=column_definitions(obj),
                    divided=divided_by(len(placed)),
                )
            )
            for number, server in placed.items():
                make_face(cursor, obj, len(placed), number, server)
            servers = len(set(placed.values()))
            made.append(f"table state.{obj.table}, to read, in {len(placed)} partitions on {servers} servers")
    for obj in catalog:
        made += _make_registers(cursor, obj)


def make_face(cursor: Cursor, obj: SyncObject, count: int, number: int, server: str) -> None:
    """Show a partition, which is on this server, in the hub's database."""
    cursor.execute(
        statement(
            "state_face_partition",
            partition=partition_of(obj, number),
            table=state_table(obj),
            count=sql.Literal(count),
            remainder=sql.Literal(number),
            server=sql.Identifier(server),
        )
    )


def _make_registers(cursor: Cursor, obj: SyncObject) -> list[str]:
    made = []
    for unique in (u for u in obj.uniques if u.across == "state"):
        name = constraint_name(obj, unique)
        row = cursor.execute(statement("state_has_register"), {"name": fitting(f"{name}_register")}).fetchone()
        if row is not None and not row[0]:
            with cursor.connection.transaction():
                make_kept_here(cursor, obj, unique, name)
            made.append(f"unique register {name}")
    return made


@contextmanager
def said_as_ours() -> Iterator[None]:
    """What the driver says becomes a line of ours."""
    try:
        yield
    except psycopg.Error as error:
        first = error.diag.message_primary or str(error).strip().splitlines()[0]
        raise DatabaseError(f"The state cannot be spread over its servers: {first}.") from error
