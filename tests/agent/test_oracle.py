"""Oracle without a server: the SQL that is sent, and what becomes of values in the form in which it sends them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from tests.agent.cases import mapped, misfits, moment, records, thing
from tests.agent.scripted import Answer, ScriptedConnection

from upstate.agent.mapping import Mapping
from upstate.agent.sources import open_source
from upstate.agent.sources.oracle import OracleDialect
from upstate.agent.sources.oracle_projection import projection, rows
from upstate.agent.sources.plain_source import PlainSource
from upstate.agent.sources.server_address import OracleAddress, parse_server
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch, table_of_keys

oracledb = pytest.importorskip("oracledb", reason="the driver of Oracle is not installed")

URL = "oracle://reader:s%2Fcret@sis.example/LAKE"
GUID = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
TABLE = [("SIS", "THING", 1, name, 1, "NUMBER", 0, None, None, 0) for name in ("ID", "V", "END_YEAR")]


def source(*answers: Answer, mapping: Mapping | None = None) -> tuple[PlainSource, ScriptedConnection]:
    connection = ScriptedConnection([*answers, Answer("all_tab_columns", TABLE)])

    class Dialect(OracleDialect):
        def connect(self) -> Any:
            return connection

    address = parse_server("oracle", URL)
    assert isinstance(address, OracleAddress)
    return PlainSource(Dialect(address), address.shown, mapping or Mapping()), connection


def kinds(*names: str) -> Answer:
    described = [(name, getattr(oracledb, f"DB_TYPE_{name}"), None, None, None, None, True) for name in names]
    return Answer("WHERE 1 = 0", description=described)


def read(column: Column, kind: str, *values: Any) -> list[Batch]:
    found, _ = source(
        kinds("NUMBER", kind), Answer("NO_PARALLEL", [(str(n).encode(), v) for n, v in enumerate(values)])
    )
    with found.snapshot() as snapshot:
        return list(snapshot.read(thing(column), None))


@pytest.mark.parametrize(
    ("kind", "column", "sent", "value"),
    [
        ("NUMBER", Column("v", "integer"), b"-7", -7),
        ("NUMBER", Column("v", "decimal", precision=10, scale=2), b"-.5", Decimal("-0.50")),
        ("NUMBER", Column("v", "decimal", precision=38, scale=0), b"9" * 38, Decimal("9" * 38)),
        ("NUMBER", Column("v", "double"), b"1.5E+100", 1.5e100),
        ("NUMBER", Column("v", "boolean"), b"1", True),
        ("BINARY_DOUBLE", Column("v", "double"), 0.1, 0.1),
        ("BINARY_DOUBLE", Column("v", "double"), float("inf"), float("inf")),
        ("BINARY_DOUBLE", Column("v", "text"), 0.1, "0.1"),
        ("BINARY_DOUBLE", Column("v", "decimal", precision=10, scale=2), 39.06, Decimal("39.06")),
        ("BINARY_FLOAT", Column("v", "double"), 0.10000000149011612, 0.1),
        ("DATE", Column("v", "date"), b"2024-01-31 00:00:00", date(2024, 1, 31)),
        ("DATE", Column("v", "timestamp"), b"1066-10-14 09:00:00", moment("1066-10-14 09:00:00")),
        ("TIMESTAMP", Column("v", "timestamp"), b"9999-12-31 23:59:59.123456000", moment("9999-12-31 23:59:59.123456")),
        ("TIMESTAMP_TZ", Column("v", "timestamptz"), b"2024-02-29 13:05:30.500000000-05:00",
         datetime(2024, 2, 29, 18, 5, 30, 500000, tzinfo=UTC)),
        ("TIMESTAMP_LTZ", Column("v", "timestamptz"), b"2024-02-29 13:05:30.000000000+00:00",
         datetime(2024, 2, 29, 13, 5, 30, tzinfo=UTC)),
        ("RAW", Column("v", "uuid"), GUID.bytes, GUID.bytes),
        ("BLOB", Column("v", "bytes"), b"\x00\xff", b"\x00\xff"),
        ("VARCHAR", Column("v", "text"), "O'Neil 漢 😀".encode(), "O'Neil 漢 😀"),
        ("NVARCHAR", Column("v", "text"), "漢", "漢"),
        ("CHAR", Column("v", "text"), b" ", " "),
        ("CLOB", Column("v", "text"), b"x" * 10_000_000, "x" * 10_000_000),
        ("VARCHAR", Column("v", "text"), None, None),  # an empty text is none in Oracle
    ],
)  # fmt: skip
def test_a_value_arrives_exactly(kind: str, column: Column, sent: Any, value: Any) -> None:
    batches = read(column, kind, sent)
    assert misfits(batches) == []
    assert [r["v"] for r in records(batches)] == [value]


@pytest.mark.parametrize(
    ("kind", "column", "sent", "reason"),
    [
        ("DATE", "date", b"2024-01-31 13:05:00", "not_a_date"),
        ("DATE", "date", b"-0044-03-15 00:00:00", "date_out_of_range"),
        ("TIMESTAMP", "timestamp", b"2024-02-29 13:05:30.123456789", "too_many_digits"),
        ("TIMESTAMP_TZ", "timestamp", b"2024-02-29 13:05:30.000000000+00:00", "has_zone"),
        ("NUMBER", "integer", b"2147483648", "out_of_range"),
        ("NUMBER", "integer", b".5", "not_an_integer"),
        ("BINARY_DOUBLE", "decimal", float("nan"), "not_finite"),
        ("VARCHAR", "text", b"a\0b", "nul_character"),
        ("VARCHAR", "text", b"\xff", "not_utf8"),
        ("BLOB", "text", b"\0bytes", "not_text"),
        ("RAW", "uuid", b"1234", "not_a_uuid"),
    ],
)
def test_a_value_that_does_not_fit_is_a_misfit(kind: str, column: ColumnType, sent: Any, reason: str) -> None:
    sized = Column("v", column, precision=10, scale=2) if column == "decimal" else Column("v", column)
    assert [found for *_, found in misfits(read(sized, kind, sent))] == [reason]


@pytest.mark.parametrize(
    ("kind", "column", "expression"),
    [
        ("NUMBER", "decimal", """TO_CHAR(s."v", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')"""),
        ("DATE", "date", """LTRIM(TO_CHAR(s."v", 'SYYYY-MM-DD HH24:MI:SS'))"""),
        ("TIMESTAMP_TZ", "timestamptz", """LTRIM(TO_CHAR(s."v", 'SYYYY-MM-DD HH24:MI:SS.FF9TZH:TZM'))"""),
        ("CHAR", "text", """CASE WHEN RTRIM(s."v") IS NULL AND s."v" IS NOT NULL THEN ' ' ELSE RTRIM(s."v") END"""),
        ("BLOB", "text", """CASE WHEN s."v" IS NOT NULL THEN CHR(0) || 'bytes' END"""),
        ("BINARY_DOUBLE", "double", 's."v"'),
        ("CLOB", "json", 's."v"'),
    ],
)
def test_the_server_is_asked_for_the_form_that_loses_nothing(kind: str, column: ColumnType, expression: str) -> None:
    obj = thing(Column("v", column))
    asked = projection(obj, rows(obj, Mapping().origin(obj)), {"id": "BINARY_DOUBLE", "v": kind}, None)
    assert asked == (
        f'SELECT /*+ NO_PARALLEL */ s."id", {expression} FROM (SELECT r."id" AS "id", r."v" AS "v" FROM "thing" r) s'
    )


def test_everything_is_read_in_one_read_only_transaction_in_utc() -> None:
    found, connection = source(kinds("NUMBER"), Answer("NO_PARALLEL", [(b"1",)]))
    with found.snapshot() as snapshot:
        assert records(list(snapshot.read(thing(), None))) == [{"id": 1}]
        list(snapshot.read(thing(), None))
    begun = connection.asked.index("SET TRANSACTION READ ONLY")
    assert "ALTER SESSION SET TIME_ZONE = '+00:00'" in connection.asked[:begun]
    assert all(asked.startswith("SELECT ") for asked in connection.asked[begun + 1 :])
    assert connection.closed


def test_names_are_found_whatever_their_case() -> None:
    obj = thing(Column("v", "text"))
    found, connection = source(kinds("NUMBER", "VARCHAR"))
    found.check([obj])
    with found.snapshot() as snapshot:
        list(snapshot.read(obj, None))
    assert 'SELECT r."ID" AS "id", r."V" AS "v" FROM "THING" r' in connection.asked[-1]
    with pytest.raises(SourceError, match='no table "thin" for Thing'):
        source(mapping=mapped(obj, "[Thing]\ntable = 'thin'"))[0].check([obj])


def test_a_mapped_select_gives_its_columns_in_capitals() -> None:
    obj = thing(Column("v", "text"))
    mapping = mapped(obj, "[Thing]\nselect = 'SELECT 1 AS id, name AS v FROM people -- all'")
    described = [("ID", oracledb.DB_TYPE_NUMBER), ("V", oracledb.DB_TYPE_VARCHAR)]
    found, connection = source(Answer("WHERE 1 = 0", description=described), mapping=mapping)
    with found.snapshot() as snapshot:
        list(snapshot.read(obj, None))
    assert (
        'FROM (SELECT r."ID" AS "id", r."V" AS "v" FROM (SELECT 1 AS id, name AS v FROM people -- all\n) r) s'
        in (connection.asked[-1])
    )


def test_a_year_is_asked_of_the_server_with_those_whose_year_is_none() -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    y = 's."end_year"'
    asked = projection(obj, "SELECT 1", {"id": "NUMBER", "end_year": "NUMBER"}, 2024)
    assert asked.endswith(f"WHERE ({y} IS NULL OR {y} = 2024 OR {y} <> TRUNC({y}))")
    asked = projection(obj, "SELECT 1", {"id": "NUMBER", "end_year": "VARCHAR"}, 2024)
    assert f"TO_NUMBER(TRIM({y}) DEFAULT NULL ON CONVERSION ERROR) = 2024" in asked


def test_wanted_records_are_named_in_lists_that_oracle_takes() -> None:
    obj = SyncObject("T", "t", ("a", "b", "c"), (Column("a", "bigint"), Column("b", "text"), Column("c", "uuid")))
    wanted = Wanted(obj, obj.key, table_of_keys(obj.key, [(str(n), "O'Neil", str(GUID)) for n in range(2_500)]))
    only = source()[0].dialect.projection.among(wanted, {"a": "NUMBER", "b": "VARCHAR", "c": "RAW"}) or ""
    assert [len(part.split(",")) for part in only.partition(") AND")[0].split(" OR ")] == [1000, 1000, 500]
    assert f"""(s."b" IN (N'O''Neil')) AND (s."c" IN (HEXTORAW('{GUID.hex}')))""" in only
    assert source()[0].dialect.projection.among(wanted, {"a": "VARCHAR", "b": "CLOB", "c": "CHAR"}) is None


def test_the_driver_is_told_to_give_texts_as_bytes_and_long_values_whole() -> None:
    address = parse_server("oracle", URL)
    assert isinstance(address, OracleAddress)
    cursor = SimpleNamespace(arraysize=7, var=lambda kind, **options: (kind, options))
    handler = OracleDialect(address)._as_stored

    def fetched(kind: Any) -> Any:
        return handler(cursor, SimpleNamespace(type_code=kind))

    as_bytes = {"arraysize": 7, "bypass_decode": True}
    assert fetched(oracledb.DB_TYPE_VARCHAR) == (oracledb.DB_TYPE_VARCHAR, as_bytes)
    assert fetched(oracledb.DB_TYPE_CLOB) == (oracledb.DB_TYPE_LONG, as_bytes)
    assert fetched(oracledb.DB_TYPE_BLOB) == (oracledb.DB_TYPE_LONG_RAW, {"arraysize": 7})
    assert fetched(oracledb.DB_TYPE_BINARY_DOUBLE) is None


def test_a_type_that_cannot_be_carried_is_named_with_its_column() -> None:
    found, _ = source(kinds("NUMBER", "VECTOR"))
    with pytest.raises(SourceError, match=r"v is of the type VECTOR\. Map it in the mapping file"):
        found.check([thing(Column("v", "text"))])


def test_a_moment_that_was_forgotten_is_told_with_what_to_do() -> None:
    error = oracledb.DatabaseError("ORA-01555: snapshot too old: rollback segment number 4 too small\nHelp: nowhere")
    found, connection = source(kinds("NUMBER"), Answer("NO_PARALLEL", error=error))
    with found.snapshot() as snapshot:
        with pytest.raises(SourceError, match=r"^Thing cannot be read from [^\n]*ORA-01555[^\n]*raise UNDO_RETENTION"):
            list(snapshot.read(thing(), None))
        connection.broken = oracledb.OperationalError("DPY-4011: the database closed the connection")
        with pytest.raises(LostSourceError, match="DPY-4011"):
            list(snapshot.read(thing(), None))


def test_a_database_becomes_a_catalog() -> None:
    columns = [
        ("SIS", "SCHOOL", 1, b"ID", 1, "RAW", 16, None, None, 1),
        ("SIS", "SCHOOL", 1, b"NAME", 1, "VARCHAR2", 100, None, None, 1),
        ("SIS", "PUPIL", 1, b"ID", 1, "NUMBER", 0, 9, 0, 1),
        ("SIS", "PUPIL", 1, b"SCHOOL", 1, "RAW", 16, None, None, 0),
        ("SIS", "PUPIL", 1, b"ANY_NUMBER", 1, "NUMBER", 0, None, None, 0),
        ("SIS", "PUPIL", 1, b"WHOLE", 1, "NUMBER", 0, None, 0, 0),
        ("SIS", "PUPIL", 1, b"PAID", 1, "NUMBER", 0, 10, 2, 0),
        ("SIS", "PUPIL", 1, b"ROUGH", 1, "NUMBER", 0, 5, -2, 0),
        ("SIS", "PUPIL", 1, b"BORN", 1, "DATE", 0, None, None, 0),
        ("SIS", "PUPIL", 1, b"AT", 1, "TIMESTAMP(6) WITH TIME ZONE", 0, None, 6, 0),
        ("SIS", "PUPIL", 1, b"NOTE", 1, "CLOB", 0, None, None, 0),
        ("SIS", "V", 1, b"ID", 0, "NUMBER", 0, 9, 0, 1),
    ]
    uniques = [("SCHOOL", "PK1", 1, "ID"), ("PUPIL", "PK2", 1, "ID")]
    found, _ = source(
        Answer("all_tab_columns", columns),
        Answer("IN ('P', 'U')", uniques),
        Answer("constraint_type = 'R'", [("PUPIL", "FK", "SCHOOL", "SCHOOL", "ID")]),
    )
    catalog = found.describe().catalog
    assert catalog["PUPIL"].columns == (
        Column("ID", "integer", True),
        Column("SCHOOL", "uuid"),
        Column("ANY_NUMBER", "decimal", precision=38, scale=10),
        Column("WHOLE", "decimal", precision=38, scale=0),
        Column("PAID", "decimal", precision=10, scale=2),
        Column("ROUGH", "decimal", precision=7, scale=0),
        Column("BORN", "timestamp"),
        Column("AT", "timestamptz"),
        Column("NOTE", "text"),
    )
    assert [(r.to, r.columns) for r in catalog["PUPIL"].references] == [("SCHOOL", ("SCHOOL",))]


def test_an_address_is_what_the_driver_takes_and_shows_no_password() -> None:
    address = parse_server("oracle", f"{URL}?protocol=tcps")
    assert isinstance(address, OracleAddress)
    assert address.arguments == {
        "host": "sis.example", "port": 1521, "user": "reader", "password": "s/cret", "service_name": "LAKE",
        "tcp_connect_timeout": 10, "protocol": "tcps",
    }  # fmt: skip
    assert address.shown == "oracle://reader@sis.example/LAKE"
    with pytest.raises(SourceError, match=r"There are protocol and wallet_location"):
        parse_server("oracle", f"{URL}?color=red")


def test_a_server_that_is_not_there_is_told_in_one_line_without_the_password() -> None:
    with pytest.raises(SourceError, match=r"^oracle://a@127\.0\.0\.1:1/db cannot be reached: [^\n]+$") as caught:
        open_source("oracle://a:hunter2@127.0.0.1:1/db").check(())
    assert "hunter2" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oracledb", None)
    with pytest.raises(SourceError, match=r'^Oracle needs a driver .*pip install "upstate\[oracle\]"\.$'):
        open_source(URL).check(())
