"""A verification is kept: its objects, its differences by key, how it ended; and what was not compared is not equal."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.cli.command import Command


def test_what_a_verification_found_is_kept_and_read_by_views(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("update state.school set name = 'Eastern' where id = 1")
        connection.execute("delete from state.student where school_id = 2 and number = 3")
    said = lakeside.json("verify", "Lakeside")
    number = said["verification"]
    assert lakeside.rows(
        "select district, verification, school_year, object, result, district_count, state_count, district_only, "
        "different, expected, resync_needed, state from dis_verification_result order by position"
    ) == [
        ("Lakeside", number, 2024, "School", "not equal", 3, 2, 0, 1, {"failed": 1}, True, "finished"),
        ("Lakeside", number, 2024, "Student", "not equal", 9, 5, 1, 0, {"blocked": 3}, True, "finished"),
        ("Lakeside", number, 2024, "Bus", "equal", 2, 2, 0, 0, {}, False, "finished"),
    ]
    assert lakeside.rows(
        "select object, kind, key, columns, owners, expected from dis_verification_difference order by 1, 6, 3"
    ) == [
        ("School", "district_only", ["3"], ["name"], ["district"], "failed"),
        ("School", "different", ["1"], ["name"], ["district"], None),
        ("Student", "district_only", ["3", "1"], [], [], "blocked"),
        ("Student", "district_only", ["3", "2"], [], [], "blocked"),
        ("Student", "district_only", ["3", "3"], [], [], "blocked"),
        ("Student", "district_only", ["2", "3"], [], [], None),
    ]
    assert lakeside.rows("select asked_by, finished >= started, by_state from dis_verification_result limit 1")[0][1:]


def test_no_value_of_a_record_is_kept(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("update state.school set name = 'Eastern' where id = 1")
    lakeside.done("verify", "Lakeside")
    for table in ("hub_verification", "hub_verified_object", "hub_verified_difference"):
        kept = json.dumps(lakeside.rows(f"select {table}::text from {table}"))
        assert kept != "[]"
        assert "Eastern" not in kept
        assert "North" not in kept


def test_one_verification_after_another_is_kept(lakeside: Command) -> None:
    first = lakeside.json("verify", "Lakeside")["verification"]
    lakeside.done("resync", "Lakeside", "--all")
    second = lakeside.json("verify", "Lakeside", "bus")["verification"]
    assert lakeside.rows(
        "select verification, result, count(*) from dis_verification_result group by 1, 2 order by 1"
    ) == [(first, "not equal", 3), (second, "equal", 1)]


def test_an_object_that_the_state_could_not_be_asked_about_in_time_is_not_compared_and_nothing_is_equal(
    lakeside: Command,
) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    name = urlsplit(lakeside.url).path[1:]
    with psycopg.connect(lakeside.url, autocommit=True) as connection:
        connection.execute(f'alter database "{name}" set lock_timeout = 300'.encode())
        with connection.transaction():
            connection.execute("lock table state.student in access exclusive mode")
            ended = lakeside.call("verify", "Lakeside", "--json")
    said = json.loads(ended.out)
    assert ended.code == 1
    assert "Student was not compared: " in ended.error
    assert (said["equal"], said["resync_needed"]) == (False, [])
    _, student, bus = said["objects"]
    assert (student["state_count"], student["different"], bus["state_count"]) == (None, None, 2)
    assert "lock timeout" in student["message"]
    assert lakeside.rows("select object, result, state from dis_verification_result where result = 'not compared'") == [
        ("Student", "not compared", "failed")
    ]


def test_a_table_that_the_district_lacks_is_a_line_and_no_verification(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as district, district:
        district.execute("drop table bus")
    assert "bus" in lakeside.fails("verify", "Lakeside")
    assert lakeside.rows("select * from hub_verification") == []


def test_a_district_that_became_empty_is_not_equal_to_a_state_that_is_not(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as district, district:
        district.execute("delete from bus")
    said = lakeside.json("verify", "Lakeside", "Bus")
    assert (said["equal"], said["objects"][0]["state_only"]) == (False, 2)


def test_what_a_command_that_was_killed_left_is_told_to_have_failed(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    number = lakeside.json("verify", "Lakeside")["verification"]
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("update hub_verification set state = 'running', finished_at = null")
        connection.execute(
            "update hub_verified_object set state = 'waiting', district_count = null, state_count = null, "
            "district_only = null, state_only = null, different = null, duplicates = null where object = 'Bus'"
        )
    assert lakeside.json("verify", "Lakeside")["equal"] is True
    left = "select state, message from hub_verification where id = " + str(number)
    assert lakeside.rows(left) == [("failed", "The command that ran it ended before its time.")]
    assert lakeside.rows("select result from dis_verification_result where object = 'Bus' order by verification") == [
        ("not compared",),
        ("equal",),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "update hub_verified_object set state_count = null",  # compared, and yet no count
        "update hub_verified_object set state = 'not compared'",  # with counts
        "update hub_verification set state = 'running'",  # with its end
        "update hub_verified_difference set kind = 'odd'",
    ],
)
def test_the_database_refuses_what_cannot_be(lakeside: Command, change: str) -> None:
    lakeside.done("verify", "Lakeside")
    with psycopg.connect(lakeside.url) as connection, pytest.raises(psycopg.errors.IntegrityError):
        connection.execute(change.encode())
