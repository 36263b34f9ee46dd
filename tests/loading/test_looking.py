"""What a look at the state's rows settles of judging them, and that what it does not settle is found when they land."""

from __future__ import annotations

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique
from tests.loading.test_changes import CHANGES, START, Rows, look_at, send_changes

from upstate.planning import Counts

YEARS = {
    "Day.toml": describe("Day", "id integer!, year integer, place integer", 'school_year = "year"', unique("place")),
}
FIRST_DAYS: list[Row] = [{"id": n, "year": 2024, "place": n} for n in (1, 2)]


def test_what_no_row_breaks_is_clear(desk: Desk) -> None:
    send_changes(desk, START, CHANGES)
    seen = {obj.name: look_at(desk, obj, CHANGES).clear for obj in desk.catalog}
    assert seen == {
        "School": {"own rules"},
        "Pupil": {"own rules", "unique: school_id, number"},
        "Note": {"own rules"},
    }


@pytest.mark.parametrize(
    ("edit", "told", "reason"),
    [
        ("update state.pupil set score = -1 where id = 3", {"unique: school_id, number"}, "score_below_zero"),
        ("update state.pupil set number = 0, school_id = 1 where id in (2, 4)", {"own rules"}, "duplicate"),
    ],
)
def test_what_somebody_broke_by_sql_at_both_ends_is_not_clear_and_is_found(
    desk: Desk, edit: str, told: set[str], reason: str
) -> None:
    send_changes(desk, START, CHANGES)
    desk.connection.execute(edit)
    assert look_at(desk, desk.catalog["Pupil"], CHANGES).clear == told
    there: Rows = {"School": START["School"], "Pupil": [*desk.rows("pupil", CHANGES)]}
    assert send_changes(desk, there, CHANGES)["Pupil"].failed == (3 if reason == "duplicate" else 1)
    assert reason in {row["reason"] for row in desk.rejections(district=CHANGES).values()}


def test_a_null_need_not_be_unique(desk: Desk) -> None:
    pupils: list[Row] = [{"id": n, "school_id": 1, "number": None} for n in range(3)]
    send_changes(desk, {"School": START["School"], "Pupil": pupils}, CHANGES)
    assert "unique: school_id, number" in look_at(desk, desk.catalog["Pupil"], CHANGES).clear


def test_another_years_row_counts_for_what_is_unique_across_years_and_for_nothing_else(make_desk: MakeDesk) -> None:
    desk = make_desk(YEARS)
    day = desk.catalog["Day"]
    desk.resync({"Day": FIRST_DAYS}, district=CHANGES, school_year=2024)
    assert look_at(desk, day, CHANGES, 2024).clear == {"own rules", "unique: place"}
    desk.connection.execute("insert into state.day (district_id, id, year, place) values (%s, 9, 2023, 2)", (CHANGES,))
    looked = look_at(desk, day, CHANGES, 2024)
    assert looked.clear == {"own rules"}
    assert looked.sums.total == 2


def test_a_rule_that_cannot_be_computed_leaves_the_sums(make_desk: MakeDesk) -> None:
    divides = rule("odd", "1 / record.place > 5")
    desk = make_desk({"Day.toml": describe("Day", "id integer!, place integer", divides)})
    assert desk.send("Day", [{"id": 1, "place": 1}], district=CHANGES) == Counts(created=1)
    desk.connection.execute("update state.day set place = 0")
    looked = look_at(desk, desk.catalog["Day"], CHANGES)
    assert (looked.sums.total, looked.clear) == (1, frozenset())


def test_a_parent_of_which_a_rule_names_the_key_alone_is_there_only_where_all_of_the_key_is(
    make_desk: MakeDesk,
) -> None:
    without = rule("without_site", "site.north is null and record.marked")
    within = rule("marked_twice", "site.east is not null and record.marked and record.again")
    columns = "id integer!, north integer, east integer, marked boolean, again boolean"
    to_site = refers("Site", "north east", 'name = "site"')
    desk = make_desk(
        {
            "Site.toml": describe("Site", "north integer!, east integer!", key="north east"),
            "Visit.toml": describe("Visit", columns, to_site, without, within),
        }
    )
    places = {1: (7, 8), 2: (7, None), 3: (None, None), 4: (7, 8)}
    visits: list[Row] = [
        {"id": n, "north": north, "east": east, "marked": False, "again": n == 4} for n, (north, east) in places.items()
    ]
    there: Rows = {"Site": [{"north": 7, "east": 8}], "Visit": visits}
    send_changes(desk, there, CHANGES)
    desk.connection.execute("update state.visit set marked = true")
    marked: Rows = {**there, "Visit": [{**visit, "marked": True} for visit in visits]}
    assert send_changes(desk, marked, CHANGES)["Visit"] == Counts(unchanged=1, failed=3)
    assert {(key, reason) for _, key, reason in desk.rejections(district=CHANGES)} == {
        ("2", "without_site"),
        ("3", "without_site"),
        ("4", "marked_twice"),
    }
