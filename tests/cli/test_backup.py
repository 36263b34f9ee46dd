"""What was backed up and restored is the same state, and a resync that was cut short goes on in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from tests.cli.command import Command
from tests.cli.test_interrupted import is_in_the_middle, students_cannot_land
from tests.waiting import wait_until

from upstate.embedded import Cluster, program

EVERYTHING = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('public', 'state')"


def whole(url: str) -> dict[str, tuple[int, str]]:
    """Of every table, how many rows it has and a digest of them."""
    found = {}
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(EVERYTHING).fetchall():
            query = (
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {schema}.{table} t"
            )
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            found[f"{schema}.{table}"] = row
    return found


def cut_short(command: Command) -> None:
    """A resync of which one object has landed and two are delivered, and whose command died."""
    with students_cannot_land(command):
        process = command.start("resync", "Lakeside", "--all")
        wait_until(lambda: is_in_the_middle(command))
        process.kill()
        process.communicate()


@pytest.fixture
def elsewhere(tmp_path: Path, lakeside: Command) -> Iterator[Command]:
    """The same command with a home, and so a PostgreSQL, of its own."""
    tmp_path.chmod(0o711)
    for folder in tmp_path.parents[:2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    home = tmp_path / "restored"
    yield replace(lakeside, settings={"UPSTATE_HOME": str(home)})
    Cluster(home / "postgres").stop()


def goes_on(command: Command, url: str) -> None:
    """The resync ends where it was cut short, as it would have ended."""
    said = command.done("resync", "Lakeside", "--all")
    assert "Going on with resync 1" in said
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM state.student").fetchone() == (6,)
        assert connection.execute("SELECT DISTINCT state FROM hub_order").fetchall() == [("landed",)]
        assert connection.execute("SELECT count(*) FROM hub_batch").fetchone() == (0,)
    assert '"mend": 0' in command.call("hub", "doctor", "--deep", "--json").out


def test_a_backup_restored_elsewhere_is_the_same_and_a_resync_goes_on_in_it(
    lakeside: Command, elsewhere: Command, tmp_path: Path
) -> None:
    cut_short(lakeside)
    file = tmp_path / "state.dump"
    assert f"Wrote {file}" in lakeside.done("database", "backup", str(file))
    assert file.stat().st_mode & 0o077 == 0
    before = whole(lakeside.url)
    assert "upstate hub doctor" in elsewhere.done("database", "restore", str(file))
    url = Cluster(tmp_path / "restored" / "postgres").url()
    assert whole(url) == before
    goes_on(elsewhere, url)


def test_what_restores_counts_what_happens_as_before(lakeside: Command, elsewhere: Command, tmp_path: Path) -> None:
    lakeside.done("database", "backup", str(tmp_path / "state.dump"))
    elsewhere.done("database", "restore", str(tmp_path / "state.dump"))
    elsewhere.done("resync", "Lakeside", "--all")
    with psycopg.connect(Cluster(tmp_path / "restored" / "postgres").url()) as connection:
        counted = connection.execute("SELECT value FROM hub_counter WHERE label = 'landed'").fetchone()
        triggers = connection.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'count_order'").fetchone()
    assert counted == (3,)
    assert triggers is not None
    assert triggers[0] in ("A", b"A")


def test_a_copy_of_the_servers_files_taken_while_it_runs_starts_and_goes_on(
    lakeside: Command, elsewhere: Command, tmp_path: Path
) -> None:
    source = Cluster(tmp_path / "source" / "postgres")
    first = replace(lakeside, settings={"UPSTATE_HOME": str(tmp_path / "source")})
    lakeside.done("database", "backup", str(tmp_path / "state.dump"))
    first.done("database", "restore", str(tmp_path / "state.dump"))
    try:
        url = source.url()
        cut_short(replace(first, settings={**first.settings, "UPSTATE_DATABASE_URL": url}))
        folder = parse_qs(urlsplit(url).query)["host"][0]
        copy = tmp_path / "restored" / "postgres" / "data"
        copy.parent.mkdir(parents=True)
        line = [str(program("pg_basebackup")), "-h", folder, "-p", "5432", "-U", "upstate", "-D", str(copy)]
        subprocess.run(line, check=True, capture_output=True, env={**os.environ, "PGPASSWORD": ""})
        before = whole(url)
    finally:
        source.stop()
    elsewhere.done("database", "start")
    restored = Cluster(tmp_path / "restored" / "postgres").url()
    assert whole(restored) == before
    goes_on(elsewhere, restored)


def test_a_database_that_holds_something_is_not_restored_into(lakeside: Command, tmp_path: Path) -> None:
    file = tmp_path / "state.dump"
    lakeside.done("database", "backup", str(file))
    before = whole(lakeside.url)
    assert "There is something in" in lakeside.fails("database", "restore", str(file))
    assert whole(lakeside.url) == before


def test_a_file_that_is_no_backup_restores_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.dump").write_text("not a backup")
    assert command.fails("database", "restore", str(tmp_path / "odd.dump")).startswith("pg_restore failed: ")
    with psycopg.connect(command.url) as connection:
        assert connection.execute(EVERYTHING.encode()).fetchall() == []


def test_a_backup_that_cannot_be_written_leaves_nothing(lakeside: Command, tmp_path: Path) -> None:
    assert "cannot be written" in lakeside.fails("database", "backup", str(tmp_path / "no" / "such" / "state.dump"))
    away = replace(lakeside, settings={**lakeside.settings, "UPSTATE_DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    assert away.fails("database", "backup", str(tmp_path / "state.dump")).startswith(
        "The state's PostgreSQL cannot be reached"
    )
    assert list(tmp_path.glob("state.dump*")) == []
