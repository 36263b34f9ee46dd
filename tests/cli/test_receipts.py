"""`upstate verify --receipt`: what a resync left at both ends, and which of them has changed since."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
from tests.cli.command import Command


def test_a_receipt_agrees_and_says_since_when_it_does_not(lakeside: Command) -> None:
    sent = lakeside.json("resync", "Lakeside", "--all")["resync"]
    said = lakeside.json("verify", "--receipt", str(sent))
    assert (said["receipt"], said["district"], said["agrees"]) == (sent, "Lakeside", True)
    assert [(o["object"], o["equal"], o["turned_away"]) for o in said["objects"]] == [
        ("School", False, 1),
        ("Student", False, 3),
        ("Bus", True, 0),
    ]
    assert all(o["now"] == {"district": "as then", "state": "as then"} for o in said["objects"])
    assert all(o["district"]["landed"] == o["state"]["landed"] for o in said["objects"])
    told = lakeside.done("verify", "Lakeside", "--receipt", str(sent))
    assert "What landed was equal at both ends, digest for digest: 3 objects." in told
    assert "Counted apart: 4 records that did not land, 0 leftovers." in told
    assert "Both ends are still as they were then." in told

    with psycopg.connect(lakeside.url) as connection:
        connection.execute("update state.school set name = 'East' where id = 1")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as district, district:
        district.execute("insert into bus values (3)")
    school, student, bus = lakeside.json("verify", "--receipt", str(sent))["objects"]
    assert school["now"] == {"district": "as then", "state": "changed since"}
    assert student["now"] == {"district": "as then", "state": "as then"}
    assert bus["now"] == {"district": "changed since", "state": "as then"}
    told = lakeside.done("verify", "--receipt", str(sent))
    assert "Changed at Lakeside since: Bus." in told
    assert "Changed at the state since: School." in told


def test_a_receipt_of_another_district_a_rehearsal_or_nothing_is_refused_alike(lakeside: Command) -> None:
    sent = lakeside.json("resync", "Lakeside", "Bus")["resync"]
    lakeside.done("district", "add", "Riverton", "--source", "lakeside.sqlite", "--year", "2024")
    rehearsed = lakeside.json("resync", "Lakeside", "Bus", "--rehearse")["resync"]
    for district, number in (("Riverton", sent), ("Lakeside", rehearsed), ("Lakeside", 999)):
        said = lakeside.fails("verify", district, "--receipt", str(number))
        assert f"There is no receipt {number}." in said
    assert "own objects" in lakeside.run("verify", "Lakeside", "Bus", "--receipt", str(sent)).error
    assert "DISTRICT" in lakeside.run("verify").error


def test_an_end_that_cannot_be_read_again_is_neither_as_then_nor_changed(lakeside: Command) -> None:
    sent = lakeside.json("resync", "Lakeside", "--all")["resync"]
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as district, district:
        district.execute("drop table bus")
    ended = lakeside.run("verify", "--receipt", str(sent), "--json")
    assert ended.code == 1
    assert "upstate: Bus could not be read again: " in ended.error
    assert '"as then"' in ended.out
