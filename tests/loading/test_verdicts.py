"""Each record meets one verdict, with its reasons, its advice and its root."""

from decimal import Decimal

from tests.loading.desk import Desk, Row

LINCOLN: Row = {"id": 1, "name": "Lincoln", "kind": "E"}
GRANT: Row = {"id": 2, "name": "Grant", "kind": "H"}


def test_new_records_are_created_and_equal_ones_left_alone(desk: Desk) -> None:
    first = desk.send("School", [LINCOLN, GRANT])
    again = desk.send("School", [LINCOLN, GRANT])
    assert (first.created, first.processed, first.errors) == (2, 2, 0)
    assert (again.unchanged, again.created, again.updated) == (2, 0, 0)


def test_a_changed_record_is_updated_and_nothing_else_is(desk: Desk) -> None:
    desk.send("School", [LINCOLN, GRANT])
    counts = desk.send("School", [LINCOLN, {**GRANT, "name": "U. S. Grant"}])
    assert (counts.updated, counts.unchanged) == (1, 1)
    assert [row["name"] for row in desk.rows("school")] == ["Lincoln", "U. S. Grant"]


def test_an_equal_record_is_not_written_by_postgresqls_own_counters(desk: Desk) -> None:
    desk.send("School", [LINCOLN, GRANT])
    versions = desk.connection.execute("select ctid, xmin from state.school order by id").fetchall()
    desk.send("School", [LINCOLN, GRANT])
    assert desk.connection.execute("select ctid, xmin from state.school order by id").fetchall() == versions


def test_a_state_owned_column_is_taken_once_and_never_overwritten(desk: Desk) -> None:
    desk.send("School", [{**LINCOLN, "rating": "B"}])
    desk.connection.execute("update state.school set rating = 'A'")
    counts = desk.send("School", [{**LINCOLN, "name": "Lincoln High", "rating": "F"}])
    assert counts.updated == 1
    assert desk.rows("school")[0]["rating"] == "A"
    assert desk.send("School", [{**LINCOLN, "name": "Lincoln High", "rating": "C"}]).unchanged == 1


def test_a_to_b_to_a_ends_at_a(desk: Desk) -> None:
    for name in ("A", "B", "A"):
        desk.send("School", [{**LINCOLN, "name": name}])
    assert desk.rows("school")[0]["name"] == "A"


def test_a_change_by_sql_at_the_state_is_seen_and_mended(desk: Desk) -> None:
    desk.send("School", [LINCOLN])
    desk.connection.execute("update state.school set name = 'Washington'")
    assert desk.send("School", [LINCOLN]).updated == 1
    assert desk.rows("school")[0]["name"] == "Lincoln"


def test_an_orphan_is_one_named_error_and_every_good_record_lands(desk: Desk) -> None:
    desk.send("School", [LINCOLN])
    counts = desk.send("Pupil", [{"id": n, "school_id": 1} for n in range(50)] + [{"id": 99, "school_id": 7}])
    assert (counts.created, counts.failed, counts.blocked) == (50, 1, 0)
    found = desk.rejections()["Pupil", "99", "missing_reference"]
    assert found["message"] == "school_id points at School 7, which does not exist."
    assert (found["root_object"], found["root_key"], found["column"]) == ("Pupil", ["99"], "school_id")
    assert desk.orphans() == 0


def test_one_failed_parent_is_the_root_of_all_it_blocks(desk: Desk) -> None:
    counts = desk.resync(
        {
            "School": [LINCOLN, {**GRANT, "kind": "X"}],
            "Pupil": [{"id": n, "school_id": 1 + n % 2} for n in range(20)],
            "Note": [{"pupil_id": n, "line": 1} for n in range(20)],
        }
    )
    assert (counts["School"].created, counts["School"].failed) == (1, 1)
    assert (counts["Pupil"].created, counts["Pupil"].blocked) == (10, 10)
    assert (counts["Note"].created, counts["Note"].blocked) == (10, 10)
    held = desk.rejections()
    roots = {(r["root_object"], tuple(r["root_key"]), r["root_reason"]) for r in held.values()}
    assert roots == {("School", ("2",), "unknown_code")}
    assert held["Note", "1|1", "parent_failed"]["message"] == "Its Pupil 1 did not land."


def test_what_policy_keeps_out_is_excluded_with_all_that_hangs_on_it(desk: Desk) -> None:
    counts = desk.resync(
        {
            "School": [LINCOLN, {**GRANT, "closed": True}],
            "Pupil": [{"id": 1, "school_id": 1}, {"id": 2, "school_id": 2}],
            "Note": [{"pupil_id": 1, "line": 1, "reader_id": 2}, {"pupil_id": 2, "line": 1}],
        }
    )
    assert (counts["School"].excluded, counts["Pupil"].excluded, counts["Note"].excluded) == (1, 1, 1)
    found = desk.rejections()["Note", "2|1", "parent_excluded"]
    assert (found["root_object"], found["root_key"], found["root_reason"]) == ("School", ["2"], "closed")
    assert found["verdict"] == "excluded"


def test_a_reference_that_may_be_cleared_lands_without_its_excluded_parent(desk: Desk) -> None:
    rows = {
        "School": [LINCOLN, {**GRANT, "closed": True}],
        "Pupil": [{"id": 1, "school_id": 1}],
        "Note": [{"pupil_id": 1, "line": 1, "reader_id": 2}, {"pupil_id": 1, "line": 2, "reader_id": 1}],
    }
    assert desk.resync(rows)["Note"].created == 2
    assert [row["reader_id"] for row in desk.rows("note")] == [None, 1]
    assert desk.resync(rows)["Note"].unchanged == 2


def test_a_record_has_one_verdict_and_every_reason_for_it(desk: Desk) -> None:
    desk.send("School", [GRANT])
    counts = desk.send("Pupil", [{"id": 1, "school_id": 2, "number": 3, "score": Decimal(-1)}])
    assert (counts.failed, counts.processed) == (1, 1)
    assert {key[2] for key in desk.rejections()} == {"score_below_zero", "odd_number_in_high_school"}


def test_what_cannot_become_a_row_is_refused_with_its_column(desk: Desk) -> None:
    counts = desk.send("School", [LINCOLN, {"id": 3, "name": None}, {"id": 4, "name": "x" * 21, "kind": "Z"}])
    assert (counts.created, counts.failed, counts.processed) == (1, 2, 3)
    found = desk.rejections()
    assert found["School", "3", "required"]["column"] == "name"
    assert found["School", "4", "too_long"]["message"] == "name is too long: it takes at most 20 characters."
    assert found["School", "4", "unknown_code"]["column"] == "kind"


def test_a_value_that_did_not_fit_in_the_district_is_a_rejection_here(desk: Desk) -> None:
    misfits = [{"record": 0, "key": ["9"], "column": "closed", "reason": "not_boolean"}]
    counts = desk.resync({"School": [LINCOLN]}, misfits=misfits)["School"]
    assert (counts.created, counts.failed) == (1, 1)
    assert desk.rejections()["School", "9", "not_boolean"]["message"] == "closed is neither true nor false."


def test_a_rejected_child_is_judged_alike_whatever_the_state_held_before(desk: Desk) -> None:
    rows = {"School": [LINCOLN], "Pupil": [{"id": 1, "school_id": 1}]}
    desk.resync(rows)
    bad = {"School": [{**LINCOLN, "kind": "X"}], "Pupil": [{"id": 1, "school_id": 1, "number": 8}]}
    counts = desk.resync(bad)
    assert (counts["School"].failed, counts["Pupil"].blocked) == (1, 1)
    assert desk.rows("pupil")[0]["number"] is None
    assert counts["School"].leftovers == 0


def test_processed_is_the_sum_of_every_verdict(desk: Desk) -> None:
    desk.send("School", [LINCOLN])
    rows = [{"id": 1, "name": "Lee"}, {"id": 2, "name": None}, {"id": 3, "name": "C", "closed": True}, GRANT]
    counts = desk.send("School", rows[:1] + rows[1:3] + [{**GRANT, "id": 5}])
    total = counts.created + counts.updated + counts.unchanged + counts.failed + counts.blocked + counts.excluded
    assert (total, counts.processed) == (4, 4)
