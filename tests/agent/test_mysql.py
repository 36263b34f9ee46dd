"""What is MariaDB's and MySQL's alone: zero dates, long times, bits, collations, views, a server that hangs up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import column_of, mapped, misfits, moment, read_all, records, thing
from tests.agent.mysql_maker import MysqlMaker, fresh_database

from upstate.agent.sources import open_source
from upstate.catalog import Column, ColumnType
from upstate.errors import LostSourceError, SourceError


@pytest.fixture
def maker() -> Iterator[MysqlMaker]:
    with fresh_database() as url:
        yield MysqlMaker(url)


def one(maker: MysqlMaker, kind: ColumnType, declared: str, literal: str) -> Any:
    """What a literal of a declared type is in a column of the catalog's type: its value, or the reason it is none."""
    with maker.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = 'ALLOW_INVALID_DATES'")  # as servers had it when the old data were written
        cursor.execute("DROP TABLE IF EXISTS thing")
        cursor.execute(f"CREATE TABLE thing (id bigint, value {declared})")
        cursor.execute(f"INSERT INTO thing VALUES (1, {literal})")
    batches = read_all(open_source(maker.url), thing(column_of(kind)))
    return records(batches)[0]["value"] if records(batches) else misfits(batches)[0][2]


@pytest.mark.parametrize(
    ("kind", "declared", "literal", "expected"),
    [
        ("date", "date", "'0000-00-00'", "date_out_of_range"),
        ("date", "date", "'2024-00-00'", "not_a_date"),
        ("date", "date", "'2024-02-31'", "not_a_date"),
        ("date", "date", "'0001-01-01'", date(1, 1, 1)),
        ("date", "date", "'9999-12-31'", date(9999, 12, 31)),
        ("date", "datetime", "'2024-01-31 00:00:00'", date(2024, 1, 31)),
        ("date", "datetime(6)", "'2024-01-31 00:00:00.000001'", "not_a_date"),
        ("date", "timestamp", "'2024-01-31 00:00:00'", "not_a_date"),
        ("date", "int", "20240131", "not_a_date"),
        ("timestamp", "datetime", "'0000-00-00 00:00:00'", "date_out_of_range"),
        ("timestamp", "datetime(6)", "'1066-10-14 09:00:00.25'", moment("1066-10-14 09:00:00.25")),
        ("timestamp", "date", "'2024-01-31'", moment("2024-01-31")),
        ("timestamp", "timestamp", "'2024-01-31 00:00:00'", "has_zone"),
        ("timestamptz", "datetime", "'2024-01-31 00:00:00'", "no_zone"),
        ("timestamptz", "timestamp", "'0000-00-00 00:00:00'", "date_out_of_range"),
        ("time", "time", "'838:59:59'", "not_a_time"),
        ("time", "time", "'24:00:00'", "not_a_time"),
        ("time", "time", "'-01:00:00'", "not_a_time"),
        ("time", "time(6)", "'23:59:59.999999'", time(23, 59, 59, 999999)),
        ("boolean", "bit(1)", "b'1'", True),
        ("boolean", "bit(1)", "b'0'", False),
        ("boolean", "bit(8)", "b'10'", "not_boolean"),
        ("boolean", "tinyint(1)", "7", "not_boolean"),
        ("boolean", "enum('true','false')", "'false'", False),
        ("decimal", "bit(8)", "b'11111111'", Decimal("255.00")),
        ("integer", "bit(64)", "~0", "out_of_range"),
        ("bytes", "bit(8)", "b'1'", "not_bytes"),
        ("bigint", "bigint unsigned", "18446744073709551615", "out_of_range"),
        ("bigint", "bigint unsigned", "9223372036854775807", 2**63 - 1),
        ("text", "bigint unsigned", "18446744073709551615", "18446744073709551615"),
        ("integer", "int(5) zerofill", "7", 7),
        ("integer", "year", "2024", 2024),
        ("integer", "decimal(5,2)", "7.50", "not_an_integer"),
        ("integer", "decimal(5,2)", "7.00", 7),
        ("decimal", "decimal(38,12)", "0.010000000000", Decimal("0.01")),
        ("decimal", "decimal(38,12)", "0.000000000001", "too_many_digits"),
        ("decimal", "decimal(65,30)", "99999999999999999999999999999999999", "out_of_range"),
        ("decimal", "double", "0.1e0", Decimal("0.10")),
        ("decimal", "double", "0.1e0 + 0.2e0", "too_many_digits"),
        ("decimal", "float", "0.1", Decimal("0.10")),
        ("double", "float", "16777216", 16777216.0),
        ("double", "float", "0.1", 0.1),
        ("text", "float", "1234567.9", "1234567.9"),
        ("text", "float", "0.1", "0.1"),
        ("text", "double", "0.1e0 + 0.2e0", "0.30000000000000004"),
        ("text", "decimal(10,4)", "1.5", "1.5000"),
        ("text", "char(5)", "'ab'", "ab"),
        ("text", "varchar(5)", "'ab  '", "ab  "),
        ("text", "varchar(9) character set latin1", "'Zoë'", "Zoë"),
        ("text", "varchar(9) character set utf8mb4", "'漢😀'", "漢😀"),
        ("text", "varchar(9)", "x'610062'", "nul_character"),
        ("text", "enum('sad','glad')", "'glad'", "glad"),
        ("text", "set('a','b')", "'a,b'", "a,b"),
        ("text", "uuid", "'00000000-0000-0000-0000-000000000007'", "00000000-0000-0000-0000-000000000007"),
        ("text", "blob", "x'00ff'", "not_text"),
        ("text", "point", "point(1, 2)", "not_text"),
        ("uuid", "uuid", "'00000000-0000-0000-0000-000000000007'", UUID(int=7).bytes),
        ("uuid", "char(36)", "'00000000-0000-0000-0000-000000000007'", UUID(int=7).bytes),
        ("uuid", "varbinary(16)", "x'07'", "not_a_uuid"),
        ("bytes", "text", "'a'", "not_bytes"),
        ("bytes", "varbinary(9)", "x'00ff5c27'", b"\x00\xff\\'"),
        ("json", "json", "'{\"a\": 1.50}'", '{"a": 1.50}'),
    ],
)
def test_every_type_of_the_database_is_read_as_what_it_says(
    maker: MysqlMaker, kind: ColumnType, declared: str, literal: str, expected: Any
) -> None:
    assert one(maker, kind, declared, literal) == expected


def test_a_moment_with_a_zone_is_read_as_utc_whatever_zone_the_server_has(maker: MysqlMaker) -> None:
    with maker.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '-05:00'")
        cursor.execute("CREATE TABLE thing (id bigint, value timestamp(6))")
        cursor.execute("INSERT INTO thing VALUES (1, '2024-01-31 19:00:00.25')")
    read = records(read_all(open_source(maker.url), thing(column_of("timestamptz"))))
    assert read[0]["value"] == datetime(2024, 2, 1, 0, 0, 0, 250_000, tzinfo=UTC)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
            st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**7), max_value=10**7),
            st.floats(allow_nan=False, allow_infinity=False, width=32),
            st.floats(allow_nan=False, allow_infinity=False),
            st.dates(),
            st.datetimes(),
            st.binary(),
        ),
        max_size=20,
    )
)
def test_whatever_is_stored_arrives_as_the_drivers_own_slow_reader_reads_it(maker: MysqlMaker, rows: list[Any]) -> None:
    kinds = ("text", "decimal", "float", "double", "date", "timestamp", "bytes")
    obj = thing(*(column_of("double" if k == "float" else k, k) for k in kinds))  # type: ignore[arg-type]
    with maker.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS thing")
        cursor.execute(
            "CREATE TABLE thing (id bigint, `text` longtext, `decimal` decimal(10,2), `float` float, `double` double, "
            "`date` date, timestamp datetime(6), bytes longblob)"
        )
        cursor.execute("START TRANSACTION")
        marks = ", ".join(["%s"] * 8)
        cursor.executemany(f"INSERT INTO thing VALUES ({marks})", [(n, *row) for n, row in enumerate(rows)])
        cursor.execute("COMMIT")
    stored = maker.ask("SELECT id, `text`, `decimal`, `float` + 0e0, `double`, `date`, timestamp, bytes FROM thing")
    batches = read_all(open_source(maker.url), obj)
    assert misfits(batches) == []
    got = [tuple(r.values()) for r in records(batches)]
    shortest = [float(str(np.float32(row[3]))) for row in stored]
    assert got == [(*row[:3], double, *row[4:]) for row, double in zip(stored, shortest, strict=True)]
    assert [row[4] for row in got] == [row[3] for row in rows]  # the server kept every digit


def test_keys_that_a_collation_holds_equal_are_two_records(maker: MysqlMaker) -> None:
    maker.change("CREATE TABLE thing (id bigint, value varchar(9) COLLATE utf8mb4_general_ci)")
    maker.change("INSERT INTO thing VALUES (1, 'straße'), (2, 'STRASSE'), (3, 'a'), (4, 'A '), (5, 'ä')")
    read = records(read_all(open_source(maker.url), thing(Column("value", "text"))))
    assert [r["value"] for r in read] == ["straße", "STRASSE", "a", "A ", "ä"]


def test_a_year_beside_a_line_break_or_in_other_scripts_is_no_year_and_not_lost(maker: MysqlMaker) -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    maker.texts(obj, [("1", "2024\n"), ("2", "2023\n"), ("3", "２０２４"), ("4", "2023"), ("5", " 2024 ")])
    batches = read_all(open_source(maker.url), obj, 2024)
    assert records(batches) == []
    assert [key for key, *_ in misfits(batches)] == [["1"], ["2"], ["3"], ["5"]]


def test_an_index_made_later_does_not_change_the_order_of_reading(maker: MysqlMaker) -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    maker.natives(obj, [(n, 2000 + (n * 7919) % 100) for n in reversed(range(20_000))])
    before = [read_all(open_source(maker.url), obj, year) for year in (None, 2024)]
    maker.change("CREATE INDEX covering ON thing (end_year, id)")
    maker.change("ANALYZE TABLE thing")
    assert [read_all(open_source(maker.url), obj, year) for year in (None, 2024)] == before


def test_a_view_is_read_like_a_table_and_a_mapping_may_name_another_database(maker: MysqlMaker) -> None:
    maker.natives(thing(name="Items"), [(7,)])
    maker.change("CREATE VIEW thing AS SELECT id FROM items")
    source = open_source(maker.url)
    source.check([thing()])
    assert records(read_all(source, thing())) == [{"id": 7}]
    with fresh_database() as other:
        name = maker.url.rpartition("/")[2]
        away = open_source(other, mapped(thing(), f"[Thing]\ntable = '{name}.items'"))
        away.check([thing()])
        assert records(read_all(away, thing())) == [{"id": 7}]


def test_a_connection_that_is_lost_is_not_blamed_on_the_object_and_the_next_one_goes_on(maker: MysqlMaker) -> None:
    obj = thing(Column("value", "text"))
    maker.natives(obj, [(n, "x" * 1000) for n in range(100_000)])
    source = open_source(maker.url)
    name = maker.url.rpartition("/")[2]
    ours = f"SELECT id FROM information_schema.processlist WHERE db = '{name}' AND id <> CONNECTION_ID()"
    with source.snapshot() as snapshot:
        reading = snapshot.read(obj, None)
        next(reading)
        for (connection,) in maker.ask(ours):
            maker.change(f"KILL {connection}")
        with pytest.raises(LostSourceError, match=r"^The connection to .* was lost while reading Thing: [^\n]*$"):
            list(reading)
        with pytest.raises(LostSourceError):
            list(snapshot.read(obj, None))
    assert sum(batch.size for batch in read_all(source, obj)) == 100_000


def test_the_server_may_be_left_waiting_longer_than_its_own_patience(maker: MysqlMaker) -> None:
    with open_source(maker.url).snapshot() as snapshot, snapshot.connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT @@net_write_timeout, @@wait_timeout")
        assert cursor.fetchone() == (b"31536000", b"31536000")


def test_nothing_can_be_written_through_a_source(maker: MysqlMaker) -> None:
    maker.natives(thing(), [(1,)])
    maker.change("CREATE FUNCTION wipe() RETURNS bigint MODIFIES SQL DATA BEGIN DELETE FROM thing; RETURN 1; END")
    source = open_source(maker.url, mapped(thing(), "[Thing]\nselect = 'SELECT wipe() AS id'"))
    with pytest.raises(SourceError, match=r"^Thing cannot be read from [^\n]*READ ONLY transaction[^\n]*$"):
        read_all(source, thing())
    assert maker.ask("SELECT count(*) FROM thing") == [(1,)]


def test_a_database_that_cannot_be_reached_is_said_without_its_password(maker: MysqlMaker) -> None:
    wrong = [
        "mysql://dana:s3cret@127.0.0.1:1/lakeside",
        "mysql://dana:s3cret@127.0.0.1/lakeside",
        "mariadb://root@127.0.0.1/no_such_database?ssl_ca=/no/such/file",
    ]
    for url in wrong:
        for attempt in (lambda u=url: open_source(u).check([]), lambda u=url: read_all(open_source(u), thing())):
            with pytest.raises(SourceError) as caught:
                attempt()
            assert "cannot be reached" in caught.value.message
            assert "\n" not in caught.value.message
            assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://dana:s3cret@host:port/lakeside", "Write it as mysql://USER@HOST:3306/DATABASE."),
        ("mysql://dana:s3cret@host", "Write it as mysql://USER@HOST:3306/DATABASE."),
        ("mysql://dana:s3cret@host/lakeside?tls=1", "There are ssl_ca, ssl_cert, ssl_key and unix_socket"),
    ],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(url)
    assert said in caught.value.message
    assert "s3cret" not in caught.value.message
