"""Objects bound to a school year: one year's snapshot speaks for that year's rows and for no other."""

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique

from upstate.planning import Counts

TEXTS = {
    "Term.toml": describe(
        "Term",
        "id integer!, year integer!, note text, code text, bad boolean",
        'school_year = "year"',
        rule("marked", "record.bad"),
        unique("code"),
    ),
    "Mark.toml": describe(
        "Mark", "id integer!, year integer, term_id integer", 'school_year = "year"', refers("Term", "term_id")
    ),
}


def term(key: int, year: int, **more: object) -> Row:
    return {"id": key, "year": year, **more}


@pytest.fixture
def terms(make_desk: MakeDesk) -> Desk:
    """Two years of terms."""
    desk = make_desk(TEXTS)
    desk.send("Term", [term(n, 2023, note="old") for n in range(5)], school_year=2023)
    desk.send("Term", [term(n, 2024) for n in range(10, 15)], school_year=2024)
    return desk


def test_leftovers_are_counted_within_the_year(terms: Desk) -> None:
    assert terms.send("Term", [term(10, 2024)], school_year=2024) == Counts(unchanged=1, leftovers=4)
    assert terms.send("Term", [term(0, 2023)], school_year=2023) == Counts(updated=1, leftovers=4)
    assert terms.send("Term", [], school_year=2025) == Counts()


def test_rows_of_another_year_are_not_touched(terms: Desk) -> None:
    before = [row for row in terms.versions() if ",2023," in row[3]]
    terms.send("Term", [term(n, 2024, note="new") for n in range(10, 15)], school_year=2024)
    assert [row for row in terms.versions() if ",2023," in row[3]] == before


def test_a_record_of_another_year_is_refused(terms: Desk) -> None:
    counts = terms.send("Term", [term(10, 2024), term(0, 2023), term(20, 2022)], school_year=2024)
    assert counts == Counts(unchanged=1, failed=2, leftovers=4)
    assert terms.rejections()["Term", "20", "other_year"]["column"] == "year"


def test_a_record_without_its_year_is_refused_though_the_column_may_be_empty(terms: Desk) -> None:
    assert terms.send("Mark", [{"id": 1, "year": None}, {"id": 2, "year": 2024}], school_year=2024).failed == 1
    assert terms.rejections()["Mark", "1", "required"]["column"] == "year"


def test_a_record_that_moved_to_this_year_is_updated_and_no_leftover_is_hidden_by_it(terms: Desk) -> None:
    counts = terms.send("Term", [term(10, 2024), term(0, 2024)], school_year=2024)
    assert counts == Counts(unchanged=1, updated=1, leftovers=4)
    assert terms.send("Term", [term(n, 2023, note="old") for n in range(1, 5)], school_year=2023) == Counts(unchanged=4)


def test_rejections_of_another_year_stay_open(terms: Desk) -> None:
    terms.send("Term", [term(0, 2023, bad=True)], school_year=2023)
    terms.send("Term", [term(10, 2024)], school_year=2024)
    assert list(terms.rejections()) == [("Term", "0", "marked")]
    terms.send("Term", [term(0, 2023)], school_year=2023)
    assert terms.rejections() == {}


@pytest.mark.parametrize("first", [False, True])
def test_a_rejection_is_resolved_when_its_record_lands_in_another_year(make_desk: MakeDesk, first: bool) -> None:
    desk = make_desk(TEXTS)
    if not first:
        desk.send("Term", [term(9, 2024)], school_year=2024)
    desk.send("Term", [term(0, 2023, bad=True), term(1, 2023, bad=True)], school_year=2023)
    assert desk.send("Mark", [{"id": 1, "year": 2024, "term_id": 0}], school_year=2024).blocked == 1
    desk.resync({"Term": [term(0, 2024), term(1, 2024, bad=True)]}, school_year=2024)
    assert [(r["key"], r["school_year"]) for r in desk.rejections().values() if r["object"] == "Term"] == [
        (["1"], 2024)
    ]
    assert {r["school_year"] for r in desk.rejections(resolved=True).values()} == {2023}
    assert desk.send("Mark", [{"id": 1, "year": 2024, "term_id": 0}], school_year=2024).created == 1


def test_what_must_be_unique_is_so_across_years(terms: Desk) -> None:
    terms.send("Term", [term(0, 2023, code="A")], school_year=2023)
    counts = terms.send("Term", [term(10, 2024, code="A"), term(11, 2024, code="B")], school_year=2024)
    assert counts == Counts(updated=1, failed=1, leftovers=3)
    assert "Term 0, as the state still holds it" in terms.rejections()["Term", "10", "duplicate"]["message"]
    moved = terms.send("Term", [term(0, 2024, code="C"), term(10, 2024, code="A")], school_year=2024)
    assert moved == Counts(updated=2, leftovers=4)


def test_a_key_may_come_in_one_year_only(terms: Desk) -> None:
    counts = terms.send("Term", [term(10, 2024), term(10, 2024)], school_year=2024)
    assert counts == Counts(failed=2, leftovers=4)
