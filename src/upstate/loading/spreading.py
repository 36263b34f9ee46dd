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
from psycopg.conninfo import conninfo_to_dict

from upstate.catalog import Catalog, Graph, SyncObject
from upstate.errors import ConfigError, DatabaseError
from upstate.loading.dividing import Share, divided_by, fitting, how_divided, make_kept_here
from upstate.loading.placing import reached, servers_of_state
from upstate.loading.state import column_definitions, constraint_name, prepare_state, widen
from upstate.loading.statements import fetch_row, state_table, statement

Connection = psycopg.Connection[Any]
Cursor = psycopg.Cursor[Any]
_HUB = "upstate_hub"
_OLDEST = 170000
_OF_USER = ("user", "password", "sslcert", "sslkey")
_READ = {"updatable": "false", "fetch_size": "10000", "async_capable": "true"}


def prepare_spread(
    connection: Connection, catalog: Catalog, partitions: int | None = None, servers: Sequence[str] = ()
) -> list[str]:
    """Make what the state lacks of this catalog, here or on the servers that its partitions are dealt to in turn.

    `servers` are their URLs, for tables that are not there yet; later they are known. Where there are none, all is made
    here. Returns a line for each thing made; errors as those of `prepare_state`.
    """
    with _said(), connection.cursor() as cursor:
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
    known = [(name, _options(url)) for name, url in named.items()] or known
    with ExitStack() as stack:  # all of them answer before anything is made
        holders = [stack.enter_context(reached(options)) for _, options in known]
        shares = [Share(tuple(range(number, count, len(known))), _HUB) for number, _ in enumerate(known)]
        for holder, share, name in zip(holders, shares, named, strict=False):
            _check_free(holder, share, name)
        with _said(), connection.cursor() as cursor:
            for name, url in named.items():
                cursor.execute(statement("fdw_server_forget", server=sql.Identifier(name)))  # of an attempt before
                made += _make_server(cursor, name, url, _READ)
        for holder, share, (name, _) in zip(holders, shares, known, strict=True):
            made += [f"{line}, on {name}" for line in _prepare_share(connection, holder, catalog, count, share)]
        with _said(), connection.cursor() as cursor:
            _make_faces(cursor, catalog, count, [name for name, _ in known], made)
    return made


def _check_free(holder: Connection, share: Share, name: str) -> None:
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


def _prepare_share(connection: Connection, holder: Connection, catalog: Catalog, count: int, share: Share) -> list[str]:
    """What one server holds, and its way to the registers."""
    with _said(), holder.cursor() as cursor:
        if any(unique.across == "state" for obj in catalog for unique in obj.uniques):
            _make_server(cursor, share.hub, connection.info.dsn, {}, password=connection.info.password)
    made = prepare_state(holder, catalog, count, share)
    with _said():
        for name in ("landed_table", "removed_table", "removed_leftovers_table"):
            holder.execute(statement(name))
    return made


def _make_faces(cursor: Cursor, catalog: Catalog, count: int, servers: Sequence[str], made: list[str]) -> None:
    """The tables in the hub's database: foreign partitions, and the registers of what must be unique everywhere."""
    cursor.execute(statement("state_schema"))
    cursor.execute(statement("state_parts_schema"))
    held: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.execute(statement("state_columns")).fetchall():
        held.setdefault(table, {})[column] = kind
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
                    divided=divided_by(count),
                )
            )
            for remainder in range(count):
                cursor.execute(
                    statement(
                        "state_face_partition",
                        partition=sql.Identifier("state_parts", fitting(f"{obj.table}_{remainder}")),
                        table=state_table(obj),
                        count=sql.Literal(count),
                        remainder=sql.Literal(remainder),
                        server=sql.Identifier(servers[remainder % len(servers)]),
                    )
                )
            made.append(f"table state.{obj.table}, to read, in {count} partitions on {len(servers)} servers")
    for obj in catalog:
        made += _make_registers(cursor, obj)


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


def _make_server(cursor: Cursor, name: str, url: str, reading: Mapping[str, str], password: str = "") -> list[str]:
    """A server of postgres_fdw under this name, and how this role reaches it; one that is known stays as it is."""
    cursor.execute(statement("fdw_extension"))
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    if password:
        parts["password"] = password
    mine = {key: parts[key] for key in _OF_USER if key in parts}
    where = {key: value for key, value in parts.items() if key not in _OF_USER and key in _WHERE}
    with cursor.connection.transaction():
        there = cursor.execute(statement("fdw_server_there"), {"name": name}).fetchone()
        if there is not None:
            return []
        server = sql.Identifier(name)
        cursor.execute(statement("fdw_server", server=server, options=_listed({**where, **reading})))
        cursor.execute(statement("fdw_user", server=server, options=_listed(mine)))
    return [f"server {name}"]


_WHERE = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "connect_timeout")


def _options(url: str) -> list[str]:
    return [f"{key}={value}" for key, value in conninfo_to_dict(url).items() if value is not None]


def _listed(options: Mapping[str, str]) -> sql.Composed:
    """Options (NAME 'value', …); nothing where there are none."""
    if not options:
        return sql.SQL("").format()
    listed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(key), sql.Literal(value)) for key, value in options.items()
    )
    return sql.SQL("options ({})").format(listed)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        first = error.diag.message_primary or str(error).strip().splitlines()[0]
        raise DatabaseError(f"The state cannot be spread over its servers: {first}.") from error
