"""SQL Server without a server: the SQL that is sent, and what becomes of values in the form in which it sends them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.agent.cases import mapped, misfits, moment, records, thing
from tests.agent.scripted import Answer, ScriptedConnection

from upstate.agent.mapping import Mapping
from upstate.agent.sources import open_source
from upstate.agent.sources.plain_source import PlainSource
from upstate.agent.sources.server_address import SqlServerAddress, parse_server
from upstate.agent.sources.sqlserver import SqlServerDialect
from upstate.agent.sources.sqlserver_projection import kind_of, projection, rows
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.errors import LostSourceError, SourceError
from upstate.wire import Batch, table_of_keys

mssql_python = pytest.importorskip("mssql_python", reason="the driver of SQL Server is not installed")
Row: Any = pytest.importorskip("mssql_python.row").Row

URL = "sqlserver://reader:s%3Bcr%7Dt@sis.example/lake%20side"
LEAST_MONEY = Decimal("-922337203685477.5808")
GUID = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")


def source(*answers: Answer, mapping: Mapping | None = None, state: int = 1) -> tuple[PlainSource, ScriptedConnection]:
    connection = ScriptedConnection([*answers, Answer("snapshot_isolation_state", [(state, "lake side")])])

    class Dialect(SqlServerDialect):
        def connect(self) -> Any:
            return connection

    address = parse_server("sqlserver", URL)
    assert isinstance(address, SqlServerAddress)
    return PlainSource(Dialect(address), address.shown, mapping or Mapping()), connection


def kinds(*names: str) -> Answer:
    return Answer("dm_exec_describe_first_result_set", [(None, name, None) for name in names])


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def read(column: Column, kind: str, *values: Any) -> list[Batch]:
    """A column of this type of the server's with these values, as they come over the wire."""
    row: list[Any] = [Row([str(n), value], {"id": 0, column.name: 1}) for n, value in enumerate(values)]
    found, _ = source(kinds("bigint", kind), Answer("OPTION (MAXDOP 1)", row))
    with found.snapshot() as snapshot:
        return list(snapshot.read(thing(column), None))


@pytest.mark.parametrize(
    ("kind", "column", "sent", "value"),
    [
        ("int", Column("v", "integer"), "-7", -7),
        ("bit", Column("v", "boolean"), "1", True),
        ("decimal(38,0)", Column("v", "decimal", precision=38, scale=0), "9" * 38, Decimal("9" * 38)),
        ("money", Column("v", "decimal", precision=19, scale=4), "-922337203685477.5808", LEAST_MONEY),
        ("float", Column("v", "double"), "1.0000000000000001e-001", 0.1),
        ("float", Column("v", "text"), "1.0000000000000001e-001", "0.1"),
        ("float", Column("v", "decimal", precision=10, scale=2), "3.9060000000000002e+001", Decimal("39.06")),
        ("real", Column("v", "double"), "1.0000000149011612e-001", 0.1),
        ("date", Column("v", "date"), "0001-01-01", date(1, 1, 1)),
        ("datetime", Column("v", "date"), "2024-01-31 00:00:00.000", date(2024, 1, 31)),
        ("datetime2(7)", Column("v", "timestamp"), "9999-12-31 23:59:59.1234560", moment("9999-12-31 23:59:59.123456")),
        ("datetimeoffset(7)", Column("v", "timestamptz"), "2024-02-29 13:05:30.5000000-05:00",
         datetime(2024, 2, 29, 18, 5, 30, 500000, tzinfo=UTC)),
        ("time(7)", Column("v", "time"), "23:59:59.1234560", time(23, 59, 59, 123456)),
        ("uniqueidentifier", Column("v", "uuid"), str(GUID).upper(), GUID.bytes),
        ("binary(16)", Column("v", "uuid"), GUID.bytes, GUID.bytes),
        ("varbinary(max)", Column("v", "bytes"), b"\x00\xff", b"\x00\xff"),
        ("nvarchar(max)", Column("v", "text"), utf16("O'Neil 漢 😀\r\n"), "O'Neil 漢 😀\r\n"),
        ("varchar(max)", Column("v", "text"), b"", ""),
        ("varchar(max)", Column("v", "text"), utf16("x" * 10_000_000), "x" * 10_000_000),
        ("varchar(10)", Column("v", "date"), utf16("2024-01-31"), date(2024, 1, 31)),
        ("nvarchar(50)", Column("v", "text"), None, None),
    ],
)  # fmt: skip
def test_a_value_arrives_exactly(kind: str, column: Column, sent: Any, value: Any) -> None:
    batches = read(column, kind, sent)
    assert misfits(batches) == []
    assert [r["v"] for r in records(batches)] == [value]


@pytest.mark.parametrize(
    ("kind", "column", "sent", "reason"),
    [
        ("varchar(max)", "text", utf16("a\0b"), "nul_character"),
        ("nvarchar(max)", "text", b"\x00\xd8", "not_utf8"),  # half a pair
        ("varbinary(max)", "text", utf16("\0bytes"), "not_text"),
        ("datetime2(7)", "timestamp", "2024-02-29 13:05:30.1234567", "too_many_digits"),
        ("datetime2(7)", "date", "2024-02-29 13:00:00.0000000", "not_a_date"),
        ("datetimeoffset(7)", "timestamp", "2024-02-29 13:05:30.0000000+00:00", "has_zone"),
        ("datetime2(7)", "timestamptz", "2024-02-29 13:05:30.0000000", "no_zone"),
        ("bigint", "integer", "2147483648", "out_of_range"),
        ("tinyint", "boolean", "2", "not_boolean"),
        ("varbinary(8)", "uuid", b"12345678", "not_a_uuid"),
    ],
)
def test_a_value_that_does_not_fit_is_a_misfit(kind: str, column: ColumnType, sent: Any, reason: str) -> None:
    assert [found for *_, found in misfits(read(Column("v", column), kind, sent))] == [reason]


@pytest.mark.parametrize(
    ("kind", "column", "expression"),
    [
        ("money", "decimal", "CONVERT(varchar(30), s.[v], 2)"),
        ("float", "double", "CONVERT(varchar(32), s.[v], 3)"),
        ("real", "double", "CONVERT(varchar(32), CONVERT(float, s.[v]), 3)"),
        ("datetime2(7)", "timestamp", "CONVERT(varchar(27), s.[v], 121)"),
        (
            "datetimeoffset(3)",
            "timestamptz",
            "REPLACE(REPLACE(CONVERT(varchar(34), s.[v], 121), ' +', '+'), ' -', '-')",
        ),
        ("nchar(5)", "text", "CONVERT(varbinary(max), CONVERT(nvarchar(max), RTRIM(s.[v])))"),
        ("geography", "text", "CONVERT(varbinary(max), CONVERT(nvarchar(max), s.[v].ToString()))"),
        ("image", "bytes", "CONVERT(varbinary(max), s.[v])"),
    ],
)
def test_the_server_is_asked_for_the_form_that_loses_nothing(kind: str, column: ColumnType, expression: str) -> None:
    obj = thing(Column("v", column))
    asked = projection(obj, rows(obj, Mapping().origin(obj)), {"id": "bigint", "v": kind_of(kind)}, None)
    assert asked == (
        f"SELECT CONVERT(varchar(20), s.[id]), {expression} FROM "
        "(SELECT r.[id] AS [id], r.[v] AS [v] FROM [thing] AS r) AS s OPTION (MAXDOP 1)"
    )


def test_everything_is_read_in_one_snapshot_transaction() -> None:
    found, connection = source(kinds("bigint"))
    with found.snapshot() as snapshot:
        list(snapshot.read(thing(), None))
        list(snapshot.read(thing(name="Other"), None))
    begun = connection.asked.index("BEGIN TRANSACTION")
    assert connection.asked[begun - 1] == "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"
    assert connection.asked.count("BEGIN TRANSACTION") == 1
    assert connection.asked[begun + 1].startswith("SELECT TOP (1) 1 FROM")
    assert sum("MAXDOP" in asked for asked in connection.asked[begun:]) == 2
    assert connection.closed


@pytest.mark.parametrize("state", [0, 2, 3])
def test_a_database_that_allows_no_snapshots_is_told_what_to_do(state: int) -> None:
    found, connection = source(state=state)
    with pytest.raises(SourceError, match=r"^[^\n]*ALTER DATABASE \[lake side\] SET ALLOW_SNAPSHOT_ISOLATION ON\.$"):
        found.check(())
    assert connection.closed


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        ("int", "s.[end_year] = 2024 OR s.[end_year] IS NULL"),
        ("varbinary", "1 = 1"),
        ("varchar", "TRY_CONVERT(float, NULLIF(LTRIM(RTRIM(CONVERT(nvarchar(60), s.[end_year]))), N'')) IS NULL"),
    ],
)
def test_a_year_is_asked_of_the_server_with_those_whose_year_is_none(kind: str, test: str) -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    asked = projection(obj, "SELECT 1", {"id": "bigint", "end_year": kind}, 2024)
    assert f" WHERE ({test}" in asked


def test_wanted_records_are_named_in_the_query() -> None:
    obj = SyncObject("T", "t", ("a", "b", "c"), (Column("a", "bigint"), Column("b", "text"), Column("c", "uuid")))
    wanted = Wanted(obj, obj.key, table_of_keys(obj.key, [("1", "O'Neil", str(GUID))]))
    dialect = source()[0].dialect
    assert dialect.projection.among(wanted, {"a": "bigint", "b": "nvarchar", "c": "uniqueidentifier"}) == (
        f"(s.[a] IN (1)) AND (s.[b] IN (N'O''Neil')) AND (s.[c] IN ('{GUID}'))"
    )
    assert dialect.projection.among(wanted, {"a": "varchar", "b": "xml", "c": "binary"}) == f"(s.[c] IN (0x{GUID.hex}))"


def test_mapped_names_are_quoted_and_moments_made_of_numbers() -> None:
    obj = thing(Column("at", "timestamptz"))
    text = "[Thing]\ntable = 'sis.odd]name'\n[Thing.columns]\nat = { column = 'secs', stored = 'unix' }"
    found, connection = source(kinds("bigint", "nvarchar(60)"), mapping=mapped(obj, text))
    with found.snapshot() as snapshot:
        list(snapshot.read(obj, None))
    (asked,) = [asked for asked in connection.asked if "MAXDOP" in asked]
    assert "FROM [sis].[odd]]name] AS r" in asked
    assert "DATEADD(millisecond" in asked
    assert " + 'Z' ELSE CONVERT(nvarchar(60), r.[secs]) END AS [at]" in asked


def test_a_fault_the_server_finds_in_mapped_sql_is_told_before_anything_is_read() -> None:
    obj = thing(Column("v", "text"))
    columns = [("dbo", "thing", 1, "id", 1, "bigint", 8, 19, 0, 1)]
    fault = Answer("dm_exec_describe", [(None, None, "Invalid column name 'nope'.")])
    found, _ = source(
        Answer("sys.objects AS t", columns), fault, mapping=mapped(obj, "[Thing.columns]\nv = { sql = 'nope' }")
    )
    with pytest.raises(SourceError, match=r"^Thing cannot be read from sqlserver:.*: Invalid column name 'nope'\.$"):
        found.check([obj])


def test_a_lost_connection_is_told_from_an_object_that_cannot_be_read() -> None:
    error = mssql_python.OperationalError("Driver Error: Communication link failure", "DDBC Error: [SQL Server]Gone.")
    found, connection = source(kinds("bigint"), Answer("MAXDOP", error=error))
    with found.snapshot() as snapshot:
        with pytest.raises(SourceError, match=r"^Thing cannot be read from .*: Gone\.$") as caught:
            list(snapshot.read(thing(), None))
        assert not isinstance(caught.value, LostSourceError)
        connection.broken = error
        with pytest.raises(LostSourceError, match="was lost while reading Thing: Gone"):
            list(snapshot.read(thing(), None))


def test_a_database_becomes_a_catalog() -> None:
    columns = [
        ("dbo", "School", 1, "Id", 1, "uniqueidentifier", 16, 0, 0, 1),
        ("dbo", "School", 1, "Name", 1, "nvarchar", 200, 0, 0, 1),
        ("dbo", "Pupil", 1, "Id", 1, "int", 4, 10, 0, 1),
        ("dbo", "Pupil", 1, "School", 1, "uniqueidentifier", 16, 0, 0, 0),
        ("dbo", "Pupil", 1, "Paid", 1, "money", 8, 19, 4, 0),
        ("dbo", "Pupil", 1, "Note", 1, "varchar", -1, 0, 0, 0),
        ("dbo", "PupilView", 1, "Id", 0, "int", 4, 10, 0, 1),
        ("other", "Bus", 0, "Id", 1, "int", 4, 10, 0, 1),
    ]
    uniques = [("School", "PK_School", 1, "Id"), ("Pupil", "PK", 1, "Id"), ("Pupil", "UQ", 0, "Note")]
    references = [("Pupil", "FK", "School", "School", "Id")]
    found, _ = source(
        Answer("sys.objects AS t", columns), Answer("sys.indexes", uniques), Answer("sys.foreign_keys", references)
    )
    catalog = found.describe().catalog
    assert list(catalog.objects) == ["Pupil", "School"]
    assert catalog["Pupil"].columns == (
        Column("Id", "integer", True),
        Column("School", "uuid"),
        Column("Paid", "decimal", precision=19, scale=4),
        Column("Note", "text"),
    )
    assert catalog["School"].column("Name") == Column("Name", "text", True, length=100)
    assert [(r.to, r.columns) for r in catalog["Pupil"].references] == [("School", ("School",))]


def test_an_address_is_what_the_driver_takes_and_shows_no_password() -> None:
    address = parse_server("sqlserver", f"{URL}?encrypt=strict")
    assert isinstance(address, SqlServerAddress)
    assert address.connection_string == (
        "Server=sis.example,1433;Database={lake side};UID=reader;PWD={s;cr}}t};Encrypt=strict;"
    )
    assert address.shown == "sqlserver://reader@sis.example/lake side"
    with pytest.raises(SourceError, match="an option color that is not known"):
        parse_server("mssql", f"{URL}?color=red")
    with pytest.raises(SourceError, match=r"Write it as sqlserver://USER@HOST:1433/DATABASE\.$"):
        parse_server("mssql", "mssql://host")


def test_a_server_that_is_not_there_is_told_in_one_line_without_the_password() -> None:
    with pytest.raises(SourceError, match=r"^sqlserver://a@127\.0\.0\.1:1/db cannot be reached: [^\n]+$") as caught:
        open_source("sqlserver://a:hunter2@127.0.0.1:1/db").check(())
    assert "hunter2" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    with pytest.raises(SourceError, match=r'^SQL Server needs a driver .*pip install "upstate\[sqlserver\]"\.$'):
        open_source(URL).check(())
