"""The sums that a landing keeps of the open rejections equal what the rejections themselves add up to, always."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from psycopg.rows import dict_row
from tests.loading.desk import Desk

SCHOOLS = [{"id": 1, "name": "Lincoln", "kind": "E"}, {"id": 2, "name": "Grant", "kind": "H"}]


def read(desk: Desk, table: str) -> list[dict[str, Any]]:
    with desk.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from {table}").fetchall()


def open_rejections(desk: Desk) -> list[dict[str, Any]]:
    return [r for r in read(desk, "hub_rejection") if r["resolved_at"] is None and r["cleared_at"] is None]


def holds_by_definition(desk: Desk) -> dict[tuple[Any, ...], int]:
    """Of each root and object and year, the records it holds back: each counts once, with the most of its rows."""
    records: dict[tuple[Any, ...], int] = defaultdict(int)
    for r in open_rejections(desk):
        if (r["object"], r["key"]) != (r["root_object"], r["root_key"]):
            verdict = "failed" if r["verdict"] == "blocked" else r["verdict"]
            root = (r["district_id"], r["root_object"], tuple(r["root_key"]), r["root_reason"], verdict)
            place = (root, r["object"], r["school_year"], tuple(r["key"]))
            records[place] = max(records[place], r["records"])
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for (root, name, year, _), count in records.items():
        sums[(*root, name, year)] += count
    return dict(sums)


def tallies_by_definition(desk: Desk) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Of each object, year and reason the rejections, and the records that have it as the first of their reasons."""
    reasons: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for r in open_rejections(desk):
        own = (r["object"], r["key"]) == (r["root_object"], r["root_key"])
        reasons[r["district_id"], r["object"], r["school_year"], tuple(r["key"]), r["verdict"], own].append(r)
    tally: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for (district, name, year, _, verdict, own), rows in reasons.items():
        rows.sort(key=lambda r: (r["reason"], r["column"]))
        for number, r in enumerate(rows):
            counted = tally[district, name, year, verdict, r["reason"], r["column"], own]
            counted[0] += 1
            counted[1] += max(each["records"] for each in rows) if number == 0 else 0
    return {group: (rows, records) for group, (rows, records) in tally.items()}


def assert_the_sums_are_right(desk: Desk) -> None:
    holds = holds_by_definition(desk)
    names = ("district_id", "root_object", "root_key", "root_reason", "verdict", "object", "school_year")
    assert {
        tuple(tuple(h[n]) if n == "root_key" else h[n] for n in names): h["records"] for h in read(desk, "hub_hold")
    } == holds
    roots: dict[tuple[Any, ...], int] = defaultdict(int)
    for place, count in holds.items():
        roots[place[:5]] += count
    assert {
        (r["district_id"], r["object"], tuple(r["key"]), r["reason"], r["verdict"]): r["holds"]
        for r in read(desk, "hub_root")
    } == roots
    kept = ("district_id", "object", "school_year", "verdict", "reason", "column", "own")
    assert {
        tuple(t[n] for n in kept): (t["rejections"], t["records"]) for t in read(desk, "hub_tally")
    } == tallies_by_definition(desk)


def a_district(chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Schools, pupils and notes with faults of every kind: their own, their parents', their mentors', doubled keys."""
    schools = [
        {"id": n, "name": "S" * chance.choice((5, 25)), "kind": chance.choice("EHX"), "closed": chance.random() < 0.2}
        for n in range(6)
    ]
    pupils = [
        {
            "id": chance.choice((n, n, n, n, 3)),
            "school_id": chance.randrange(8),
            "mentor_id": chance.choice((None, None, chance.randrange(44))),
            "number": n if chance.random() < 0.9 else 1,
            "score": chance.choice((1, 2, -1)),
        }
        for n in range(40)
    ]
    notes = [
        {"pupil_id": chance.randrange(44), "line": n, "reader_id": chance.choice((None, chance.randrange(8)))}
        for n in range(60)
    ]
    return {"School": schools, "Pupil": pupils, "Note": notes}


def test_the_sums_equal_the_rejections_after_any_run(desk: Desk) -> None:
    chance = random.Random(3)
    for _ in range(6):
        desk.resync(a_district(chance))
        assert_the_sums_are_right(desk)
        assert read(desk, "hub_root")


def test_when_everything_is_mended_nothing_is_summed_any_more(desk: Desk) -> None:
    desk.resync(a_district(random.Random(4)))
    desk.resync({"School": SCHOOLS, "Pupil": [{"id": 1, "school_id": 1}], "Note": []})
    assert [read(desk, table) for table in ("hub_root", "hub_hold", "hub_tally")] == [[], [], []]


def test_a_rerun_that_changes_nothing_writes_no_sum_of_a_root(desk: Desk) -> None:
    data = a_district(random.Random(5))
    desk.resync(data)
    query = "select ctid, xmin, id from hub_root union all select ctid, xmin, id from hub_hold order by 3, 1"
    before = desk.connection.execute(query).fetchall()
    assert before
    desk.resync(data)
    assert desk.connection.execute(query).fetchall() == before


def test_the_sums_of_another_district_stay_as_they_are(desk: Desk) -> None:
    desk.resync(a_district(random.Random(6)), district=2)
    before = [read(desk, table) for table in ("hub_root", "hub_hold", "hub_tally")]
    desk.resync(a_district(random.Random(7)))
    assert_the_sums_are_right(desk)
    desk.resync({"School": SCHOOLS, "Pupil": [], "Note": []})
    after = [read(desk, table) for table in ("hub_root", "hub_hold", "hub_tally")]
    by_id = [sorted(rows, key=lambda row: row["id"]) for rows in before]
    assert [sorted(rows, key=lambda row: row["id"]) for rows in after] == by_id


def test_a_cleared_rejection_that_is_met_again_is_open_again_and_summed(desk: Desk) -> None:
    data = a_district(random.Random(8))
    desk.resync(data)
    count = len(open_rejections(desk))
    desk.connection.execute("update hub_rejection set cleared_at = now()")
    assert open_rejections(desk) == []
    desk.resync(data)
    assert len(open_rejections(desk)) == count
    assert_the_sums_are_right(desk)
