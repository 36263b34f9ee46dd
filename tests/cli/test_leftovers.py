"""`upstate leftovers` and `resync --remove-leftovers`: listed, removed on request alone, held where they are many."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
from tests.cli.command import Command
from tests.waiting import wait_until

ALL = ("resync", "Lakeside", "--all")
REMOVE = (*ALL, "--remove-leftovers")


def lose(lakeside: Command, where: str) -> None:
    """The district loses students."""
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as connection, connection:
        connection.execute(f"DELETE FROM student WHERE {where}")


def allow(lakeside: Command, percent: int) -> None:
    """The state lets so much go without approval."""
    with psycopg.connect(lakeside.url) as connection:
        for name in ("leftovers_of_object", "leftovers_of_school"):
            connection.execute(
                "INSERT INTO hub_state_setting (name, value) VALUES (%s, %s::text::jsonb) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, percent),
            )


def students(lakeside: Command) -> list[tuple[object, ...]]:
    return lakeside.rows("SELECT school_id, number FROM state.student ORDER BY 1, 2")


def test_leftovers_are_counted_and_listed_and_stay_until_they_are_asked_to_go(lakeside: Command) -> None:
    lakeside.done(*ALL)
    assert "Nothing is left over" in lakeside.done("leftovers", "Lakeside")
    lose(lakeside, "number = 3")
    allow(lakeside, 100)
    counted = {each["object"]: each for each in lakeside.json(*ALL)["objects"]}
    assert (counted["Student"]["leftovers"], counted["Student"]["deleted"]) == (2, 0)
    assert len(students(lakeside)) == 6
    told = lakeside.json("leftovers", "Lakeside")
    ((each,), held) = told["objects"], told["held"]
    assert (each["object"], each["leftovers"], each["rows"], each["dependents"], held) == ("Student", 2, 6, [], [])
    listed = lakeside.json("leftovers", "Lakeside", "student")["leftovers"]
    assert [row["key"] for row in listed] == ["1|3", "2|3"]
    assert "1|3" in lakeside.done("leftovers", "Lakeside", "Student")
    removed = lakeside.json(*REMOVE)
    assert removed["removal"] == {"removed": 2, "message": "", "held": []}
    counted = {each["object"]: each for each in removed["objects"]}
    assert (counted["Student"]["leftovers"], counted["Student"]["deleted"]) == (0, 2)
    assert students(lakeside) == [(s, n) for s in (1, 2) for n in (1, 2)]
    assert "0 leftovers would be removed." in lakeside.done(*REMOVE, "--rehearse")
    assert lakeside.json("history", "Lakeside")["runs"][0]["deleted"] == 0
    assert lakeside.rows("SELECT value FROM hub_counter WHERE label = 'deleted'") == [(2,)]


def test_many_wait_for_approval_while_everything_else_is_done(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3 AND school_id = 1")
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as connection, connection:
        connection.execute("INSERT INTO bus VALUES (3)")
        connection.execute("UPDATE school SET name = 'Northern' WHERE id = 1")
    shown = lakeside.done(*REMOVE)
    assert "Student: 1 of 6 rows (16.7 %); of school 1 1 of 3 (33.3 %) (held removal 1) waits" in " ".join(
        shown.split()
    )
    assert lakeside.rows("SELECT name FROM state.school WHERE id = 1") == [("Northern",)]
    assert len(lakeside.rows("SELECT id FROM state.bus")) == 3
    assert len(students(lakeside)) == 6
    assert "Give a reason" in lakeside.fails("leftovers", "Lakeside", "--approve", "1")
    assert "There is no held removal 7" in lakeside.fails("leftovers", "Lakeside", "--approve", "7", "--reason", "x")
    assert "1 row was removed" in lakeside.done("leftovers", "Lakeside", "--approve", "1", "--reason", "They left.")
    assert (1, 3) not in students(lakeside)
    again = lakeside.fails("leftovers", "Lakeside", "--approve", "1", "--reason", "They left.")
    assert "waits no more: it is approved" in again
    (run,) = lakeside.rows("SELECT deleted, leftovers FROM hub_order WHERE object = 'Student' AND resync_id = 2")
    assert run == (1, 0)


def test_what_came_back_before_it_was_approved_stays(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3")
    lakeside.done(*REMOVE)
    with closing(sqlite3.connect(lakeside.folder / "lakeside.sqlite")) as connection, connection:
        connection.execute("INSERT INTO student VALUES (1, 3)")
    lakeside.done("resync", "Lakeside", "Student", "--key", "1|3", "--no-dependencies")
    assert "1 row was removed" in lakeside.done("leftovers", "Lakeside", "--approve", "1", "--reason", "They left.")
    assert students(lakeside) == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]


def test_a_discarded_removal_leaves_the_rows_and_a_later_resync_replaces_what_waits(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3")
    lakeside.done(*REMOVE)
    lakeside.done("leftovers", "Lakeside", "--discard", "1", "--reason", "A slip.")
    lakeside.done(*REMOVE)
    lakeside.done(*ALL)
    assert len(students(lakeside)) == 6
    told = lakeside.json("leftovers", "Lakeside")
    assert [(each["state"], each["reason"]) for each in told["held"]] == [("replaced", ""), ("discarded", "A slip.")]
    assert "is replaced" in lakeside.fails("leftovers", "Lakeside", "--approve", "2", "--reason", "x")


def test_a_rehearsal_tells_what_would_go_and_what_would_wait_and_writes_nothing(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3")
    before = lakeside.rows("SELECT ctid, xmin, * FROM state.student ORDER BY ctid")
    held = lakeside.json(*REMOVE, "--rehearse")["removal"]
    assert (held["removed"], [(each["rows"], each["state"]) for each in held["held"]]) == (0, [(2, "rehearsed")])
    allow(lakeside, 100)
    shown = lakeside.json(*REMOVE, "--rehearse")
    assert shown["removal"]["removed"] == 2
    assert lakeside.rows("SELECT ctid, xmin, * FROM state.student ORDER BY ctid") == before
    assert lakeside.rows("SELECT count(*) FROM hub_leftover") == [(0,)]
    sent = lakeside.json(*REMOVE)
    assert [each["deleted"] for each in sent["objects"]] == [each["deleted"] for each in shown["objects"]]


def test_nothing_is_removed_where_an_object_did_not_land(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3")
    allow(lakeside, 100)
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("DROP TABLE state.bus")
    ended = lakeside.call(*REMOVE)
    assert ended.code == 1
    assert "Nothing was removed: 1 object did not land" in " ".join(ended.out.split())
    assert len(students(lakeside)) == 6


def test_after_kill_9_in_the_middle_of_removing_the_same_command_ends_the_same(lakeside: Command) -> None:
    lakeside.done(*ALL)
    lose(lakeside, "number = 3")
    allow(lakeside, 100)
    with psycopg.connect(lakeside.url) as connection:
        connection.execute("SELECT FROM state.student WHERE number = 3 AND school_id = 2 FOR UPDATE")
        process = lakeside.start(*REMOVE)
        waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%delete from%%held%%'"
        wait_until(lambda: lakeside.rows(waits))
        process.kill()
        process.communicate()
        connection.rollback()
    assert len(students(lakeside)) == 6
    ended = lakeside.run(*REMOVE, "--json")
    assert ended.code == 0
    assert "Going on with resync 2" in ended.error
    assert students(lakeside) == [(s, n) for s in (1, 2) for n in (1, 2)]
    assert lakeside.rows("SELECT deleted, leftovers FROM hub_order WHERE object = 'Student' AND resync_id = 2") == [
        (2, 0)
    ]


def test_some_records_alone_remove_nothing(lakeside: Command) -> None:
    said = lakeside.fails("resync", "Lakeside", "Student", "--key", "1|1", "--remove-leftovers")
    assert "only whole objects" in said
