"""Status, roots and rejections say what happened, and count every record once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.hub.state import State, send

from upstate.hub.postgres import Connection, connect
from upstate.hub.reports import (
    Outlook,
    count_rejections,
    history,
    outlook,
    rejections,
    resync_runs,
    roots,
    status,
)
from upstate.planning import Status


@pytest.fixture
def looking(state: State) -> Any:
    with connect(state.url) as connection:
        yield connection


SCHOOLS = [{"id": 1, "name": "North"}, {"id": 2, "name": "a name that is much too long"}]
STUDENTS = [
    {"id": 10, "name": "Ann", "school_id": 1},
    {"id": 11, "name": "Bob", "school_id": 2},
    {"id": 12, "name": "Cid", "school_id": 2},
    {"id": 13, "name": "Dee", "school_id": 99},
]
SCORES = [{"id": 100 + n, "name": "A", "student_id": n} for n in (10, 11, 12, 13)]
DATA: dict[str, list[dict[str, Any]]] = {"School": SCHOOLS, "Student": STUDENTS, "Score": SCORES}


def test_the_root_that_holds_back_most_comes_first_with_what_it_holds_by_object(
    state: State, looking: Connection
) -> None:
    send(state, DATA, "School", "Student", "Score")
    found = list(roots(looking, state.district))
    assert [(r.object, r.key, r.verdict, r.blocks, dict(r.by_object)) for r in found] == [
        ("School", ("2",), "failed", 4, {"Student": 2, "Score": 2}),
        ("Student", ("13",), "failed", 1, {"Score": 1}),
    ]
    assert all(root.message and root.advice and root.reason for root in found)
    assert outlook(looking, state.district) == Outlook(
        problems=2, held_back=5, failed=2, kept_out=0, kept_out_with_them=0
    )


def test_a_record_with_two_faults_of_its_own_is_one_failed_record(state: State, looking: Connection) -> None:
    send(state, {"Student": [{"id": 1, "name": "x" * 30, "school_id": 5}]}, "Student")
    assert outlook(looking, state.district).failed == 1


def test_what_was_mended_is_open_no_more_and_frees_what_it_held(state: State, looking: Connection) -> None:
    send(state, DATA, "School", "Student", "Score")
    mended = {**DATA, "School": [SCHOOLS[0], {"id": 2, "name": "South"}]}
    send(state, mended, "School", "Student", "Score")
    assert [(r.object, r.key) for r in roots(looking, state.district)] == [("Student", ("13",))]
    assert count_rejections(looking, state.district) == 2


def test_roots_of_one_resync_are_those_it_met(state: State, looking: Connection) -> None:
    send(state, DATA, "School", "Student", "Score")
    later = send(state, DATA, "Score")
    assert {(r.object, r.key, r.blocks) for r in roots(looking, state.district, resync=later.id)} == {
        ("School", ("2",), 2),
        ("Student", ("13",), 1),
    }
    nothing = send(state, {}, "Bus")
    assert list(roots(looking, state.district, resync=nothing.id)) == []


def test_roots_can_be_asked_for_by_object_verdict_and_number(state: State, looking: Connection) -> None:
    send(state, DATA, "School", "Student", "Score")
    assert [r.object for r in roots(looking, state.district, object_name="Student")] == ["Student"]
    assert [r.object for r in roots(looking, state.district, limit=1)] == ["School"]
    assert list(roots(looking, state.district, verdict="excluded")) == []


def test_rejections_come_with_what_must_be_mended_first(state: State, looking: Connection) -> None:
    send(state, DATA, "School", "Student", "Score")
    found = list(rejections(looking, state.district))
    assert [(r["verdict"], r["object"], r["key"]) for r in found] == [
        ("failed", "School", ["2"]),
        ("failed", "Student", ["13"]),
        ("blocked", "Score", ["111"]),
        ("blocked", "Score", ["112"]),
        ("blocked", "Score", ["113"]),
        ("blocked", "Student", ["11"]),
        ("blocked", "Student", ["12"]),
    ]
    assert [r["key"] for r in rejections(looking, state.district, object_name="Student", limit=2)] == [["13"], ["11"]]
    assert count_rejections(looking, state.district, object_name="Student") == 3


def test_another_districts_rejections_are_never_shown(state: State, looking: Connection) -> None:
    from upstate.hub.districts import add_district

    send(state, DATA, "School", "Student", "Score")
    other, _ = add_district(state.catalog, "Hillside", source_url="x", mapping="", school_year=2024, edition=None)
    assert list(roots(looking, other)) == []
    assert list(rejections(looking, other)) == []
    assert outlook(looking, other) == Outlook(0, 0, 0, 0, 0)
    assert status(looking, other) == {}
    assert list(history(looking, other)) == []


def test_status_is_that_of_the_newest_run_of_each_object(state: State, looking: Connection) -> None:
    send(state, DATA, "School", "Student")
    send(state, {"School": SCHOOLS[:1]}, "School")
    found = status(looking, state.district)
    assert set(found) == {"School", "Student"}
    assert (found["School"].counts.unchanged, found["School"].counts.leftovers) == (1, 0)
    assert found["School"].status is Status.GREEN
    assert (found["Student"].counts.processed, found["Student"].counts.errors) == (4, 3)
    assert found["Student"].status is Status.RED
    assert found["School"].started is not None


def test_an_object_that_waits_or_runs_is_gray_and_one_that_failed_is_red(state: State, looking: Connection) -> None:
    resync = state.place("School", "Bus")
    assert {run.object: run.status for run in resync_runs(looking, resync.id)} == {
        "School": Status.GRAY,
        "Bus": Status.GRAY,
    }
    state.connection.execute("UPDATE hub_order SET state = 'failed', finished_at = now() WHERE object = 'Bus'")
    assert status(looking, state.district)["Bus"].status is Status.RED


def test_a_run_for_another_year_does_not_hide_this_years(state: State, looking: Connection) -> None:
    from upstate.hub.placing_resyncs import place_resync
    from upstate.planning import make_plan

    send(state, {"Month": [{"id": 1, "name": "May", "year": 2024}]}, "Month")
    plan = make_plan(state.catalog, ["Month"], state.district.zone, year=2023, check_dependencies=False)
    place_resync(plan, state.district.zone_id, asked_by="Dana")
    assert status(looking, state.district)["Month"].counts.created == 1
    assert [row["school_year"] for row in history(looking, state.district)] == [2023, 2024]
