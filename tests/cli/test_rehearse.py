"""`upstate resync --rehearse`: what a resync would come to, said plainly, and nothing written."""

from __future__ import annotations

from tests.cli.command import Command
from tests.cli.test_interrupted import students_cannot_land
from tests.waiting import wait_until


def held(lakeside: Command) -> list[list[tuple[object, ...]]]:
    """Every row at the state and every rejection, and where each lies."""
    tables = ("state.school", "state.student", "state.bus", "hub_rejection", "hub_tally", "hub_root", "hub_batch")
    return [lakeside.rows(f"SELECT ctid, xmin, t.* FROM {table} AS t ORDER BY ctid") for table in tables]


def test_a_rehearsal_says_what_a_resync_would_come_to_and_that_nothing_was_written(lakeside: Command) -> None:
    before, status = held(lakeside), lakeside.done("status", "Lakeside")
    shown = lakeside.done("resync", "Lakeside", "--all", "--rehearse")
    assert "this is a rehearsal, and nothing was written." in shown
    assert "1 problem holds back 3 records" in shown
    assert "Rehearsal 1 finished in" in shown
    assert held(lakeside) == before
    assert lakeside.done("status", "Lakeside") == status
    assert lakeside.done("errors", "Lakeside") == "Nothing is rejected.\n"


def test_a_rehearsal_in_json_is_the_resync_that_follows_but_for_its_name(lakeside: Command) -> None:
    rehearsed = lakeside.json("resync", "Lakeside", "--all", "--rehearse")
    sent = lakeside.json("resync", "Lakeside", "--all")
    assert rehearsed.pop("rehearsal") is True
    assert "rehearsal" not in sent
    for told in (rehearsed, sent):
        del told["resync"], told["seconds"]
        for each in told["objects"]:
            del each["seconds"]
    assert [root.pop("id") for root in rehearsed["roots"]] == [None], "no rejection, so nothing to heal"
    (number,) = [root.pop("id") for root in sent["roots"]]
    assert lakeside.rows(f"SELECT object FROM hub_rejection WHERE id = {number}") == [("School",)]
    assert rehearsed == sent


def test_the_history_knows_a_rehearsal_by_its_mode(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all", "--rehearse")
    runs = lakeside.json("history", "Lakeside")["runs"]
    assert {run["mode"] for run in runs} == {"rehearsal"}
    assert "rehearsal, nothing written, for 2024" in lakeside.done("history", "Lakeside")


def test_a_rehearsal_that_was_killed_leaves_nothing_and_begins_anew(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "School")
    before = held(lakeside)
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all", "--rehearse")
        query = "SELECT object, state FROM hub_order WHERE resync_id = 2"
        middle = {"School": "landed", "Student": "delivered", "Bus": "delivered"}
        wait_until(lambda: dict(lakeside.rows(query)) == middle)
        process.kill()
        process.communicate()
    assert held(lakeside)[:-1] == before[:-1], "but for the batches that were kept"
    ended = lakeside.run("resync", "Lakeside", "--all", "--rehearse")
    assert "Beginning rehearsal 2 anew, which was interrupted." in ended.out
    assert held(lakeside) == before
    assert lakeside.rows("SELECT id, mode, state FROM hub_resync ORDER BY id") == [
        (1, "partial", "finished"),
        (2, "rehearsal", "finished"),
    ]


def test_a_resync_finishes_a_rehearsal_that_was_killed_and_then_sends(lakeside: Command) -> None:
    with students_cannot_land(lakeside):
        process = lakeside.start("resync", "Lakeside", "--all", "--rehearse")
        wait_until(lambda: ("School", "landed") in lakeside.rows("SELECT object, state FROM hub_order"))
        process.kill()
        process.communicate()
    ended = lakeside.run("resync", "Lakeside", "--all")
    assert "Rehearsal 1 was interrupted; finishing it first." in ended.out
    assert lakeside.rows("SELECT id, mode, state FROM hub_resync ORDER BY id") == [
        (1, "rehearsal", "finished"),
        (2, "full", "finished"),
    ]
    assert lakeside.rows("SELECT count(*) FROM state.student") == [(6,)]


def test_a_rehearsal_of_what_is_not_there_is_refused_and_places_nothing(lakeside: Command) -> None:
    assert 'There is no object "Nothing".' in lakeside.fails("resync", "Lakeside", "Nothing", "--rehearse")
    assert lakeside.rows("SELECT count(*) FROM hub_resync") == [(0,)]
