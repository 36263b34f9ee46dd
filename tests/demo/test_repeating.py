"""The same recipe makes the same rows, in every database."""

import sqlite3
from hashlib import blake2b
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.demo.district import RECIPE, District

from upstate.catalog import Column
from upstate.demo import Recipe, make_district, making
from upstate.errors import ConfigError, DatabaseError

SMALL = Recipe(scale=0.004)


def digest(path: Path) -> bytes:
    total = blake2b()
    with sqlite3.connect(path) as connection:
        for line in connection.iterdump():
            total.update(line.encode())
    connection.close()
    return total.digest()


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(tmp_path: Path) -> None:
    first = make_district(SMALL, tmp_path / "a.db")
    second = make_district(SMALL, tmp_path / "b.db")
    make_district(Recipe(scale=0.004, seed=7), tmp_path / "c.db")
    assert digest(tmp_path / "a.db") == digest(tmp_path / "b.db") != digest(tmp_path / "c.db")
    assert (first.rows, first.expected, first.faults) == (second.rows, second.expected, second.faults)


def test_how_many_rows_are_made_at_a_time_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_district(SMALL, tmp_path / "a.db")
    monkeypatch.setattr(making, "CHUNK", 64)
    parts = make_district(SMALL, tmp_path / "b.db")
    assert digest(tmp_path / "a.db") == digest(tmp_path / "b.db")
    assert (whole.expected, whole.faults) == (parts.expected, parts.faults)


def test_progress_is_told_up_to_the_last_row(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = make_district(SMALL, tmp_path / "a.db", lambda *news: told.append(news))
    assert told[0][0] == "District"
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1:] == (made.total, made.total)


def shown(column: Column) -> sql.Composable:
    """A column of PostgreSQL as SQLite's driver would give it."""
    casts = {"decimal": "float8", "boolean": "int", "integer": "bigint", "bigint": "bigint"}
    return sql.SQL("{}::{}").format(sql.Identifier(column.name), sql.SQL(casts.get(column.type, "text")))


def test_postgresql_holds_the_same_rows_as_sqlite_but_for_what_only_sqlite_can_hold(
    lakeside: District, database: str
) -> None:
    made = make_district(RECIPE, database, schema="district")
    assert made.rows == lakeside.made.rows
    impossible = [fault for fault in lakeside.made.faults if fault.kind not in {fault.kind for fault in made.faults}]
    assert {fault.kind for fault in impossible} == {
        "text in a column of numbers",
        "text in a column of dates",
        "NUL in a text",
    }
    with psycopg.connect(database) as connection:
        for synced in lakeside.catalog:
            spoiled = {key for fault in impossible if fault.object == synced.name for key in fault.keys}
            columns = sql.SQL(", ").join(map(shown, synced.columns))
            table = sql.Identifier("district", synced.table)
            theirs = connection.execute(sql.SQL("select {} from {}").format(columns, table)).fetchall()
            ours = lakeside.ask(f'select * from "{synced.table}"')
            assert {row for row in ours if row[0] not in spoiled} == {row for row in theirs if row[0] not in spoiled}
            assert len(ours) == len(theirs)


def test_tables_have_their_keys_but_where_a_key_comes_twice(lakeside: District, database: str) -> None:
    make_district(RECIPE, database)
    with psycopg.connect(database) as connection:
        for synced in lakeside.catalog:
            keyed = connection.execute(
                "select count(*) from pg_constraint where contype = 'p' and conrelid = %s::regclass", (synced.table,)
            ).fetchone()
            in_sqlite = lakeside.ask(f'select count(*) from pragma_table_info("{synced.table}") where pk > 0')
            assert keyed == in_sqlite[0] == (0 if synced.name == "ContactLog" else 1,), synced.name


def test_a_schema_with_such_a_table_is_left_as_it_was(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create table school (kept integer)")
    with pytest.raises(ConfigError, match=r"^The schema public has a table school already; name an empty schema"):
        make_district(SMALL, database)
    with psycopg.connect(database) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert tables == [("school",)]


def test_a_database_that_cannot_be_reached_is_one_clear_line() -> None:
    with pytest.raises(DatabaseError, match=r"^The district's database cannot be reached: [^\n]*$"):
        make_district(SMALL, "postgresql://nobody@127.0.0.1:1/nothing")


def test_a_file_that_is_no_made_up_district_is_left_alone_and_one_that_is_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "grades.db"
    path.write_text("my grades")
    with pytest.raises(ConfigError, match=r"is there and is no made-up district"):
        make_district(SMALL, path)
    assert path.read_text() == "my grades"
    path.unlink()
    make_district(SMALL, path)
    before = digest(path)
    make_district(Recipe(scale=0.004, seed=9), path)
    assert digest(path) != before
    assert [file.name for file in tmp_path.iterdir()] == ["grades.db"]


def test_making_that_is_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(_name: str, done: int, _total: int) -> None:
        if done > 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_district(SMALL, tmp_path / "a.db", stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("edition", [None, "BIE", "ME", "MT", "SD"])
def test_other_editions_have_their_own_objects_and_not_kentuckys(tmp_path: Path, edition: str | None) -> None:
    made = make_district(Recipe(scale=0.004, edition=edition), tmp_path / "a.db")
    theirs = {
        "BIE": {"NASIS", "AttendanceBIEAbsentDays", "ISEPResidentialCertification", "ISEPResidentialVerification"},
        "SD": {"AttendanceSDMinute"},
        "ME": {"CTEDataME"},
    }
    assert theirs.get(edition or "", set()) <= set(made.rows)
    assert not any(name.endswith("KY") for name in made.rows)
    assert ("ReportingEntity" in made.rows) == (edition != "MT")
