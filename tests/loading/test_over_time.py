"""What happens to a rejection from one resync to the next: seen again, resolved, back."""

from typing import Any

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule

from upstate.planning import Counts

GOOD: Row = {"id": 1, "name": "Lincoln", "kind": "E"}
BAD: Row = {"id": 1, "name": "Lincoln", "kind": "X"}
OTHER: Row = {"id": 2, "name": "Grant", "kind": "H"}


def seen(desk: Desk, *, resolved: bool = False) -> list[tuple[Any, ...]]:
    """Of each rejection: its key, its reason, and by which resyncs it was first seen, last seen and resolved."""
    found = desk.rejections(resolved=resolved).values()
    return [
        ("|".join(r["key"]), r["reason"], r["first_seen_id"], r["last_seen_id"], r["resolved_by_id"]) for r in found
    ]


def test_a_failed_record_stays_failed_until_it_is_mended(desk: Desk) -> None:
    for resync in (1, 2, 3):
        assert desk.send("School", [BAD, OTHER]).failed == 1
        assert seen(desk) == [("1", "unknown_code", 1, resync, None)]
    assert desk.send("School", [GOOD, OTHER]) == Counts(created=1, unchanged=1)
    assert seen(desk) == []
    assert seen(desk, resolved=True) == [("1", "unknown_code", 1, 3, 4)]


def test_a_rejection_that_returns_is_open_again_from_then(desk: Desk) -> None:
    for rows in ([BAD], [GOOD], [BAD]):
        desk.send("School", rows)
    assert seen(desk) == [("1", "unknown_code", 3, 3, None)]
    assert seen(desk, resolved=True) == []


def test_a_failed_record_that_the_district_removes_is_resolved(desk: Desk) -> None:
    desk.send("School", [BAD, OTHER])
    assert desk.send("School", [OTHER]) == Counts(unchanged=1)
    assert seen(desk, resolved=True) == [("1", "unknown_code", 1, 1, 2)]


def test_one_reason_mended_leaves_the_other_open(desk: Desk) -> None:
    desk.send("School", [{**BAD, "name": "x" * 21}])
    desk.send("School", [BAD])
    assert seen(desk) == [("1", "unknown_code", 1, 2, None)]
    assert seen(desk, resolved=True) == [("1", "too_long", 1, 1, 2)]


def test_a_mended_root_frees_what_it_held_back_when_both_are_sent(desk: Desk) -> None:
    children = [{"id": n, "school_id": 1} for n in range(5)]
    assert desk.resync({"School": [BAD], "Pupil": children})["Pupil"].blocked == 5
    assert desk.resync({"School": [GOOD], "Pupil": children})["Pupil"].created == 5
    assert desk.rejections() == {}
    assert {r["resolved_by_id"] for r in desk.rejections(resolved=True).values()} == {2}


def test_a_child_sent_alone_after_its_parent_was_mended_lands(desk: Desk) -> None:
    desk.resync({"School": [BAD], "Pupil": [{"id": 1, "school_id": 1}]})
    desk.send("School", [GOOD])
    assert list(desk.rejections()) == [("Pupil", "1", "parent_failed")]
    assert desk.send("Pupil", [{"id": 1, "school_id": 1}]).created == 1


def test_one_bad_record_freezes_nothing(desk: Desk) -> None:
    for number in range(4):
        counts = desk.send("School", [BAD, {**OTHER, "name": f"Grant {number}"}])
        assert (counts.failed, counts.created + counts.updated) == (1, 1)


def test_a_verdict_that_changes_changes_its_rejection(desk: Desk) -> None:
    desk.send("School", [BAD])
    assert desk.send("School", [{**GOOD, "closed": True}]).excluded == 1
    assert [(key, r["verdict"]) for key, r in desk.rejections().items()] == [(("School", "1", "closed"), "excluded")]


def test_records_without_a_key_share_a_rejection_that_counts_them(desk: Desk) -> None:
    rows: list[Row] = [{"id": None, "name": "A"}, {"id": None, "name": "B"}, {"id": 1, "name": None}]
    assert desk.send("School", rows).failed == 3
    assert {key: r["records"] for key, r in desk.rejections().items()} == {
        ("School", "?", "required"): 2,
        ("School", "1", "required"): 1,
    }
    assert desk.send("School", rows[:1]).failed == 1
    assert {key: r["records"] for key, r in desk.rejections().items()} == {("School", "?", "required"): 1}


def test_a_null_in_part_of_a_key_is_that_record_s_error_alone(desk: Desk) -> None:
    desk.resync({"School": [GOOD], "Pupil": [{"id": 1, "school_id": 1}]})
    counts = desk.send(
        "Note", [{"pupil_id": 1, "line": None}, {"pupil_id": 1, "line": 1}, {"pupil_id": None, "line": 2}]
    )
    assert counts == Counts(created=1, failed=2)


def test_a_null_in_part_of_a_reference_points_nowhere(make_desk: MakeDesk) -> None:
    desk = make_desk(
        {
            "Up.toml": describe("Up", "a integer!, b text!, bad boolean", rule("bad", "record.bad"), key="a b"),
            "Down.toml": describe("Down", "id integer!, up_a integer, up_b text", refers("Up", "up_a up_b")),
        }
    )
    pointing = [(1, "x"), (1, None), (None, "x"), (None, None), (9, None), (1, ""), (2, ""), (3, "y")]
    counts = desk.resync(
        {
            "Up": [{"a": 1, "b": "x"}, {"a": 2, "b": ""}, {"a": 3, "b": "y", "bad": True}],
            "Down": [{"id": n, "up_a": a, "up_b": b} for n, (a, b) in enumerate(pointing)],
        }
    )
    assert counts["Down"] == Counts(created=6, failed=1, blocked=1)
    assert set(desk.verdicts("Down")) == {"5", "7"}
    assert desk.rejections()["Down", "7", "parent_failed"]["root_key"] == ["3", "y"]


def test_an_object_of_no_records_lands(desk: Desk) -> None:
    assert desk.send("School", []) == Counts()
    desk.send("School", [GOOD])
    assert desk.send("School", []) == Counts(leftovers=1)


@pytest.mark.parametrize("held", [False, True])
def test_the_excluded_class_weighs_more_than_a_failed_rule(make_desk: MakeDesk, held: bool) -> None:
    desk = make_desk(
        {
            "Up.toml": describe(
                "Up", "id integer!", rule("odd", "record.id % 2 = 1"), rule("high", "record.id > 5", "excluded")
            )
        }
    )
    if held:
        desk.send("Up", [{"id": 0}])
    counts = desk.send("Up", [{"id": n} for n in range(8)])
    assert (counts.excluded, counts.failed) == (2, 3)
    assert ("Up", "7", "odd") not in desk.rejections()


def test_what_is_seen_again_needs_no_new_entry_in_any_index(desk: Desk) -> None:
    nameless: list[Row] = [{"id": n, "name": None} for n in range(300)]
    for _ in range(4):
        assert desk.send("School", nameless).failed == 300
    desk.connection.execute("select pg_stat_force_next_flush()")
    counted = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'hub_rejection'"
    ((updated, in_place),) = desk.connection.execute(counted).fetchall()
    # All of them, unless autovacuum looks at a table just then and has old versions kept; with full pages it is 32.
    assert updated == 900
    assert in_place >= 300
