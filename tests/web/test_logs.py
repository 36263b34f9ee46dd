"""The logs carry keys and never values: a value that was planted everywhere is in none of them."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
from tests.waiting import wait_until
from tests.web.conftest import World
from tests.web.test_hub_up import environment_of, hub, upstate
from tests.web.test_worker import placed, state_of

from upstate.cli.logs import JsonLines, TextLines
from upstate.errors import ConfigError, DatabaseError
from upstate.hub.postgres import database_errors

PLANTED = "Quillfeather"
TOLD = "Featherquill"  # by tests that make the server, whose log is everybody's, repeat it


def plant(source: Path) -> None:
    """Put the value wherever a record of this district may go wrong: by type, room, code, key and at the state."""
    with sqlite3.connect(source) as connection:
        connection.execute("UPDATE person_identity SET last_name = ? WHERE rowid % 4 = 1", (f"{PLANTED} {'x' * 400}",))
        connection.execute("UPDATE person_identity SET birth_date = ? WHERE rowid % 4 = 0", (PLANTED,))
        connection.execute("UPDATE enrollment SET start_status = ? WHERE rowid % 3 = 0", (PLANTED,))
        connection.execute("UPDATE enrollment SET start_date = ? WHERE rowid % 5 = 0", (PLANTED,))
        connection.execute("UPDATE course_section SET name = ?", (PLANTED,))


@pytest.mark.slow
def test_a_value_planted_in_a_district_is_in_no_log_and_keys_are(world: World, tmp_path: Path) -> None:
    from upstate.hub.models import AgentEntry, Rejection, Source

    mine = tmp_path / "lakeside.sqlite"
    shutil.copy(Source.objects.get(district=world.lakeside).url, mine)
    plant(mine)
    Source.objects.filter(district=world.lakeside).update(url=str(mine))
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE state.course_section ADD CHECK (name <> '{PLANTED}') NOT VALID")
    environment = environment_of(tmp_path / "home", world.url) | {"UPSTATE_LOG": "json"}
    with hub(environment, tmp_path / "log") as running:
        resync = placed("Lakeside", "CourseSection", "PersonIdentity", "Enrollment")
        wait_until(lambda: state_of(resync) in ("finished", "failed"), "it did not end")
        with urllib.request.urlopen(f"{running.address}/metrics", timeout=10) as answer:
            assert b"upstate_records_total" in answer.read()
        said = running.said
    reasons = set(Rejection.objects.filter(last_seen=resync).values_list("object", "reason"))
    assert {name for name, _ in reasons} >= {"PersonIdentity", "Enrollment"}, reasons
    assert ("CourseSection", "refused_by_database") in reasons
    assert PLANTED not in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    mine_too = [line for line in lines if line.get("resync") == resync]
    assert [line["district"] for line in mine_too] == [world.lakeside] * len(mine_too)
    assert len(mine_too) >= 2
    assert not AgentEntry.objects.filter(line__contains=PLANTED).exists()
    with psycopg.connect(world.url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    assert PLANTED not in (Path(row[0]).parent / "server.log").read_text(errors="replace")


def _refused(url: str) -> BaseException:
    """What the server says of a row with the value: in its details, and of a value that is no number at once."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TEMPORARY TABLE told (name text PRIMARY KEY)")
            connection.execute("INSERT INTO told VALUES (%s), (%s)", (TOLD, TOLD))
    except psycopg.Error as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("lines", [JsonLines(), TextLines()], ids=["json", "text"])
def test_what_a_server_says_of_a_row_is_not_repeated(database: str, lines: logging.Formatter) -> None:
    refused = _refused(database)
    assert TOLD in str(refused)
    try:
        raise DatabaseError(str(refused)) from refused
    except DatabaseError:
        record = logging.LogRecord("tests", logging.ERROR, __file__, 1, "resync %s", (7,), sys.exc_info())
    said = lines.format(record)
    assert TOLD not in said
    assert "resync 7" in said
    assert "UniqueViolation (23505)" in said
    assert __file__ in said


@pytest.mark.parametrize("statement", ["SELECT %s::integer", "SELECT %s::text::date"])
def test_an_error_of_ours_names_no_value_that_the_server_quotes(database: str, statement: str) -> None:
    with (
        psycopg.connect(database, autocommit=True) as connection,
        pytest.raises(DatabaseError) as told,
        database_errors(),
    ):
        connection.execute(statement, (TOLD,))
    assert TOLD not in told.value.message
    assert told.value.message.startswith("The state's PostgreSQL refused: invalid input syntax")
    with pytest.raises(DatabaseError) as told, database_errors():
        raise _refused(database)
    assert TOLD not in told.value.message


def test_a_json_line_has_the_keys_it_was_given() -> None:
    record = logging.makeLogRecord({"name": "upstate.x", "msg": "Began.", "district": 3, "resync": 9, "odd": object()})
    said = json.loads(JsonLines().format(record))
    assert {name: said[name] for name in ("from", "says", "district", "resync")} == {
        "from": "upstate.x",
        "says": "Began.",
        "district": 3,
        "resync": 9,
    }
    assert "odd" not in said
    assert said["at"].endswith("+00:00")


def test_a_kind_of_log_that_there_is_not_is_told(tmp_path: Path) -> None:
    from upstate.cli.logs import log_to_stderr

    with pytest.raises(ConfigError, match="UPSTATE_LOG must be text or json"):
        log_to_stderr({"UPSTATE_LOG": "xml"})
    environment = environment_of(tmp_path / "home", "postgresql://127.0.0.1:1/none") | {"UPSTATE_LOG": "xml"}
    ended: subprocess.CompletedProcess[str] = upstate(environment, "hub", "work")
    assert (ended.returncode, ended.stderr) == (1, "upstate: UPSTATE_LOG must be text or json.\n")
