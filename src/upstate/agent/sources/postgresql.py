"""A district whose database is PostgreSQL: its tables and columns, and the snapshot that all of it is read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import psycopg
from adbc_driver_postgresql import dbapi

from upstate.agent.mapping import Mapping
from upstate.agent.sources import postgresql_projection as dialect
from upstate.agent.sources.description import Description, describe_tables
from upstate.agent.sources.interrupting import leave_interrupts_alone
from upstate.agent.sources.missing import need_tables
from upstate.agent.sources.postgresql_schema import describe_database
from upstate.agent.sources.postgresql_snapshot import ERRORS, PostgresqlSnapshot, cannot_be_read, said
from upstate.agent.sources.server_address import PostgresqlAddress
from upstate.agent.sources.server_tables import columns_by_table, fetch
from upstate.catalog import SyncObject
from upstate.errors import SourceError

# Text forms that do not depend on the server's settings; the same order on every run, and a part of a table found by
# its place; no time limit of the server's.
_SETTINGS = (
    "SET datestyle = 'ISO, YMD'",
    "SET intervalstyle = 'postgres'",
    "SET timezone = 'UTC'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
    "SET synchronize_seqscans = off",
    "SET enable_tidscan = on",
    "SET max_parallel_workers_per_gather = 0",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
)
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The driver else asks for every type and column of the database before each connection, which takes it twenty times as
# long; what is read has types of PostgreSQL's own alone, as all others come as their text.
_DRIVER = {"adbc.postgresql.type_resolver_mode": "builtin"}


@dataclass(frozen=True, slots=True)
class PostgresqlSource:
    """A PostgreSQL database and where in it each object is."""

    address: PostgresqlAddress
    mapping: Mapping

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first table or column that is not there, or a database that is not."""
        wanted = [(o, origin) for o in objects if not (origin := self.mapping.origin(o)).absent]
        with self._ask() as connection:
            need_tables(wanted, columns_by_table(fetch(connection, "postgresql_columns")), str)
            for obj, origin in wanted:
                try:
                    connection.execute(f"SELECT FROM ({dialect.rows(obj, origin)}) AS s LIMIT 0".encode())
                except psycopg.Error as error:
                    raise cannot_be_read(obj, self.address.shown, error.diag.message_primary or str(error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[PostgresqlSnapshot]:
        """The database as it is now, until the block ends; nobody waits for it."""
        with self._connected() as opened:
            try:
                digests_itself = opened.agrees_on_digests()
                for setting in _SETTINGS:
                    opened.run(setting)
                name = _begin(opened)
            except ERRORS as error:
                raise SourceError(f"{self.address.shown} cannot be read: {said(error)}.") from error
            again = None if name is None else partial(self._twin, name, digests_itself)
            yield replace(opened, digests_itself=digests_itself, again=again)

    @contextmanager
    def _twin(self, name: str, digests_itself: bool) -> Iterator[PostgresqlSnapshot | None]:
        """The moment of that name, which is there as long as the snapshot is that named it."""
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(self._connected())
                for statement in ("SET jit = off", *_SETTINGS, _BEGIN, f"SET TRANSACTION SNAPSHOT '{name}'"):
                    opened.run(statement)
                opened.keep_order()
            except (SourceError, *ERRORS):  # such as where there is no connection to spare
                yield None
                return
            yield replace(opened, digests_itself=digests_itself)

    @contextmanager
    def _connected(self) -> Iterator[PostgresqlSnapshot]:
        leave_interrupts_alone()
        try:
            connection = dbapi.connect(self.address.conninfo, db_kwargs=_DRIVER, autocommit=True)
        except ERRORS as error:
            raise SourceError(f"{self.address.shown} cannot be reached: {said(error)}.") from error
        try:
            yield PostgresqlSnapshot(connection, self.mapping, self.address.shown)
        finally:
            connection.close()

    def describe(self) -> Description:
        """The database's own schema as a catalog."""
        with self._ask() as connection:
            return describe_tables(describe_database(connection))

    @contextmanager
    def _ask(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            connection = psycopg.connect(self.address.conninfo, autocommit=True)
        except psycopg.Error as error:
            raise SourceError(f"{self.address.shown} cannot be reached: {said(error)}.") from error
        with connection:
            connection.read_only = True
            yield connection


def _begin(opened: PostgresqlSnapshot) -> str | None:
    """Take the snapshot, which the first query does and not BEGIN; by which name others find it, where it has one."""
    opened.run(_BEGIN)
    try:
        ((exported,),) = opened.fetch("SELECT pg_export_snapshot()")
        name: str | None = str(exported)
    except ERRORS:  # where a role may not, say
        for statement in ("ROLLBACK", _BEGIN):
            opened.run(statement)
        name = None
    opened.keep_order()
    return name
