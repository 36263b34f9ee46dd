"""Some records instead of whole objects: Selective Sync, and a mended root that takes along what it held back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.cli.command import Command
from tests.cli.test_interrupted import students_cannot_land
from tests.waiting import wait_until


def change(command: Command, *statements: str) -> None:
    with closing(sqlite3.connect(command.folder / "lakeside.sqlite")) as source, source:
        for statement in statements:
            source.execute(statement)


def students(command: Command) -> list[tuple[int, int]]:
    return command.rows("SELECT school_id, number FROM state.student ORDER BY 1, 2")


def writes(command: Command) -> dict[str, tuple[int, int, int]]:
    """PostgreSQL's own counters of rows written at the state."""
    command.rows("SELECT pg_stat_force_next_flush()")
    query = "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'state'"
    return {name: (inserted, updated, deleted) for name, inserted, updated, deleted in command.rows(query)}


def written(command: Command, before: dict[str, tuple[int, int, int]]) -> dict[str, tuple[int, ...]]:
    after = writes(command)
    return {
        table: tuple(now - then for now, then in zip(after[table], before[table], strict=True))
        for table in after
        if after[table] != before[table]
    }


def root_of(command: Command, name: str) -> int:
    (found,) = [root["id"] for root in command.json("errors", "Lakeside", "--roots")["roots"] if root["object"] == name]
    return int(found)


def test_records_go_by_key_with_the_parents_they_need_and_nothing_else(lakeside: Command) -> None:
    told = lakeside.json("resync", "Lakeside", "student", "--key", "1|2,2|3,9|9")
    assert [(o["object"], o["processed"], o["created"]) for o in told["objects"]] == [
        ("School", 2, 2),
        ("Student", 2, 2),
    ]
    assert told["not_there"] == ["9|9"]
    assert students(lakeside) == [(1, 2), (2, 3)]
    assert lakeside.rows("SELECT mode, object, asked FROM hub_selection JOIN hub_resync ON id = resync_id") == [
        ("selective", "Student", [["1", "2"], ["2", "3"], ["9", "9"]])
    ]


def test_a_key_that_matches_nothing_changes_nothing_and_is_said(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    before = writes(lakeside)
    said = lakeside.done("resync", "Lakeside", "School", "--key", "77,78")
    assert "Lakeside has no record with 2 of these keys, so nothing was changed for them: 77, 78." in said
    assert written(lakeside, before) == {}


def test_statuses_and_leftovers_stay_those_of_the_last_whole_resync(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    status = lakeside.json("status", "Lakeside")
    change(lakeside, "UPDATE school SET name = 'Third' WHERE id = 3")
    lakeside.done("resync", "Lakeside", "School", "--key", "1")
    assert lakeside.json("status", "Lakeside") == status
    assert [h["mode"] for h in lakeside.json("history", "Lakeside")["runs"]][:1] == ["selective"]


def test_a_file_names_keys_of_several_parts_and_its_first_line_may_name_the_columns(lakeside: Command) -> None:
    (lakeside.folder / "keys.csv").write_text("school_id,number\n1,1\n\n1,3\n", encoding="utf-8-sig")
    told = lakeside.json("resync", "Lakeside", "Student", "--key-file", "keys.csv")
    assert students(lakeside) == [(1, 1), (1, 3)]
    assert told["not_there"] == []


def test_with_its_dependents_goes_what_hangs_on_a_record(lakeside: Command) -> None:
    told = lakeside.json("resync", "Lakeside", "School", "--key", "2", "--with-dependents")
    assert [(o["object"], o["created"]) for o in told["objects"]] == [("School", 1), ("Student", 3)]
    assert students(lakeside) == [(2, 1), (2, 2), (2, 3)]


def test_without_dependencies_a_record_goes_alone(lakeside: Command) -> None:
    told = lakeside.json("resync", "Lakeside", "Student", "--key", "2|2", "--no-dependencies")
    assert [(o["object"], o["failed"]) for o in told["objects"]] == [("Student", 1)]
    assert [root["reason"] for root in told["roots"]] == ["missing_reference"]


def test_the_districts_own_ids_are_those_that_the_mapping_names(lakeside: Command) -> None:
    said = lakeside.call("resync", "Lakeside", "School", "--id", "North")
    assert said.code == 1
    assert "does not say which column is the district's own id" in said.error
    (lakeside.folder / "map.toml").write_text('[School]\nid = "name"\n', encoding="utf-8")
    lakeside.done(
        "district", "add", "Lakeside", "--source", "lakeside.sqlite", "--year", "2024", "--mapping", "map.toml"
    )
    told = lakeside.json("resync", "Lakeside", "School", "--id", "South,West")
    assert lakeside.rows("SELECT id, name FROM state.school") == [(2, "South")]
    assert told["not_there"] == ["West"]


def test_what_was_asked_wrongly_is_one_line(lakeside: Command) -> None:
    assert lakeside.fails("resync", "Lakeside", "Student", "--key", "1") == (
        "1 is no key of Student: that is 2 values (school_id|number)."
    )
    assert "one object" in lakeside.fails("resync", "Lakeside", "--all", "--key", "1")
    assert "one way" in lakeside.fails("resync", "Lakeside", "School", "--key", "1", "--id", "2")
    assert "cannot be read" in lakeside.fails("resync", "Lakeside", "School", "--key-file", "nowhere.csv")
    assert (
        lakeside.fails("resync", "Lakeside", "School", "--with-dependents")
        == "--with-dependents goes with --key or --id."
    )
    many = ",".join(str(n) for n in range(10_001))
    assert "10,001 records are too many" in lakeside.fails("resync", "Lakeside", "School", "--key", many)
    assert lakeside.rows("SELECT count(*) FROM hub_resync") == [(0,)]


def test_a_root_goes_again_and_what_it_held_back_goes_with_it_and_nothing_else(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    change(
        lakeside,
        "UPDATE school SET name = 'East' WHERE id = 3",
        "UPDATE school SET name = 'Changed' WHERE id = 1",
        "INSERT INTO student VALUES (1, 9), (3, 9)",
    )
    before, status = writes(lakeside), lakeside.json("status", "Lakeside")
    told = lakeside.json("heal", "Lakeside", "--root", str(root_of(lakeside, "School")))
    assert told["landed"] is True
    assert [(o["object"], o["created"]) for o in told["objects"]] == [("School", 1)]
    assert [[(o["object"], o["created"]) for o in f["objects"]] for f in told["followers"]] == [[("Student", 3)]]
    assert written(lakeside, before) == {"school": (1, 0, 0), "student": (3, 0, 0)}
    assert lakeside.rows("SELECT name FROM state.school ORDER BY id") == [("North",), ("South",), ("East",)]
    assert lakeside.json("errors", "Lakeside")["rejections"] == []
    assert lakeside.json("status", "Lakeside") == status
    resolved = lakeside.rows(
        "SELECT object, resolved_by_id, first_seen_id, last_seen_id FROM hub_rejection GROUP BY 1, 2, 3, 4 ORDER BY 1"
    )
    assert resolved == [("School", 2, 1, 1), ("Student", 3, 1, 1)]


def test_a_root_that_still_fails_is_said_and_nothing_else_changes(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    before, held = writes(lakeside), lakeside.rows("SELECT * FROM hub_rejection WHERE object = 'Student' ORDER BY id")
    root = root_of(lakeside, "School")
    ended = lakeside.call("heal", "Lakeside", "--root", str(root))
    assert ended.code == 1
    assert f"Root {root} did not land, so nothing that it holds back was sent." in ended.out
    assert written(lakeside, before) == {}
    assert lakeside.rows("SELECT * FROM hub_rejection WHERE object = 'Student' ORDER BY id") == held
    assert lakeside.rows("SELECT count(*) FROM hub_resync") == [(2,)]


def test_a_root_that_the_district_removed_frees_what_hung_on_it_to_fail_for_itself(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    root = root_of(lakeside, "School")
    change(lakeside, "DELETE FROM school WHERE id = 3")
    said = lakeside.done("heal", "Lakeside", "--root", str(root))
    assert f"Root {root} is in the district no more" in said
    assert {(r["object"], r["reason"]) for r in lakeside.json("errors", "Lakeside")["rejections"]} == {
        ("Student", "missing_reference")
    }


def test_a_resync_that_lands_a_root_takes_along_what_it_held_back(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    change(lakeside, "UPDATE school SET name = 'East' WHERE id = 3")
    told = lakeside.json("resync", "Lakeside", "School")
    assert [[(o["object"], o["created"]) for o in f["objects"]] for f in told["followers"]] == [[("Student", 3)]]
    assert len(students(lakeside)) == 9
    assert lakeside.rows("SELECT id, mode, follows_id, asked_by, state FROM hub_resync WHERE mode = 'heal'") == [
        (3, "heal", 2, "Upstate, after resync 2", "finished")
    ]


def test_what_the_same_resync_judges_anew_is_not_sent_twice(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    change(lakeside, "UPDATE school SET name = 'East' WHERE id = 3")
    assert "followers" not in lakeside.json("resync", "Lakeside", "--all")
    assert len(students(lakeside)) == 9


def test_an_unknown_root_and_one_that_is_mended_are_said(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    assert lakeside.fails("heal", "Lakeside", "--root", "4711") == (
        "Lakeside has no root 4711. See: upstate errors Lakeside --roots."
    )
    root = root_of(lakeside, "School")
    change(lakeside, "UPDATE school SET name = 'East' WHERE id = 3")
    lakeside.done("heal", "Lakeside", "--root", str(root))
    assert f"Root {root} is mended by resync 2" in lakeside.fails("heal", "Lakeside", "--root", str(root))


def test_the_root_is_printed_by_the_id_that_heals_it(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    assert f" {root_of(lakeside, 'School')} " in lakeside.done("errors", "Lakeside", "--roots")


def test_after_kill_9_in_the_middle_what_was_held_back_lands_all_the_same_and_once(lakeside: Command) -> None:
    lakeside.done("resync", "Lakeside", "--all")
    change(lakeside, "UPDATE school SET name = 'East' WHERE id = 3")
    root, before = str(root_of(lakeside, "School")), writes(lakeside)
    with students_cannot_land(lakeside):
        process = lakeside.start("heal", "Lakeside", "--root", root)
        wait_until(lambda: (3, "delivered") in lakeside.rows("SELECT resync_id, state FROM hub_order"))
        process.kill()
        process.communicate()
    assert len(students(lakeside)) == 6
    again = lakeside.run("heal", "Lakeside", "--root", root)
    assert again.code == 0, again.error
    assert written(lakeside, before) == {"school": (1, 0, 0), "student": (3, 0, 0)}
    assert lakeside.rows("SELECT DISTINCT state FROM hub_resync") == [("finished",)]
    assert lakeside.json("errors", "Lakeside")["rejections"] == []
