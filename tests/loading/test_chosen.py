"""Some records alone: judged as among all, and nothing else of the district, or of another, is written or said anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tests.loading.conftest import MakeDesk
from tests.loading.desk import CATALOG, Desk, Row, describe, refers, rule, unique

from upstate.loading.landing import land
from upstate.planning import Counts
from upstate.wire import encode_lacking, table_of_ids, table_of_keys

LINCOLN: Row = {"id": 1, "name": "Lincoln", "kind": "E"}
GRANT: Row = {"id": 2, "name": "Grant", "kind": "H"}
PUPILS: list[Row] = [{"id": n, "school_id": 1 + n % 2, "number": 2 * n} for n in range(10)]


def pupil(id_: int, **values: object) -> Row:
    return {**PUPILS[id_], **values} if id_ < len(PUPILS) else {"id": id_, **values}


def send_chosen(
    desk: Desk, name: str, rows: list[Row], *, lacking: Iterable[int] = (), misfits: list[Row] | None = None
) -> Counts:
    """These records of an object alone, as a selective order has them delivered; the keys it asked for in vain."""
    resync = desk.place([name], desk.district)
    task = desk.task(resync, name)
    desk.deliver(task, rows, misfits or [])
    gone = encode_lacking(table_of_keys(task.object.key, [(str(key),) for key in lacking]))
    return land(desk.connection, replace(task, everything=False, chosen=True, district_records=len(rows), gone=gone))


def test_only_what_was_sent_is_written_and_nothing_is_said_of_the_rest(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN, GRANT], "Pupil": [*PUPILS, pupil(50, school_id=9)]})
    before = {row[1:3] for row in desk.versions()}
    failed = desk.rejections()[("Pupil", "50", "missing_reference")]
    counts = send_chosen(desk, "Pupil", [pupil(3, score=1), pupil(4), pupil(20, school_id=1)])
    assert counts == Counts(created=1, updated=1, unchanged=1)
    assert len(before - {row[1:3] for row in desk.versions()}) == 1
    assert len(desk.rows("pupil")) == len(PUPILS) + 1
    assert desk.rejections()[("Pupil", "50", "missing_reference")] == failed


def test_what_is_open_of_the_sent_and_of_the_lacking_is_resolved_and_no_other(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    wrong = [pupil(n, school_id=9) for n in (50, 51, 52)]
    for district in (1, 2):
        desk.resync({"School": [LINCOLN], "Pupil": wrong}, district=district)
    assert send_chosen(desk, "Pupil", [pupil(50, school_id=1)], lacking=[51, 77]) == Counts(created=1)
    assert desk.verdicts("Pupil") == {"52": "failed"}
    assert {key for _, key, _ in desk.rejections(resolved=True)} == {"50", "51"}
    assert {key for _, key, _ in desk.rejections(district=2)} == {"50", "51", "52"}
    assert desk.rows("pupil", 2) == []


def test_ids_that_nobody_has_resolve_nothing(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN], "Note": []})
    resync = desk.place(["School"], desk.district)
    task = desk.task(resync, "School")
    desk.deliver(task, [])
    gone = encode_lacking(table_of_ids(["L7"]))
    assert land(desk.connection, replace(task, everything=False, chosen=True, gone=gone)) == Counts()


def test_a_record_still_wrong_keeps_its_rejection_and_when_it_was_first_seen(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN], "Pupil": [pupil(50, school_id=9, score=-1)]})
    first = desk.rejections()[("Pupil", "50", "missing_reference")]
    assert send_chosen(desk, "Pupil", [pupil(50, school_id=9)]) == Counts(failed=1)
    assert set(desk.rejections()) == {("Pupil", "50", "missing_reference")}
    again = desk.rejections()[("Pupil", "50", "missing_reference")]
    assert again["first_seen_id"] == first["first_seen_id"] < again["last_seen_id"]
    assert set(desk.rejections(resolved=True)) == {("Pupil", "50", "score_below_zero")}


def test_parents_at_the_state_count_and_those_kept_out_keep_out(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN, {"id": 2, "name": None}, {"id": 3, "name": "Shut", "closed": True}]})
    sent = [pupil(n, school_id=n) for n in (1, 2, 3, 4)]
    assert send_chosen(desk, "Pupil", sent) == Counts(created=1, blocked=1, excluded=1, failed=1)
    assert desk.verdicts("Pupil") == {"2": "blocked", "3": "excluded", "4": "failed"}
    assert desk.rejections()[("Pupil", "2", "parent_failed")]["root_object"] == "School"
    assert desk.orphans() == 0


def test_a_parent_of_the_same_kind_that_was_not_sent_counts_as_it_stands(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN], "Pupil": [pupil(1, school_id=1, number=1), pupil(2, school_id=9)]})
    sent = [pupil(n, school_id=1, number=n, mentor_id=m) for n, m in ((3, 1), (4, 2), (5, 4), (6, 99), (7, 3))]
    assert send_chosen(desk, "Pupil", sent) == Counts(created=2, blocked=2, failed=1)
    assert desk.verdicts("Pupil") == {"2": "failed", "4": "blocked", "5": "blocked", "6": "failed"}
    assert desk.rejections()[("Pupil", "5", "parent_failed")]["root_key"] == ["2"]
    mended = [pupil(2, school_id=1, number=2), pupil(4, school_id=1, number=4, mentor_id=2)]
    assert send_chosen(desk, "Pupil", mended) == Counts(created=2)
    assert desk.verdicts("Pupil") == {"5": "blocked", "6": "failed"}


def test_what_must_be_unique_is_held_against_rows_that_were_not_sent(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN, GRANT], "Pupil": PUPILS})
    taken = pupil(20, school_id=1, number=4)
    assert send_chosen(desk, "Pupil", [taken]) == Counts(failed=1)
    found = desk.rejections()[("Pupil", "20", "duplicate")]
    assert found["message"] == "school_id, number is the same as in Pupil 2."
    assert found["root_key"] == ["20"]
    # once 2 gives its number up in the same order, both may land
    assert send_chosen(desk, "Pupil", [taken, pupil(2, number=40)]) == Counts(created=1, updated=1)
    both = [pupil(n, school_id=1, number=60) for n in (21, 22)]
    assert send_chosen(desk, "Pupil", both) == Counts(failed=2)


def test_who_shares_a_number_fails_with_it_though_its_own_parent_of_the_same_kind_is_rejected(
    make_desk: MakeDesk,
) -> None:
    alike = [pupil(3, school_id=1, number=7), pupil(4, school_id=1, number=7, mentor_id=2)]
    among_all = make_desk(CATALOG)
    among_all.resync({"School": [LINCOLN], "Pupil": [pupil(2, school_id=9), *alike]})
    alone = make_desk(CATALOG)
    alone.resync({"School": [LINCOLN], "Pupil": [pupil(2, school_id=9)]})
    assert send_chosen(alone, "Pupil", alike) == Counts(failed=2)
    assert alone.verdicts("Pupil") == among_all.verdicts("Pupil")
    # its parent mended, it is told of the twin alone all the same
    assert send_chosen(alone, "Pupil", [pupil(2, school_id=1), alike[1]]) == Counts(created=2)
    assert send_chosen(alone, "Pupil", [alike[0]]) == Counts(failed=1)


def test_a_number_that_a_rejected_record_keeps_is_freed_by_mending_that_one(make_desk: MakeDesk) -> None:
    desk = make_desk(CATALOG)
    desk.resync({"School": [LINCOLN, GRANT], "Pupil": PUPILS})
    assert send_chosen(desk, "Pupil", [pupil(2, number=80, score=-1)]) == Counts(failed=1)
    assert send_chosen(desk, "Pupil", [pupil(20, school_id=1, number=4)]) == Counts(blocked=1)
    found = desk.rejections()[("Pupil", "20", "value_of_failed")]
    assert found["advice"] == "Nothing is wrong with this record. It lands once that Pupil does."
    assert (found["root_key"], found["root_reason"]) == (["2"], "score_below_zero")
    assert found["message"] == "school_id, number is the same as in Pupil 2, as the state still holds it."


def test_a_rule_that_looks_around_sees_what_the_state_holds_and_speaks_of_the_sent_alone(make_desk: MakeDesk) -> None:
    texts = {
        "Thing.toml": describe(
            "Thing", "id integer!, x integer", rule("alone", "count(*) over (partition by record.x) > 1")
        )
    }
    desk = make_desk(texts)
    desk.send("Thing", [{"id": 1, "x": 1}, {"id": 2, "x": 2}])
    before = desk.versions()
    assert send_chosen(desk, "Thing", [{"id": 3, "x": 1}, {"id": 4, "x": 4}]) == Counts(created=1, failed=1)
    assert desk.verdicts("Thing") == {"3": "failed"}
    assert set(before) <= set(desk.versions())


def test_records_refused_by_themselves_or_by_the_database_do_not_stop_the_others(make_desk: MakeDesk) -> None:
    texts = {
        "Up.toml": describe("Up", "id integer!, name text(5)!", unique("name", "across = 'state'")),
        "Down.toml": describe("Down", "id integer!, up integer", refers("Up", "up")),
    }
    desk = make_desk(texts)
    desk.resync({"Up": [{"id": 1, "name": "a"}]}, district=2)
    misfits: list[Row] = [{"record": 0, "key": ["8"], "column": "name", "reason": "nul_character"}]
    rows: list[Row] = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "toolong"}]
    assert send_chosen(desk, "Up", rows, misfits=misfits) == Counts(created=1, failed=3)
    assert set(desk.verdicts("Up")) == {"1", "3", "8"}
    assert send_chosen(desk, "Up", [{"id": 8, "name": "h"}]) == Counts(created=1)
    assert set(desk.verdicts("Up")) == {"1", "3"}
