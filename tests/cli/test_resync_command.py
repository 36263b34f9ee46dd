"""The main path, as a district's administrator walks it: plan, resync, status, errors, history."""

from __future__ import annotations

import csv
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime

import psycopg
from tests.cli.command import Command

SPLIT = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded")


def test_a_plan_says_what_would_run_in_which_order_and_why(lakeside: Command) -> None:
    assert lakeside.json("plan", "lakeside", "student") == {
        "district": "Lakeside",
        "year": 2024,
        "mode": "partial",
        "objects": [
            {"object": "School", "year": None, "added_for": ["Student"]},
            {"object": "Student", "year": None, "added_for": []},
        ],
        "warnings": [],
    }
    shown = lakeside.done("plan", "Lakeside", "Student", "--no-dependencies")
    assert "1 object" in shown
    assert "Mind: Student needs School" in shown
    assert lakeside.rows("SELECT count(*) FROM hub_resync") == [(0,)]


def test_a_resync_tells_in_json_what_became_of_every_object_and_the_roots(lakeside: Command) -> None:
    told = lakeside.json("resync", "Lakeside", "--all")
    assert list(told) == ["resync", "district", "year", "objects", "roots", "seconds"]
    assert (told["resync"], told["district"], told["year"]) == (1, "Lakeside", 2024)
    keys = ["object", "processed", *SPLIT, "errors", "status", "seconds", "leftovers"]
    assert all(list(each) == keys for each in told["objects"])
    seen = [(o["object"], o["processed"], o["created"], o["failed"], o["blocked"]) for o in told["objects"]]
    assert seen == [("School", 3, 2, 1, 0), ("Student", 9, 6, 0, 3), ("Bus", 2, 2, 0, 0)]
    assert [(o["errors"], o["status"]) for o in told["objects"]] == [(1, "red"), (3, "red"), (0, "green")]
    (root,) = told["roots"]
    assert list(root) == ["object", "key", "reason", "message", "advice", "blocks", "id"]
    assert (root["object"], root["key"], root["reason"], root["blocks"]) == ("School", "3", "required", 3)
    assert isinstance(told["seconds"], float)


def test_a_resync_again_finds_everything_unchanged(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    told = lakeside.json("resync", "Lakeside", "--all")
    assert [(o["unchanged"], o["created"], o["updated"]) for o in told["objects"]] == [(2, 0, 0), (6, 0, 0), (2, 0, 0)]


def test_the_root_once_mended_lets_in_what_it_held_back(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as source, source:
        source.execute("UPDATE school SET name = 'East' WHERE id = 3")
    told = lakeside.json("resync", "Lakeside", "Student")
    assert [(o["object"], o["created"], o["errors"]) for o in told["objects"]] == [("School", 1, 0), ("Student", 3, 0)]
    assert told["roots"] == []
    assert lakeside.done("errors", "Lakeside") == "Nothing is rejected.\n"


def test_without_a_terminal_a_resync_prints_a_line_for_each_object_and_the_table(lakeside: Command) -> None:
    shown = lakeside.done("resync", "Lakeside", "--all")
    lines = shown.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["School", "Student", "Bus"]
    assert "1 problem holds back 3 records" in lines
    assert "Processed: 9  Errors: 3" in shown
    assert lines[-1].startswith("Resync 1 finished in ")


def test_on_a_terminal_a_resync_shows_a_bar_and_ends_with_the_table(lakeside: Command) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "upstate", "resync", "Lakeside", "--all"],
        cwd=lakeside.folder,
        env={**os.environ, **lakeside.settings, "TERM": "xterm", "COLUMNS": "100"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65_536):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    assert "3/3" in shown.decode()
    assert "1 problem holds back 3 records" in shown.decode()


def test_status_has_every_object_also_those_that_never_ran(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "Student")
    told = lakeside.json("status", "Lakeside")
    assert [(o["object"], o["status"], o["processed"], o["errors"]) for o in told["objects"]] == [
        ("School", "red", 3, 1),
        ("Student", "red", 9, 3),
        ("Bus", "never", 0, 0),
    ]
    assert told["objects"][2]["last_resync"] is None
    assert datetime.fromisoformat(told["objects"][0]["last_resync"]).tzinfo is not None
    shown = lakeside.done("status", "Lakeside")
    assert "6 created, 3 blocked" in shown
    assert "○ never run" in shown


def test_every_table_fits_100_columns(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    for arguments in (
        ("status", "Lakeside"),
        ("errors", "Lakeside"),
        ("errors", "Lakeside", "--roots"),
        ("history", "Lakeside"),
        ("plan", "Lakeside", "--all"),
        ("district", "list"),
    ):
        widest = max(len(line.rstrip()) for line in lakeside.done(*arguments).splitlines())
        assert widest <= 100, arguments


def test_errors_are_told_one_by_one_and_by_root(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    told = lakeside.json("errors", "Lakeside")
    assert [(r["object"], r["key"], r["verdict"], r["root_key"]) for r in told["rejections"]] == [
        ("School", "3", "failed", "3"),
        ("Student", "3|1", "blocked", "3"),
        ("Student", "3|2", "blocked", "3"),
        ("Student", "3|3", "blocked", "3"),
    ]
    (root,) = lakeside.json("errors", "Lakeside", "--roots")["roots"]
    assert (root["blocks"], root["by_object"], root["verdict"]) == (3, {"Student": 3}, "failed")
    assert len(lakeside.json("errors", "Lakeside", "--object", "student", "--limit", "2")["rejections"]) == 2
    shown = lakeside.done("errors", "Lakeside", "--roots")
    assert "└ 3 Student" in shown


def test_errors_go_to_a_csv_file_with_a_line_for_each(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    assert lakeside.done("errors", "Lakeside", "--csv", "errors.csv") == "Wrote 4 lines to errors.csv.\n"
    with (lakeside.folder / "errors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["object"], r["key"], r["reason"]) for r in rows][:2] == [
        ("School", "3", "required"),
        ("Student", "3|1", "parent_failed"),
    ]
    lakeside.done("errors", "Lakeside", "--roots", "--csv", "roots.csv")
    assert "3 Student" in (lakeside.folder / "roots.csv").read_text(encoding="utf-8")


def test_history_keeps_every_run_newest_first(lakeside: Command) -> None:
    assert "has sent nothing yet" in lakeside.done("history", "Lakeside")
    lakeside.done("resync", "Lakeside", "Bus")
    lakeside.done("resync", "Lakeside", "--all")
    runs = lakeside.json("history", "Lakeside")["runs"]
    assert [(r["resync"], r["object"], r["mode"]) for r in runs] == [
        (2, "School", "full"),
        (2, "Student", "full"),
        (2, "Bus", "full"),
        (1, "Bus", "partial"),
    ]
    assert "full resync for 2024" in lakeside.done("history", "Lakeside")


def test_an_object_that_fails_as_a_whole_ends_the_command_with_1_and_the_others_land(lakeside: Command) -> None:
    with psycopg.connect(lakeside.url) as connection:
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'no'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON state.school FOR EACH STATEMENT EXECUTE FUNCTION refuse();"
            "ALTER TABLE state.school ENABLE ALWAYS TRIGGER refuse"
        )
    ended = lakeside.run("resync", "Lakeside", "--all")
    assert ended.code == 1
    assert [line.split(":")[1].strip() for line in ended.error.splitlines()] == [
        "School failed as a whole",
        "Student failed as a whole",
    ]
    assert "Traceback" not in ended.error
    assert lakeside.rows("SELECT count(*) FROM state.bus") == [(2,)]
    assert lakeside.rows("SELECT state FROM hub_resync") == [("failed",)]
    assert "failed as a whole: Waits for School" in lakeside.done("status", "Lakeside")


def test_a_district_is_changed_by_adding_it_again(lakeside: Command) -> None:
    again = lakeside.done("district", "add", "lakeside", "--source", "lakeside.sqlite")
    assert again.startswith("Unchanged: Lakeside: school year 2024")
    changed = lakeside.done("district", "add", "Lakeside", "--source", "lakeside.sqlite", "--edition", "KY")
    assert changed.startswith("Changed the edition of Lakeside: school year 2024, KY, read from /")


def test_a_password_is_never_shown(lakeside: Command) -> None:
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("UPDATE hub_source SET url = 'postgresql://reader:hunter2@127.0.0.1:1/sis'")
    shown = lakeside.done("district", "list")
    assert "reader:***@127.0.0.1" in shown
    assert "hunter2" not in shown
    assert "hunter2" not in lakeside.fails("resync", "Lakeside", "--all")


def test_the_catalog_in_force_stays_when_the_hub_is_set_up_again(lakeside: Command) -> None:
    assert lakeside.done("hub", "init") == "Nothing to do: the hub is ready, with 3 objects.\n"
