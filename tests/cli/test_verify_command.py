"""`upstate verify`: says whether both ends agree, and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
from tests.cli.command import Command


def test_after_a_resync_the_ends_are_equal_but_for_what_a_rejection_keeps_out(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    said = lakeside.json("verify", "Lakeside")
    assert (said["equal"], said["resync_needed"]) == (True, [])
    school, student, bus = said["objects"]
    assert {k: v for k, v in school.items() if k != "seconds"} == {
        "object": "School",
        "district_count": 3,
        "state_count": 2,
        "district_only": 0,
        "state_only": 0,
        "different": 0,
        "duplicates": 0,
        "expected": {"failed": 1},
    }
    assert (student["expected"], bus["expected"]) == ({"blocked": 3}, {})


def test_edits_by_sql_at_both_ends_are_found_and_a_resync_mends_them(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("update state.school set name = 'East' where id = 1")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as district, district:
        district.execute("insert into bus values (3)")
    told = lakeside.done("verify", "Lakeside")
    assert "School 1: different in name" in told
    assert "Bus 3: only at the district" in told
    assert "A resync is needed: upstate resync Lakeside School Bus" in told
    lakeside.done("resync", "Lakeside", "School", "Bus")
    assert lakeside.json("verify", "Lakeside")["equal"] is True


def test_a_row_that_only_the_state_has_is_not_equal_though_no_resync_would_help(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("insert into state.bus (district_id, id) select district_id, 77 from state.bus limit 1")
    said = lakeside.json("verify", "Lakeside", "bus")
    assert (said["equal"], said["resync_needed"], said["objects"][0]["state_only"]) == (False, [], 1)


def test_what_was_never_sent_is_not_equal(lakeside: Command) -> None:
    said = lakeside.json("verify", "Lakeside")
    assert said["equal"] is False
    assert [o["district_only"] for o in said["objects"]] == [3, 9, 2]


def test_references_that_lead_nowhere_are_counted(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    assert "1 reference checked, 0 rows without a parent." in lakeside.done("verify", "Lakeside", "--references")
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from state.school where id = 1")
    assert lakeside.json("verify", "Lakeside", "--references")["missing"] == 3
