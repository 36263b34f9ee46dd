"""`upstate hub doctor`: each thing that can be wrong is found, with its mend, and nothing is changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from tests.cli.command import Command


def look(command: Command, *more: str) -> tuple[int, dict[str, dict[str, str]]]:
    """How the doctor ended, and what it found by check, the worst of each."""
    ended = command.call("hub", "doctor", "--json", *more)
    assert ended.error == ""
    answer = json.loads(ended.out)
    worst: dict[str, dict[str, str]] = {}
    for each in sorted(answer["findings"], key=lambda each: ("good", "mind", "mend").index(each["level"])):
        worst[each["check"]] = each
        assert (each["level"] == "good") == (each["mend"] == ""), each
        assert "\n" not in each["says"] + each["mend"]
    assert ended.code == (1 if answer["mend"] else 0)
    return ended.code, worst


def harm(command: Command, *statements: str) -> None:
    with psycopg.connect(command.url, autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


def test_a_hub_that_is_well_has_nothing_to_mend(lakeside: Command) -> None:
    code, found = look(lakeside, "--deep")
    serious = {name: each for name, each in found.items() if each["level"] == "mend"}
    # the tests' own server is told not to wait for the disk, and to write no page for a crash of the machine
    assert set(serious) == {"setting fsync", "setting full_page_writes"}
    assert code == 1
    for check in ("references", "state tables", "rights", "roles"):
        assert found[check]["level"] == "good", check


RESYNC = (
    "INSERT INTO hub_resync "
    "(zone_id, school_year, mode, chosen, objects, check_dependencies, asked_by, state, placed_at) "
    "SELECT id, 2024, 'full', '{}', '{}', true, 'Dana', 'running', now() - interval '1 hour' FROM hub_zone"
)
ORDER = (
    "INSERT INTO hub_order (resync_id, position, object, state, epoch, lease_until, started_at) "
    "SELECT id, 0, 'Bus', 'reading', 1, now() - interval '{ago}', now() - interval '1 hour' FROM hub_resync"
)
AGENT = "INSERT INTO hub_agent (district_id, place, seen_at) SELECT id, 'x', now() - interval '1 day' FROM hub_district"


@pytest.mark.parametrize(
    ("statements", "check", "level", "says", "mend"),
    [
        (["DROP TABLE state.bus"], "state tables", "mend", "state.bus is not there", "upstate hub init"),
        (["ALTER TABLE state.school ALTER name TYPE text"], "state tables", "mend", "name is text", "hub init"),
        (["ALTER TABLE state.school DROP COLUMN name"], "state tables", "mend", "no column name", "hub init"),
        (
            ["ALTER TABLE state.student DROP CONSTRAINT student_school_id_fkey"],
            "state tables",
            "mend",
            "student_school_id_fkey",
            "hub init",
        ),
        (["ALTER TABLE state.school DISABLE TRIGGER wait_for_landing"], "triggers", "mend", "switched off", "ENABLE"),
        (
            ["ALTER TABLE state.school ADD CONSTRAINT odd CHECK (id > 0) NOT VALID"],
            "constraints",
            "mind",
            "odd of state.school",
            "VALIDATE CONSTRAINT odd",
        ),
        (
            [
                "SET allow_system_table_mods = on",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'state.bus_pkey'::regclass",
            ],
            "indexes",
            "mend",
            "state.bus_pkey",
            "REINDEX INDEX CONCURRENTLY state.bus_pkey",
        ),
        (["DELETE FROM hub_catalog_file"], "set up", "mend", "not set up", "upstate hub init"),
        (["DELETE FROM django_migrations WHERE app = 'hub'"], "set up", "mend", "older version", "upstate hub init"),
        ([RESYNC, ORDER.replace("{ago}", "50 minutes")], "resyncs", "mend", "has not moved", "worker"),
        ([RESYNC, ORDER.replace("{ago}", "5 minutes")], "leases", "mend", "ran out 5 minutes ago", "agent"),
        ([AGENT], "agents", "mind", "1 of 1 agents were not seen", "page Agents"),
        (
            ["UPDATE hub_role SET rights = array_remove(rights, 'leftovers.approve')"],
            "roles",
            "mind",
            "No role holds Leftovers (State) D, so nobody may approve or discard a removal of many leftovers.",
            "People, Roles (a new hub gives it to State administrator)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_what_is_wrong_in_the_database_is_found_with_its_mend(
    lakeside: Command, statements: list[str], check: str, level: str, says: str, mend: str
) -> None:
    assert look(lakeside)[1].get(check, {"level": "good"})["level"] == "good"
    harm(lakeside, *statements)
    _, found = look(lakeside)
    assert found[check]["level"] == level
    assert says in found[check]["says"]
    assert mend in found[check]["mend"]


@pytest.mark.parametrize("name", ["statement_timeout", "transaction_timeout", "lock_timeout"])
def test_a_setting_that_would_cut_landings_off_is_found(lakeside: Command, name: str) -> None:
    database = psycopg.conninfo.conninfo_to_dict(lakeside.url)["dbname"]
    harm(lakeside, f"ALTER DATABASE {database} SET {name} = '10min'")
    found = look(lakeside)[1][f"setting {name}"]
    assert (found["level"], found["mend"]) == ("mend", f"ALTER ROLE upstate SET {name} = 0;")


def test_a_log_that_would_hold_values_is_found(lakeside: Command) -> None:
    database = psycopg.conninfo.conninfo_to_dict(lakeside.url)["dbname"]
    assert "setting log_parameter_max_length" not in look(lakeside)[1]
    harm(lakeside, f"ALTER DATABASE {database} SET log_min_duration_statement = '1h'")
    assert look(lakeside)[1]["setting log_parameter_max_length"]["level"] == "mind"


def test_a_row_without_its_parent_is_found_where_every_row_is_read(lakeside: Command) -> None:
    harm(
        lakeside,
        "SET session_replication_role = replica",
        "INSERT INTO state.student (district_id, school_id, number) SELECT id, 77, 1 FROM hub_district",
    )
    assert "references" not in look(lakeside)[1]
    assert "1 rows of Student point at a School" in look(lakeside, "--deep")[1]["references"]["says"]


@contextmanager
def role(command: Command) -> Iterator[Command]:
    """The command as a role that may read everything, and nothing else."""
    name = f"reader_{time.monotonic_ns()}"
    with psycopg.connect(command.url, autocommit=True) as connection:
        named = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE pg_read_all_data").format(named))
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
        try:
            url = command.url.replace("//upstate@", f"//{quote(name)}@")
            yield replace(command, settings={**command.settings, "UPSTATE_DATABASE_URL": url})
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(named))
            connection.execute(sql.SQL("DROP ROLE {}").format(named))


def test_a_role_without_the_rights_it_needs_is_told_which(lakeside: Command) -> None:
    with role(lakeside) as reader:
        ended = reader.call("hub", "doctor", "--json")
    said = [each for each in json.loads(ended.out)["findings"] if each["check"] == "rights"]
    assert [each["level"] for each in said] == ["mend", "mend", "mind"]
    assert said[0]["mend"].startswith("GRANT TEMPORARY ON DATABASE")
    assert "does not own" in said[1]["says"]
    assert said[2]["mend"].startswith("GRANT SET ON PARAMETER session_replication_role TO reader_")


def test_a_database_that_is_away_is_a_finding(tmp_path: Path) -> None:
    settings = {"UPSTATE_HOME": str(tmp_path), "UPSTATE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    code, found = look(Command(settings, tmp_path))
    assert (code, found["database"]["level"]) == (1, "mend")


@pytest.mark.parametrize(
    ("settings", "check", "level"),
    [
        ({"UPSTATE_ADDRESS": "http://upstate.example.gov"}, "address", "mend"),
        ({"UPSTATE_ADDRESS": "https://upstate.example.gov"}, "address", "mind"),
        ({"UPSTATE_ADDRESS": "https://upstate.example.gov", "UPSTATE_BEHIND_PROXY": "1"}, "address", "good"),
        ({"UPSTATE_SECRET_KEY": "short"}, "settings of the site", "mend"),
        ({"UPSTATE_MAIL_URL": "smtp+plain://127.0.0.1:1", "UPSTATE_MAIL_FROM": "a@b.example"}, "mail", "mend"),
        ({}, "mail", "mind"),
    ],
)
def test_what_is_wrong_in_the_settings_is_found(
    lakeside: Command, settings: dict[str, str], check: str, level: str
) -> None:
    assert look(replace(lakeside, settings={**lakeside.settings, **settings}))[1][check]["level"] == level


def test_a_key_that_others_may_read_is_found(lakeside: Command) -> None:
    assert look(lakeside)[1]["secret key"]["level"] == "good"
    (Path(lakeside.settings["UPSTATE_HOME"]) / "hub" / "secret-key").chmod(0o644)
    assert look(lakeside)[1]["secret key"]["mend"].startswith("chmod 600 ")


@pytest.mark.parametrize(
    ("where", "instead", "check"),
    [
        ("upstate.hub.doctor.server.time", SimpleNamespace(time=lambda: time.time() + 100), "clock"),
        (
            "upstate.hub.doctor.rooms.shutil",
            SimpleNamespace(disk_usage=lambda _: SimpleNamespace(total=1 << 40, free=1 << 30)),
            "room for data",
        ),
    ],
)
def test_what_is_wrong_with_a_machine_is_found(lakeside: Command, where: str, instead: Any, check: str) -> None:
    with patch(where, instead):
        assert look(lakeside)[1][check]["level"] == "mend"


def test_people_read_one_line_a_finding(lakeside: Command) -> None:
    harm(lakeside, "DROP TABLE state.bus")
    ended = lakeside.call("hub", "doctor")
    *lines, last = ended.out.splitlines()
    assert ended.code == 1
    told = "The state's tables are not as the catalog has them: state.bus is not there."
    assert f"mend  state tables: {told} Run: upstate hub init." in lines
    assert all(line.startswith(("mend  ", "mind  ")) for line in lines)
    assert last.endswith("to mind.")
    whole = lakeside.call("hub", "doctor", "--all").out.splitlines()
    assert sum(line.startswith("good  ") for line in whole) == len(whole) - len(lines) - 1 > 5


def test_looking_changes_nothing_and_waits_for_nobody(lakeside: Command) -> None:
    before = look(lakeside, "--deep")
    database = psycopg.conninfo.conninfo_to_dict(lakeside.url)["dbname"]
    harm(lakeside, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("SET TRANSACTION READ WRITE")
        connection.execute("LOCK TABLE state.school, state.student, hub_order IN SHARE ROW EXCLUSIVE MODE")
        after = look(lakeside, "--deep")
    assert {name: each["level"] for name, each in after[1].items()} == {
        name: each["level"] for name, each in before[1].items()
    }
