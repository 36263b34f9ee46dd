"""Leftovers are removed where that is asked for: children first, nobody else's, and none that something needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, unique
from tests.loading.test_changes import send_changes

from upstate.errors import LandingError
from upstate.loading import leaving, removing
from upstate.loading.leaving import Large, Limits, Removal, Swept
from upstate.loading.placing import at_district
from upstate.loading.removing import Removed, remove

ALL = Limits(100, 100)
TEN = Limits(10, 10)
Rows = Mapping[str, list[Row]]

CHAIN = {
    "School.toml": describe("School", "id integer!, name text"),
    "Pupil.toml": describe("Pupil", "id integer!, school_id integer", refers("School", "school_id")),
    "Note.toml": describe("Note", "id integer!, pupil_id integer", refers("Pupil", "pupil_id")),
    "Line.toml": describe("Line", "id integer!, note_id integer, text text", refers("Note", "note_id")),
}


def newest(desk: Desk, district: int) -> tuple[int, list[str]]:
    row = desk.connection.execute(
        "select r.id, r.objects from hub_resync r join hub_zone z on z.id = r.zone_id where z.district_id = %s "
        "order by r.id desc limit 1",
        (district,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def sweep(
    desk: Desk,
    limits: Limits = ALL,
    *,
    district: int = 1,
    resync: int | None = None,
    year: int | None = None,
    approved: Sequence[str] = (),
) -> Removed:
    """Remove the leftovers of the district's newest resync."""
    number, objects = newest(desk, district)
    removal = Removal(
        district,
        number if resync is None else resync,
        desk.catalog,
        tuple(Swept(obj, None if obj.school_year is None else year) for obj in (desk.catalog[n] for n in objects)),
    )
    with desk.connection.transaction(), at_district(desk.connection, district) as holder:
        allowed = replace(limits, approved=approved)
        return remove(desk.connection.cursor(), holder, removal, allowed, decision=len(approved))


def leftovers(desk: Desk, district: int = 1) -> dict[tuple[str, str], str]:
    """What is left over, by object and key; and why it stays, where removing was tried."""
    query = "select object, array_to_string(key, '|'), kept, kept_by from hub_leftover where district_id = %s"
    rows = desk.connection.execute(query, (district,)).fetchall()
    return {(name, key): " ".join(filter(None, (kept, by))) for name, key, kept, by in rows}


def chain(children: int = 2) -> dict[str, list[Row]]:
    """Two schools, a pupil each, a note a pupil, lines a note."""
    return {
        "School": [{"id": n, "name": "s"} for n in (1, 2)],
        "Pupil": [{"id": n, "school_id": n} for n in (1, 2)],
        "Note": [{"id": n, "pupil_id": n} for n in (1, 2)],
        "Line": [{"id": 10 * n + m, "note_id": n, "text": "t"} for n in (1, 2) for m in range(children)],
    }


def without(rows: Rows, **gone: Sequence[int]) -> dict[str, list[Row]]:
    """These rows less those of these ids."""
    return {name: [row for row in held if row["id"] not in gone.get(name, ())] for name, held in rows.items()}


def test_children_go_before_their_parents_over_three_levels(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(chain(), district=2)
    theirs = desk.versions(2)
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[2], Line=[20, 21]))
    assert set(leftovers(desk)) == {
        ("School", "2"), ("Pupil", "2"), ("Note", "2"), ("Line", "20"), ("Line", "21"),
    }  # fmt: skip
    removed = sweep(desk)
    assert list(removed.rows.items()) == [("Line", 2), ("Note", 1), ("Pupil", 1), ("School", 1)]
    assert leftovers(desk) == {}
    assert [row["id"] for row in desk.rows("line")] == [10, 11]
    assert desk.orphans() == 0
    assert desk.versions(2) == theirs, "the same keys of another district"


def test_a_leftover_that_something_needs_stays_and_says_what_needs_it(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[2], Line=[20]))
    assert sweep(desk).rows == {"Line": 1}
    assert leftovers(desk) == {
        ("Note", "2"): "needed Line",
        ("Pupil", "2"): "needed Note",
        ("School", "2"): "needed Pupil",
    }
    assert desk.orphans() == 0


def test_what_was_not_part_of_the_resync_is_not_removed_and_keeps_what_it_needs(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), Line=[20, 21], Note=[2]))
    gone = without(chain(), School=[2], Pupil=[2])
    desk.resync({name: gone[name] for name in ("School", "Pupil")})
    assert sweep(desk).rows == {}
    assert leftovers(desk)["Pupil", "2"] == "needed Note"
    assert len(desk.rows("line")) == 4


def test_self_references_and_a_cycle_of_two_go_together_or_not_at_all(make_desk: MakeDesk) -> None:
    texts = {"Person.toml": describe("Person", "id integer!, chief integer", refers("Person", "chief"))}
    desk = make_desk(texts)
    people: list[Row] = [
        {"id": 1, "chief": 2}, {"id": 2, "chief": 1},  # a cycle that goes
        {"id": 3, "chief": None}, {"id": 4, "chief": 3}, {"id": 5, "chief": 4},  # a line of which the last stays
        {"id": 6, "chief": 6}, {"id": 7, "chief": None}, {"id": 8, "chief": 7},
        {"id": 9, "chief": 10}, {"id": 10, "chief": 9}, {"id": 11, "chief": 10},  # a cycle that something needs
    ]  # fmt: skip
    desk.send("Person", people)
    desk.send("Person", [row for row in people if row["id"] in (5, 11)])
    assert sweep(desk).rows == {"Person": 5}
    assert [row["id"] for row in desk.rows("person")] == [3, 4, 5, 9, 10, 11]
    assert set(leftovers(desk).values()) == {"needed Person"}
    assert desk.orphans() == 0


def test_rows_of_other_years_stay(make_desk: MakeDesk) -> None:
    texts = {"Day.toml": describe("Day", "id integer!, year integer!", 'school_year = "year"')}
    desk = make_desk(texts)
    days: list[Row] = [{"id": n, "year": 2023} for n in range(5)]
    desk.resync({"Day": days}, school_year=2023)
    desk.resync({"Day": [{"id": n, "year": 2024} for n in range(5, 10)]}, school_year=2024)
    desk.resync({"Day": []}, school_year=2024)
    _, objects = newest(desk, 1)
    assert objects == ["Day"]
    assert sweep(desk, year=2024).rows == {"Day": 5}
    assert {row["year"] for row in desk.rows("day")} == {2023}


def test_a_row_that_moved_to_another_year_since_stays(make_desk: MakeDesk) -> None:
    texts = {"Day.toml": describe("Day", "id integer!, year integer!", 'school_year = "year"')}
    desk = make_desk(texts)
    desk.resync({"Day": [{"id": n, "year": 2024} for n in range(3)]}, school_year=2024)
    desk.resync({"Day": []}, school_year=2024)
    desk.write("update state.day set year = 2023 where id = 1")
    assert sweep(desk, year=2024).rows == {"Day": 2}
    assert [row["id"] for row in desk.rows("day")] == [1]


SCHOOLS: list[Row] = [{"id": n, "name": "s"} for n in range(1, 11)]
PUPILS: list[Row] = [{"id": n, "school_id": 1 + n // 10} for n in range(100)]
TWO = {name: CHAIN[name] for name in ("School.toml", "Pupil.toml")}


@pytest.mark.parametrize(("gone", "held"), [(10, None), (11, Large(11, 100))])
def test_exactly_ten_per_cent_go_and_one_row_more_waits(make_desk: MakeDesk, gone: int, held: Large | None) -> None:
    texts = {"Plain.toml": describe("Plain", "id integer!")}
    desk = make_desk(texts)
    desk.send("Plain", [{"id": n} for n in range(100)])
    desk.send("Plain", [{"id": n} for n in range(gone, 100)])
    removed = sweep(desk, TEN)
    assert removed == Removed({} if held else {"Plain": 10}, {"Plain": held} if held else {})
    assert set(leftovers(desk).values()) == ({"held"} if held else set())


@pytest.mark.parametrize(
    ("gone", "large"),
    [
        (range(0, 100, 10), None),  # one in ten, and one in ten of every school
        (range(30, 40), Large(10, 100, ("4",), 10, 10)),  # one school whole
        ((30, 31), Large(2, 100, ("4",), 2, 10)),
        (range(0, 100, 9), Large(12, 100, ("1",), 2, 10)),
    ],
)
def test_one_schools_share_counts_beside_the_objects(
    make_desk: MakeDesk, gone: Sequence[int], large: Large | None
) -> None:
    desk = make_desk(TWO)
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    desk.resync({"School": SCHOOLS, "Pupil": [p for p in PUPILS if p["id"] not in gone]})
    removed = sweep(desk, TEN)
    assert removed.large == ({} if large is None else {"Pupil": large})
    assert removed.rows == ({"Pupil": len(gone)} if large is None else {})


def test_a_school_two_steps_away_is_found(make_desk: MakeDesk) -> None:
    desk = make_desk({name: CHAIN[name] for name in ("School.toml", "Pupil.toml", "Note.toml")})
    notes: list[Row] = [{"id": n, "pupil_id": n} for n in range(100)]
    whole: Rows = {"School": SCHOOLS, "Pupil": PUPILS, "Note": notes}
    desk.resync(whole)
    desk.resync({**whole, "Note": [n for n in notes if n["id"] not in (50, 51)]})
    assert sweep(desk, TEN).large == {"Note": Large(2, 100, ("6",), 2, 10)}


def test_what_is_held_holds_its_parents_and_goes_with_them_once_approved(make_desk: MakeDesk) -> None:
    desk = make_desk(TWO)
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    after = [p for p in PUPILS if p["school_id"] != 4]
    desk.resync({"School": [s for s in SCHOOLS if s["id"] != 4], "Pupil": after})
    assert sweep(desk, TEN) == Removed({}, {"Pupil": Large(10, 100, ("4",), 10, 10)})
    assert leftovers(desk)["School", "4"] == "needed Pupil"
    assert sweep(desk, TEN, approved=["Pupil"]) == Removed({"Pupil": 10, "School": 1}, {})
    assert desk.orphans() == 0


def test_only_what_the_last_complete_snapshot_lacks_is_removed(make_desk: MakeDesk) -> None:
    desk = make_desk(TWO)
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS[5:]})
    first, _ = newest(desk, 1)
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS[2:]})
    assert sweep(desk, resync=first).rows == {}
    assert sweep(desk).rows == {"Pupil": 2}
    assert [row["id"] for row in desk.rows("pupil")] == list(range(2, 100))


def test_a_row_with_a_value_in_a_column_that_the_state_owns_stays(desk: Desk) -> None:
    schools: list[Row] = [{"id": 1, "name": "A"}, {"id": 2, "name": "B", "rating": "good"}, {"id": 3, "name": "C"}]
    desk.send("School", schools)
    desk.write("update state.school set rating = 'fair' where id = 3")
    desk.send("School", [])
    assert sweep(desk).rows == {"School": 1}
    assert leftovers(desk) == {("School", "2"): "state_owned", ("School", "3"): "state_owned"}


def test_an_object_of_which_the_state_owns_everything_stays(make_desk: MakeDesk) -> None:
    owned = describe("Code", "id integer!, name text").replace('name = "name"', 'name = "name"\nowner = "state"')
    desk = make_desk({"Code.toml": owned})
    desk.send("Code", [{"id": 1}])
    desk.send("Code", [])
    assert sweep(desk).rows == {}
    assert leftovers(desk) == {("Code", "1"): "state_owned"}


def test_a_table_of_the_states_own_that_points_at_a_leftover_keeps_it(desk: Desk) -> None:
    desk.send("School", [{"id": n, "name": "A"} for n in (1, 2, 3)])
    desk.write(
        "create table public.visit (district_id integer, school integer, foreign key (district_id, school) "
        "references state.school (district_id, id) on delete cascade)"
    )
    desk.write("insert into public.visit values (1, 2)")
    desk.send("School", [])
    assert sweep(desk).rows == {"School": 2}
    assert leftovers(desk) == {("School", "2"): "needed public.visit"}
    with at_district(desk.connection, 1) as holder:
        assert holder.execute("select count(*) from public.visit").fetchone() == (1,)


@pytest.mark.parametrize("may_skip_triggers", [True, False])
def test_it_is_the_same_with_triggers_and_without(make_desk: MakeDesk, may_skip_triggers: bool) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[2], Line=[20, 21]))
    with desk.as_role(may_skip_triggers=may_skip_triggers) as other:
        assert sweep(other).rows == {"Line": 2, "Note": 1, "Pupil": 1, "School": 1}
    assert desk.orphans() == 0


def test_a_child_that_another_program_makes_meanwhile_undoes_all_of_it(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[2], Line=[20, 21]))
    judged = leaving.judge_removal

    def judged_and_then(*given: Any, **more: Any) -> Any:
        found = judged(*given, **more)
        with desk.reconnected() as other:
            other.write("insert into state.line (district_id, id, note_id) values (1, 99, 2)")
        return found

    monkeypatch.setattr(removing, "judge_removal", judged_and_then)
    with pytest.raises(LandingError, match="made rows of Line"):
        sweep(desk)
    assert len(desk.rows("note")) == 2
    assert desk.orphans() == 0
    monkeypatch.undo()
    assert sweep(desk).rows == {"Line": 2}


def test_changes_and_everything_leave_the_same_over(desk: Desk) -> None:
    both: dict[int, Any] = {}
    for district in (1, 2):
        desk.resync({"School": SCHOOLS, "Pupil": [{**p, "number": p["id"]} for p in PUPILS]}, district=district)
    after: Rows = {"School": SCHOOLS[1:], "Pupil": [{**p, "number": p["id"]} for p in PUPILS[:50]]}
    desk.resync(after, district=1)
    send_changes(desk, after, 2)
    for district in (1, 2):
        before = leftovers(desk, district)
        both[district] = (before, sweep(desk, district=district).rows, leftovers(desk, district))
    assert both[1] == both[2]
    assert len(both[1][0]) == 51


def test_a_value_that_a_removed_row_had_is_free(make_desk: MakeDesk) -> None:
    texts = {"Person.toml": describe("Person", "id integer!, number integer", unique("number", 'across = "state"'))}
    desk = make_desk(texts)
    desk.send("Person", [{"id": 1, "number": 7}])
    desk.send("Person", [])
    assert sweep(desk).rows == {"Person": 1}
    assert desk.send("Person", [{"id": 2, "number": 7}]).created == 1


def test_what_comes_back_is_left_over_no_more(desk: Desk) -> None:
    desk.resync({"School": SCHOOLS})
    desk.resync({"School": SCHOOLS[3:]})
    desk.resync({"School": SCHOOLS[1:]})
    assert set(leftovers(desk)) == {("School", "1")}
    desk.resync({"School": SCHOOLS})
    assert leftovers(desk) == {}
