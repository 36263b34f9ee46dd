"""What is PostgreSQL's alone: its endless dates, its domains and schemas, a connection that may be lost."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from decimal import Decimal
from threading import Timer
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import column_of, mapped, misfits, moment, read_all, records, thing
from tests.agent.postgresql_maker import PostgresqlMaker

from upstate.agent.sources import open_source, twin_of
from upstate.catalog import Column, ColumnType
from upstate.errors import LostSourceError, SourceError


@pytest.fixture
def maker(database: str) -> PostgresqlMaker:
    return PostgresqlMaker(database)


def one(maker: PostgresqlMaker, kind: ColumnType, declared: str, literal: str) -> Any:
    """What a literal of a declared type is in a column of the catalog's type: its value, or the reason it is none."""
    maker.change("DROP TABLE IF EXISTS thing")
    maker.change(f"CREATE TABLE thing (id bigint, value {declared})")
    maker.change(f"INSERT INTO thing VALUES (1, {literal})")
    batches = read_all(open_source(maker.url), thing(column_of(kind)))
    return records(batches)[0]["value"] if records(batches) else misfits(batches)[0][2]


@pytest.mark.parametrize(
    ("kind", "declared", "literal", "expected"),
    [
        ("date", "date", "'infinity'", "date_out_of_range"),
        ("date", "date", "'-infinity'", "date_out_of_range"),
        ("date", "date", "'10000-01-01'", "date_out_of_range"),
        ("date", "date", "'0044-03-15 BC'", "date_out_of_range"),
        ("date", "timestamp", "'2024-01-31 00:00'", date(2024, 1, 31)),
        ("date", "timestamp", "'2024-01-31 00:01'", "not_a_date"),
        ("date", "timestamp", "'0044-03-15 00:00 BC'", "date_out_of_range"),
        ("timestamp", "timestamp", "'infinity'", "date_out_of_range"),
        ("timestamp", "date", "'2024-01-31'", moment("2024-01-31")),
        ("timestamp", "timestamptz", "'2024-01-31 00:00Z'", "has_zone"),
        ("timestamptz", "timestamptz", "'-infinity'", "date_out_of_range"),
        ("timestamptz", "timestamptz", "'2024-01-31 00:00-05:30'", datetime(2024, 1, 31, 5, 30, tzinfo=UTC)),
        ("timestamptz", "timestamp", "'2024-01-31 00:00'", "no_zone"),
        ("time", "time", "'24:00'", "not_a_time"),
        ("time", "timetz", "'10:00+02'", "not_a_time"),
        ("time", "time(0)", "'10:00:01'", time(10, 0, 1)),
        ("integer", "smallint", "7", 7),
        ("integer", "bigint", "2147483648", "out_of_range"),
        ("integer", "numeric", "7.0", 7),
        ("integer", "numeric", "'NaN'", "not_an_integer"),
        ("integer", "double precision", "7.5", "not_an_integer"),
        ("bigint", "numeric", "9223372036854775808", "out_of_range"),
        ("boolean", "integer", "1", True),
        ("boolean", "text", "'F'", False),
        ("decimal", "numeric", "'NaN'", "not_finite"),
        ("decimal", "numeric", "'Infinity'", "not_finite"),
        ("decimal", "numeric", "0.001", "too_many_digits"),
        ("decimal", "integer", "12345678", Decimal("12345678.00")),
        ("decimal", "double precision", "0.1", Decimal("0.10")),
        ("decimal", "double precision", "0.1::float8 + 0.2::float8", "too_many_digits"),
        ("decimal", "real", "0.1", Decimal("0.10")),
        ("decimal", "money", "'$12.50'", "not_a_number"),
        ("double", "double precision", "'Infinity'", float("inf")),
        ("double", "real", "0.5", 0.5),
        ("double", "numeric", "0.1", 0.1),
        ("text", "char(5)", "'ab'", "ab"),
        ("text", "uuid", "'00000000-0000-0000-0000-000000000007'", "00000000-0000-0000-0000-000000000007"),
        ("text", "date", "'2024-01-31'", "2024-01-31"),
        ("text", "boolean", "true", "true"),
        ("text", "double precision", "0.1", "0.1"),
        ("text", "integer[]", "'{1,2}'", "{1,2}"),
        ("text", "interval", "'1 day 02:00'", "1 day 02:00:00"),
        ("text", "bytea", "'\\x00ff'", "not_text"),
        ("uuid", "bytea", "'\\x00000000000000000000000000000007'", UUID(int=7).bytes),
        ("uuid", "bytea", "'\\x07'", "not_a_uuid"),
        ("uuid", "char(36)", "'00000000-0000-0000-0000-000000000007'", UUID(int=7).bytes),
        ("bytes", "text", "'a'", "not_bytes"),
        ("json", "jsonb", "'{\"a\": 1.50}'", '{"a": 1.50}'),
        ("json", "json", "'\"\\u0000\"'", "not_json"),
        ("json", "integer[]", "'{1}'", "not_json"),
    ],
)
def test_every_type_of_the_database_is_read_as_what_it_says(
    maker: PostgresqlMaker, kind: ColumnType, declared: str, literal: str, expected: Any
) -> None:
    assert one(maker, kind, declared, literal) == expected


def test_a_nan_fits_a_double(maker: PostgresqlMaker) -> None:
    value = one(maker, "double", "double precision", "'NaN'")
    assert value != value


def test_domains_and_enums_are_read_by_what_is_beneath_them(maker: PostgresqlMaker) -> None:
    maker.change("CREATE DOMAIN person_key AS uuid")
    maker.change("CREATE DOMAIN photo AS bytea")
    maker.change("CREATE TYPE mood AS ENUM ('sad', 'glad')")
    assert one(maker, "uuid", "person_key", "'00000000-0000-0000-0000-000000000007'") == UUID(int=7).bytes
    assert one(maker, "bytes", "photo", "'\\x00ff'") == b"\x00\xff"
    assert one(maker, "text", "mood", "'glad'") == "glad"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
            st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9),
            st.floats(allow_nan=False),
            st.dates(),
            st.datetimes(),
            st.uuids(),
            st.binary(),
        ),
        max_size=20,
    )
)
def test_whatever_is_stored_arrives_as_psycopg_reads_it_as_text(maker: PostgresqlMaker, rows: list[Any]) -> None:
    kinds: tuple[ColumnType, ...] = ("text", "decimal", "double", "date", "timestamp", "uuid", "bytes")
    obj = thing(*(Column(k, k, precision=20 if k == "decimal" else None, scale=3) for k in kinds))
    maker.change("DROP TABLE IF EXISTS thing")
    maker.natives(obj, [(n, *row) for n, row in enumerate(rows)])
    with psycopg.connect(maker.url) as connection:
        stored = connection.execute("SELECT * FROM thing ORDER BY ctid").fetchall()
    batches = read_all(open_source(maker.url), obj)
    assert misfits(batches) == []
    assert [tuple(r.values()) for r in records(batches)] == [
        tuple(v.bytes if isinstance(v, UUID) else v for v in row) for row in stored
    ]


def test_a_mapping_may_name_a_schema(maker: PostgresqlMaker) -> None:
    maker.change("CREATE SCHEMA sis")
    maker.change("CREATE TABLE sis.things (id bigint)")
    maker.change("INSERT INTO sis.things VALUES (7)")
    source = open_source(maker.url, mapped(thing(), "[Thing]\ntable = 'sis.things'"))
    source.check([thing()])
    assert records(read_all(source, thing())) == [{"id": 7}]
    with pytest.raises(SourceError, match=r"Tables like it: sis\.things\."):
        open_source(maker.url, mapped(thing(), "[Thing]\ntable = 'sis.thing'")).check([thing()])


def test_an_index_made_later_does_not_change_the_order_of_reading(maker: PostgresqlMaker) -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    maker.natives(obj, [(n, 2000 + (n * 7919) % 400) for n in reversed(range(20_000))])
    before = [read_all(open_source(maker.url), obj, year) for year in (None, 2024)]
    maker.change("CREATE INDEX covering ON thing (end_year, id)")
    maker.change("ANALYZE thing")
    assert [read_all(open_source(maker.url), obj, year) for year in (None, 2024)] == before


def test_a_connection_that_is_lost_is_not_blamed_on_the_object(maker: PostgresqlMaker) -> None:
    maker.natives(thing(), [(1,)])
    with open_source(maker.url).snapshot() as snapshot:
        ours = "application_name = 'upstate' AND datname = current_database()"
        maker.change(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
        with pytest.raises(LostSourceError, match=r"^The connection to .* was lost while reading Thing: [^\n]*$"):
            list(snapshot.read(thing(), None))


def test_nothing_can_be_written_through_a_source(maker: PostgresqlMaker) -> None:
    maker.natives(thing(), [(1,)])
    maker.change("CREATE FUNCTION wipe() RETURNS bigint LANGUAGE sql AS 'DELETE FROM thing RETURNING id'")
    source = open_source(maker.url, mapped(thing(), "[Thing]\nselect = 'SELECT wipe() AS id'"))
    with pytest.raises(SourceError, match="read-only transaction"):
        read_all(source, thing())


def test_a_database_that_cannot_be_reached_is_said_without_its_password(database: str) -> None:
    parts = urlsplit(database)
    server = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    wrong = [
        "postgresql://dana:s3cret@127.0.0.1:1/lakeside",
        urlunsplit(parts._replace(path="/no_such_database")),
        f"postgresql://no_such_role:s3cret@{server}/postgres{'?' + parts.query if parts.query else ''}",
    ]
    for url in wrong:
        for attempt in (lambda u=url: open_source(u).check([]), lambda u=url: read_all(open_source(u), thing())):
            with pytest.raises(SourceError) as caught:
                attempt()
            assert "cannot be reached" in caught.value.message
            assert "\n" not in caught.value.message
            assert "s3cret" not in caught.value.message


def test_a_url_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(SourceError) as caught:
        open_source("postgresql://dana:s3cret@[host/lakeside")
    assert caught.value.message == "The source's URL cannot be read. Write it as postgresql://USER@HOST:5432/DATABASE."


def test_a_twin_sees_the_same_moment_in_another_thread(maker: PostgresqlMaker) -> None:
    maker.natives(thing(), [(1,), (2,)])
    with open_source(maker.url).snapshot() as snapshot, ThreadPoolExecutor(1) as beside, ExitStack() as opened:
        maker.change("INSERT INTO thing VALUES (3)")
        twin = beside.submit(lambda: opened.enter_context(twin_of(snapshot))).result()
        assert twin is not None
        read = beside.submit(lambda: list(twin.read(thing(), None)))
        assert [batch.records.num_rows for batch in snapshot.read(thing(), None)] == [2]
        assert [batch.records.num_rows for batch in read.result()] == [2]
        beside.submit(opened.close).result()


@pytest.mark.parametrize(
    ("limit", "revoked"),
    [(1, "SELECT"), (5, "REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC")],
    ids=["no connection to spare", "no moment may be exported"],
)
def test_where_there_can_be_no_twin_there_is_a_snapshot(maker: PostgresqlMaker, limit: int, revoked: str) -> None:
    maker.natives(thing(), [(1,)])
    maker.change(revoked)
    with maker.as_role("SELECT", limit) as url, open_source(url).snapshot() as snapshot:
        maker.change("INSERT INTO thing VALUES (2)")
        with twin_of(snapshot) as twin:
            assert twin is None
        assert [batch.records.num_rows for batch in snapshot.read(thing(), None)] == [1]


def test_an_interrupt_is_one_and_no_error_of_the_database(maker: PostgresqlMaker) -> None:
    maker.natives(thing(), [(1,)])
    slow = mapped(thing(), "[Thing]\nselect = 'SELECT id FROM thing, pg_sleep(0.5)'")
    with open_source(maker.url, slow).snapshot() as snapshot:
        interrupting = Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            list(snapshot.read(thing(), None))
        interrupting.join()
