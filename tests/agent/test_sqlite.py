"""What is SQLite's alone: values of any kind in any column, files that may only be read, files that are none."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import column_of, mapped, misfits, read_all, records, thing
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent.mapping import Mapping
from upstate.agent.sources import open_source
from upstate.catalog import Column, ColumnType
from upstate.errors import SourceError

_READ = """
import os, sys
from adbc_driver_sqlite import dbapi
from upstate.agent.sources import open_source, sqlite
from upstate.catalog import Column, SyncObject
obj = SyncObject("Thing", "thing", ("id",), (Column("id", "bigint", True),))
dbapi.connect().close()  # so that nothing of Python's own is left to be loaded
if os.geteuid() == 0:  # whom no mode stops
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with open_source(sys.argv[1]).snapshot() as snapshot:
    print(sum(batch.size for batch in snapshot.read(obj, None)))
"""
_HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
connection.execute("INSERT INTO thing VALUES (1)")
print("held", flush=True)
time.sleep(0.5)
connection.execute("COMMIT")
"""


@pytest.fixture
def maker(tmp_path: Path) -> SqliteMaker:
    return SqliteMaker(tmp_path / "district.sqlite")


def loose(maker: SqliteMaker, values: Sequence[Any], before: int = 0) -> None:
    """A table whose column takes anything as it is, behind `before` nulls."""
    with closing(maker.connect()) as connection, connection:
        connection.execute("DROP TABLE IF EXISTS thing")
        connection.execute("CREATE TABLE thing (id, value)")
        rows = [*((n, None) for n in range(before)), *((before + n, value) for n, value in enumerate(values))]
        connection.executemany("INSERT INTO thing VALUES (?, ?)", rows)


@pytest.mark.parametrize(
    ("kind", "values", "fit", "reasons"),
    [
        ("integer", [3, "3", 3.0, 3.0000001, b"3", "x", 2.0**31], [3, 3, 3], ["not_an_integer"] * 3 + ["out_of_range"]),
        ("bigint", [2.0**53, 2.0**62, 2.0**63], [2**53, 2**62], ["out_of_range"]),
        (
            "decimal",
            [1, "1.50", 1.5, 0.1 + 0.2, 39.0589, b"1", 1e300, float("inf")],
            [Decimal("1.00"), Decimal("1.50"), Decimal("1.50")],
            ["too_many_digits", "too_many_digits", "not_a_number", "out_of_range", "not_finite"],
        ),
        (
            "double",
            [1, "1.5", 0.1, float("-inf"), 2**53 + 1, b"1"],
            [1.0, 1.5, 0.1, float("-inf")],
            ["too_many_digits", "not_a_number"],
        ),
        ("boolean", [1, 0, 1.0, "t", "FALSE", 2, b"1"], [True, False, True, True, False], ["not_boolean"] * 2),
        ("text", ["a", 5, 1.5, 39.0589305661373, 3.0, b"a"], ["a", "5", "1.5", "39.0589305661373", "3"], ["not_text"]),
        ("bytes", [b"", b"\0a", "a", 1], [b"", b"\0a"], ["not_bytes"] * 2),
        (
            "uuid",
            [UUID(int=7).bytes, str(UUID(int=7)), b"0123456789abcdef", b"short", "abcdefghijklmnop", 7, 1.5],
            [UUID(int=7).bytes, UUID(int=7).bytes, b"0123456789abcdef"],
            ["not_a_uuid"] * 4,
        ),
        (
            "date",
            ["2024-01-31", 2460340.5, 1706659200, 20240131, b"2024-01-31"],
            [date(2024, 1, 31)],
            ["not_a_date"] * 4,
        ),
        ("timestamptz", [1706659200, 1706659200.5], [], ["not_a_timestamp"] * 2),
        ("json", ["{}", 5, b"{}"], ["{}", "5"], ["not_text"]),
    ],
)
@pytest.mark.parametrize("before", [0, 66_000], ids=["at once", "after a batch of nulls"])
def test_a_column_whose_values_change_type_halfway_is_read_value_by_value(
    maker: SqliteMaker, kind: ColumnType, values: list[Any], fit: list[Any], reasons: list[str], before: int
) -> None:
    loose(maker, values, before)
    batches = read_all(open_source(maker.url), thing(column_of(kind)))
    assert [r["value"] for r in records(batches)][before:] == fit
    assert [reason for *_, reason in misfits(batches)] == reasons


_anything = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(_anything, max_size=30))
def test_whatever_is_stored_arrives_as_pythons_own_reader_reads_it_or_is_a_misfit(
    maker: SqliteMaker, values: list[Any]
) -> None:
    kinds: dict[ColumnType, type] = {"bigint": int, "double": float, "bytes": bytes}
    clean = [v for v in values if not isinstance(v, str) or v.isprintable()]
    loose(maker, clean)
    with closing(maker.connect()) as connection:
        stored = [value for (value,) in connection.execute("SELECT value FROM thing ORDER BY rowid")]
    source = open_source(maker.url)
    for kind, python in kinds.items():
        got = {r["id"]: r["value"] for r in records(read_all(source, thing(column_of(kind))))}
        for n, value in enumerate(stored):
            if value is None or type(value) is python:
                assert got[n] == value
            elif n in got:
                assert float(got[n]) == float(value)
    texts = {r["id"]: r["value"] for r in records(read_all(source, thing(column_of("text"))))}
    for n, value in enumerate(stored):
        if isinstance(value, float):
            assert float(texts[n]) == value
        elif isinstance(value, bytes):
            assert n not in texts
        else:
            assert texts[n] == (None if value is None else str(value))


@pytest.mark.parametrize("place", [0, 1, 8_190, 8_191, 8_192, 20_000, 29_999])
def test_what_is_no_whole_number_is_told_wherever_it_comes(maker: SqliteMaker, place: int) -> None:
    obj = thing(Column("grade", "integer"), Column("active", "boolean"), Column("name", "text"))
    rows = [[n, n % 13, n % 2, f"name {n}"] for n in range(30_000)]
    rows[place][1] = "twelve"
    maker.natives(obj, rows)
    batches = read_all(open_source(maker.url), obj)
    assert misfits(batches) == [([str(place)], "grade", "not_an_integer")]
    arrived = [(r["id"], r["grade"], r["active"], r["name"]) for r in records(batches)]
    assert arrived == [(n, n % 13, n % 2 == 1, f"name {n}") for n in range(30_000) if n != place]


def test_what_is_odd_in_one_column_after_the_other_is_told(maker: SqliteMaker) -> None:
    obj = thing(*(Column(name, "decimal", precision=8, scale=2) for name in "abc"), Column("d", "bigint"))
    rows: list[list[Any]] = [[n, n / 4, n, None, n] for n in range(40_000)]
    for place, column in ((10, 1), (9_000, 2), (9_001, 3), (39_999, 4)):
        rows[place][column] = "odd"
    maker.natives(obj, rows)
    batches = read_all(open_source(maker.url), obj)
    told = [(["10"], "a"), (["9000"], "b"), (["9001"], "c"), (["39999"], "d")]
    assert [(key, column) for key, column, _ in misfits(batches)] == told
    arrived = [tuple(r.values()) for r in records(batches)]
    assert arrived == [(n, Decimal(n) / 4, n, None, n) for n in range(40_000) if n not in (10, 9_000, 9_001, 39_999)]


_numbers = st.one_of(
    st.none(),
    st.integers(-9, 9),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(
        [-0.0, 0.1 + 0.2, 1.5, 2.0, 1e15, 1e16, 123456789012.25, 1e300, float("inf"), float("-inf"), 5e-324]
    ),
    st.sampled_from(
        [10**13, 10**15, 10**15 + 1, 2**53 + 1, 2**62, "5", "-2.50", " 7", "12abc", "", "1e2", "0x10", b"5", b""]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(_numbers, max_size=12),
    declared=st.sampled_from(["", "text", "numeric(8, 2)", "real", "int", "blob"]),
)
def test_a_number_is_the_same_with_and_without_its_text_beside_it(
    maker: SqliteMaker, values: list[Any], declared: str
) -> None:
    kinds: list[ColumnType] = ["integer", "bigint", "boolean", "double", "decimal"]
    obj = thing(*(column_of(kind, kind) for kind in kinds))
    with closing(maker.connect()) as connection, connection:
        connection.execute("DROP TABLE IF EXISTS thing")
        connection.execute(f"CREATE TABLE thing (id, {', '.join(f'{kind} {declared}' for kind in kinds)})")
        marks = ", ".join("?" * (1 + len(kinds)))
        rows = [(n, *[value] * len(kinds)) for n, value in enumerate(values)]
        connection.executemany(f"INSERT INTO thing VALUES ({marks})", rows)
    spelled = mapped(obj, "[Thing]\nselect = 'SELECT * FROM thing'")  # of a SELECT every number has its text
    without, beside = (read_all(open_source(maker.url, mapping), obj) for mapping in (Mapping(), spelled))
    assert repr(records(without)) == repr(records(beside))  # -0.0 is not 0.0
    assert misfits(without) == misfits(beside)


def test_the_number_that_stands_for_what_is_odd_is_a_number_too(maker: SqliteMaker) -> None:
    obj = thing(Column("count", "bigint"), Column("grade", "integer"), Column("active", "boolean"))
    maker.natives(obj, [(1, 1 << 62, 1, 1), (2, None, None, None), (3, 3, 1 << 62, None), (4, 4, 4, 1 << 62)])
    batches = read_all(open_source(maker.url), obj)
    assert [tuple(r.values()) for r in records(batches)] == [(1, 1 << 62, 1, True), (2, None, None, None)]
    assert misfits(batches) == [(["3"], "grade", "out_of_range"), (["4"], "active", "not_boolean")]


def test_text_that_is_broken_is_a_misfit_and_the_rest_arrives(maker: SqliteMaker) -> None:
    loose(maker, ["good"])
    maker.change("INSERT INTO thing VALUES (1, 'a' || char(0) || 'b'), (2, CAST(x'61ff' AS TEXT)), (3, char(0xD800))")
    batches = read_all(open_source(maker.url), thing(Column("value", "text")))
    assert [r["value"] for r in records(batches)] == ["good"]
    assert [reason for *_, reason in misfits(batches)] == ["nul_character", "not_utf8", "not_utf8"]


def test_an_index_made_later_does_not_change_the_order_of_reading(maker: SqliteMaker) -> None:
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    maker.natives(obj, [(n, 2020 + (n * 7919) % 9) for n in reversed(range(5000))])
    before = [read_all(open_source(maker.url), obj, year) for year in (None, 2024)]
    maker.change("CREATE INDEX covering ON thing (end_year, id)")
    assert [read_all(open_source(maker.url), obj, year) for year in (None, 2024)] == before


def test_views_and_tables_without_rowid_are_read_like_tables(maker: SqliteMaker) -> None:
    with closing(maker.connect()) as connection, connection:
        connection.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, value TEXT) WITHOUT ROWID")
        connection.execute("INSERT INTO kept VALUES (2, 'b'), (1, 'a')")
        connection.execute("CREATE VIEW thing AS SELECT id, upper(value) AS value FROM kept")
    source = open_source(maker.url)
    view, table = thing(Column("value", "text")), thing(Column("value", "text"), name="Kept")
    source.check([view, table])
    assert [r["value"] for r in records(read_all(source, view))] == ["A", "B"]
    assert [r["value"] for r in records(read_all(source, table))] == ["a", "b"]


def test_names_are_found_whatever_their_case_and_whatever_they_hold(maker: SqliteMaker) -> None:
    with closing(maker.connect()) as connection, connection:
        connection.execute('CREATE TABLE "Thing""`s [odd]" (ID INTEGER, "select" TEXT)')
        connection.execute('INSERT INTO "Thing""`s [odd]" VALUES (1, \'a\')')
    obj = thing(Column("select", "text"))
    source = open_source(maker.url, mapped(obj, "[Thing]\ntable = 'thing\"`s [ODD]'"))
    source.check([obj])
    assert records(read_all(source, obj)) == [{"id": 1, "select": "a"}]


def test_a_file_kept_in_utf_16_is_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "wide.sqlite")) as connection, connection:
        connection.execute("PRAGMA encoding = 'UTF-16le'")
        connection.execute("CREATE TABLE thing (id, value, guid)")
        connection.execute("INSERT INTO thing VALUES (1, 'é😀', ?), (2, x'ff00', 'no')", [str(UUID(int=7))])
    obj = thing(Column("value", "text"), Column("guid", "uuid"))
    batches = read_all(open_source(str(tmp_path / "wide.sqlite")), obj)
    assert records(batches) == [{"id": 1, "value": "é😀", "guid": UUID(int=7).bytes}]
    assert misfits(batches) == [(["2"], "value", "not_text"), (["2"], "guid", "not_a_uuid")]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_file_and_a_folder_that_may_only_be_read_are_enough(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "district"
    folder.mkdir()
    path = folder / "kept.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE thing (id INTEGER)")
        connection.execute("INSERT INTO thing VALUES (1), (2)")
    path.chmod(0o444)
    folder.chmod(0o555)
    if os.geteuid() == 0:  # the reader will be somebody else
        temporary = Path(tempfile.gettempdir())
        for above in (tmp_path, *(folder for folder in tmp_path.parents if temporary in folder.parents)):
            above.chmod(0o755)
    ran = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("2\n", "")
    assert os.listdir(folder) == ["kept.sqlite"]  # noqa: PTH208


def test_a_writer_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE thing (id INTEGER)")
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert records(read_all(open_source(str(path)), thing())) == [{"id": 1}]


def test_reading_leaves_the_file_as_it_was(maker: SqliteMaker) -> None:
    maker.natives(thing(), [(1,)])
    before = maker.path.read_bytes()
    read_all(open_source(maker.url), thing())
    assert maker.path.read_bytes() == before


@pytest.mark.parametrize("url", ["{}", "sqlite:///{}", "sqlite:///{}?", "~/{}"])
def test_a_path_may_be_written_in_several_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    name = (
        "a #1 %20 district?.sqlite" if url == "{}" else "district.sqlite?" if url.endswith("?") else "district.sqlite"
    )
    SqliteMaker(tmp_path / name).natives(thing(), [(1,)])
    assert records(read_all(open_source(url.format(name.rstrip("?") if url.endswith("?") else name)), thing())) == [
        {"id": 1}
    ]
    if url.startswith("sqlite"):
        assert records(read_all(open_source(f"sqlite:///{tmp_path / name}"), thing())) == [{"id": 1}]
        assert records(read_all(open_source(f"sqlite:///{str(tmp_path / name).lstrip('/')}"), thing())) == [{"id": 1}]


def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("not a database, but long enough to look like a file of some kind " * 20)
    (tmp_path / "empty.sqlite").touch()
    wrong = {
        "absent.sqlite": "there is no such file",
        "": "it is not a file",
        "text.sqlite": "file is not a database",
        "empty.sqlite": "it is empty",
    }
    for name, why in wrong.items():
        path = tmp_path / name
        with pytest.raises(SourceError) as caught:
            open_source(f"sqlite://{path}" if path.is_dir() else str(path)).check([])
        assert caught.value.message == f"The source {path} cannot be opened: {why}. Name a SQLite file."


def test_a_scheme_that_is_not_known_is_said_without_its_secrets() -> None:
    with pytest.raises(SourceError) as caught:
        open_source("ftp://scott:tiger@host/db")
    assert caught.value.message == (
        'A source that begins with "ftp://" is not known. Give sqlite:///PATH, postgresql://USER@HOST/DATABASE, '
        "mysql://USER@HOST/DATABASE, sqlserver://USER@HOST/DATABASE, oracle://USER@HOST/SERVICE, csv:///PATH, "
        "oneroster:///PATH, or the path of a SQLite file."
    )
    assert "tiger" not in caught.value.message
