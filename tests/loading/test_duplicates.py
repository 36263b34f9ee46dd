"""Keys that come twice, and values that no two records may share."""

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique

from upstate.planning import Counts

SEATS = {
    "Seat.toml": describe(
        "Seat",
        "id integer!, row text, place integer, note text, bad text",
        unique("row place"),
        rule("marked", "record.bad = 'failed'"),
        rule("kept_out", "record.bad = 'excluded'", "excluded"),
    ),
    "Guest.toml": describe("Guest", "id integer!, seat_id integer", refers("Seat", "seat_id")),
}
STATEWIDE = {
    "Person.toml": describe(
        "Person",
        "id integer!, state_id text!, name text, rating text, bad boolean",
        unique("state_id", 'across = "state"'),
        rule("marked", "record.bad"),
    ).replace('name = "rating"', 'name = "rating"\nowner = "state"'),
    "Pet.toml": describe("Pet", "id integer!, person_id integer", refers("Person", "person_id")),
}


def seat(key: int, row: str | None = None, place: int | None = None, **more: object) -> Row:
    return {"id": key, "row": row, "place": place, **more}


@pytest.fixture
def seats(make_desk: MakeDesk) -> Desk:
    """Seats that no two may share, and guests on them."""
    return make_desk(SEATS)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("copies", [[seat(1), seat(1)], [seat(1, "a"), seat(1, "b")], [seat(1), seat(1, "a"), seat(1)]])
def test_a_key_that_comes_more_than_once_fails_with_all_its_copies(seats: Desk, held: bool, copies: list[Row]) -> None:
    if held:
        seats.send("Seat", [seat(1), seat(2)])
    counts = seats.resync({"Seat": [*copies, seat(2)], "Guest": [{"id": 1, "seat_id": 1}]})
    assert counts["Seat"] == Counts(created=1 - held, unchanged=int(held), failed=len(copies))
    assert counts["Guest"].blocked == 1
    found = seats.rejections()["Seat", "1", "duplicate_key"]
    assert (found["records"], found["column"]) == (len(copies), "id")
    assert found["message"] == f"The key came {len(copies)} times."


@pytest.mark.parametrize("bad", ["failed", "excluded"])
def test_a_key_that_comes_twice_fails_once_whatever_else_is_wrong_with_its_copies(seats: Desk, bad: str) -> None:
    counts = seats.send("Seat", [seat(1, bad=bad), seat(1, bad=bad), seat(2)])
    assert counts == Counts(created=1, failed=2)
    assert list(seats.rejections()) == [("Seat", "1", "duplicate_key")]


@pytest.mark.parametrize("held", [False, True])
def test_copies_of_a_key_in_different_batches_are_found(seats: Desk, held: bool) -> None:
    if held:
        seats.send("Seat", [seat(n) for n in range(20)])
    counts = seats.resync({"Seat": [seat(n % 19) for n in range(20)]}, batch=7)["Seat"]
    assert (counts.failed, counts.leftovers) == (2, int(held))


@pytest.mark.parametrize("held", [False, True])
def test_records_that_share_what_must_be_unique_all_fail_and_name_each_other(seats: Desk, held: bool) -> None:
    if held:
        seats.send("Seat", [seat(9, "z", 9)])
    counts = seats.send("Seat", [seat(1, "a", 1), seat(2, "a", 1), seat(3, "a", 1), seat(4, "a", 2), seat(9, "z", 9)])
    assert (counts.failed, counts.created + counts.unchanged) == (3, 2)
    message = seats.rejections()["Seat", "1", "duplicate"]["message"]
    assert message == "row, place is the same as in Seat 3."
    assert seats.rejections()["Seat", "3", "duplicate"]["message"] == "row, place is the same as in Seat 1."


def test_a_null_is_no_value_to_share_unless_the_catalog_says_so(make_desk: MakeDesk) -> None:
    rows = [seat(1, "a"), seat(2, "a"), seat(3, "", 1), seat(4, None, 1), seat(5), seat(6), seat(7, None, 1)]
    distinct = make_desk(SEATS)
    assert distinct.send("Seat", rows) == Counts(created=7)
    texts = {**SEATS, "Seat.toml": SEATS["Seat.toml"].replace('["row", "place"]', '["row", "place"]\nnulls = "equal"')}
    equal = make_desk(texts)
    assert equal.send("Seat", rows) == Counts(created=1, failed=6)
    assert equal.send("Seat", rows[2:5]) == Counts(created=2, unchanged=1)
    assert equal.send("Seat", rows[5:6]) == Counts(failed=1, leftovers=3)  # the leftover has the nulls still


def test_two_records_swap_a_unique_value_in_one_resync(seats: Desk) -> None:
    seats.send("Seat", [seat(1, "a", 1), seat(2, "a", 2)])
    assert seats.send("Seat", [seat(1, "a", 2), seat(2, "a", 1)]) == Counts(updated=2)


def test_a_value_that_a_leftover_keeps_is_not_taken_and_says_so(seats: Desk) -> None:
    seats.send("Seat", [seat(1, "a", 1), seat(2, "b", 1)])
    counts = seats.send("Seat", [seat(3, "a", 1), seat(2, "b", 1)])
    assert counts == Counts(unchanged=1, failed=1, leftovers=1)
    found = seats.rejections()["Seat", "3", "duplicate"]
    assert "Seat 1, which the state still holds and the district no longer has." in found["message"]


@pytest.mark.parametrize("bad", ["failed", "excluded", "refused"])
def test_what_wants_a_value_that_the_state_keeps_for_a_rejected_record_waits_for_that_one(
    seats: Desk, bad: str
) -> None:
    seats.send("Seat", [seat(1, "a", 1), seat(2, "b", 2), seat(3, "c", 3)])
    first = seat(1, "z", 26, bad=bad)
    misfits = []
    if bad == "refused":
        first, misfits = seat(4), [{"record": 0, "key": ["1"], "column": "place", "reason": "not_an_integer"}]
    rows = [first, seat(2, "a", 1), seat(3, "b", 2)]  # each takes the seat of the one before
    counts = seats.resync({"Seat": rows}, misfits=misfits)["Seat"]
    how = "excluded" if bad == "excluded" else "blocked"
    assert counts.errors == 3
    assert getattr(counts, how) == (3 if bad == "excluded" else 2)
    assert [(r["id"], r["row"]) for r in seats.rows("seat")][:3] == [(1, "a"), (2, "b"), (3, "c")]
    reason = "value_of_excluded" if bad == "excluded" else "value_of_failed"
    for id_ in (2, 3):  # one problem, however long the line
        found = seats.rejections()["Seat", str(id_), reason]
        assert found["message"] == f"row, place is the same as in Seat {id_ - 1}, as the state still holds it."
        assert (found["verdict"], found["root_key"]) == (how, ["1"])
        assert found["root_reason"] == {"refused": "not_an_integer", "failed": "marked"}.get(bad, "kept_out")
    assert seats.send("Seat", [seat(1, "z", 26), *rows[1:]]) == Counts(updated=3, leftovers=int(bad == "refused"))


@pytest.fixture
def people(make_desk: MakeDesk) -> Desk:
    """People whose state's number is theirs in the whole state."""
    return make_desk(STATEWIDE)


def person(key: int, number: str, **more: object) -> Row:
    return {"id": key, "state_id": number, **more}


def test_a_value_of_another_district_is_refused_by_name_without_saying_whose(people: Desk) -> None:
    people.resync({"Person": [person(77, "A")]}, district=2)
    for counts in (Counts(created=1, failed=1), Counts(unchanged=1, failed=1)):
        assert people.send("Person", [person(1, "A"), person(2, "B")]) == counts
    found = people.rejections()["Person", "1", "refused_by_database"]
    assert found["message"] == "The state's unique rule person_state_id_unique refuses it."
    assert "77" not in str([v for k, v in found.items() if k in ("message", "advice", "root_key")])


def test_values_of_a_state_wide_index_swap_and_move_on_in_one_resync(people: Desk) -> None:
    people.connection.execute("alter table state.person add own text not null default 'kept'")
    people.connection.execute(
        "alter table state.person add n int generated always as identity, add g int generated always as (id + 1)"
    )
    before = {"Person": [person(n, str(n), rating="old") for n in range(6)], "Pet": [{"id": 1, "person_id": 1}]}
    people.resync(before)
    people.connection.execute("update state.person set own = 'marked', rating = 'A' where id = 1")
    numbers = people.connection.execute("select id, n from state.person order by id").fetchall()
    swapped = [person(0, "1"), person(1, "0"), person(2, "3"), person(3, "4"), person(4, "9"), person(5, "5")]
    assert people.send("Person", swapped) == Counts(updated=5, unchanged=1)
    assert people.orphans() == 0
    held = people.rows("person")
    assert [r["state_id"] for r in held] == ["1", "0", "3", "4", "9", "5"]
    assert (held[1]["own"], held[1]["rating"], held[0]["own"], held[0]["rating"]) == ("marked", "A", "kept", "old")
    assert people.connection.execute("select id, n from state.person order by id").fetchall() == numbers


def test_a_swap_lands_though_another_record_is_refused(people: Desk) -> None:
    people.resync({"Person": [person(77, "X")]}, district=2)
    people.send("Person", [person(n, str(n)) for n in range(5)])
    rows = [person(0, "1"), person(1, "0"), person(2, "X"), person(3, "2"), person(4, "7")]
    assert people.send("Person", rows) == Counts(updated=3, failed=2)  # 2 keeps its number, so 3 cannot have it
    assert set(people.verdicts("Person")) == {"2", "3"}
    assert people.send("Person", [*rows[:2], person(2, "Y"), *rows[3:]]) == Counts(updated=2, unchanged=3)


def test_the_value_of_a_leftover_is_refused_in_a_state_wide_index_too(people: Desk) -> None:
    people.send("Person", [person(1, "A"), person(2, "B")])
    counts = people.send("Person", [person(3, "A"), person(2, "B")])
    assert counts == Counts(unchanged=1, failed=1, leftovers=1)


def test_the_value_of_a_rejected_record_is_refused_in_a_state_wide_index_too(people: Desk) -> None:
    people.send("Person", [person(1, "A"), person(2, "B"), person(3, "C")])
    counts = people.send("Person", [person(1, "Z", bad=True), person(2, "A"), person(3, "B")])
    assert counts == Counts(failed=3)
    assert people.send("Person", [person(1, "Z"), person(2, "A"), person(3, "B")]) == Counts(updated=3)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(("kind", "one", "other"), [("double", 0.0, -0.0), ("double", float("nan"), -float("nan"))])
@pytest.mark.parametrize("part", ["key", "value"])
def test_values_that_postgresql_takes_for_equal_are_shared(
    make_desk: MakeDesk, held: bool, kind: str, one: object, other: object, part: str
) -> None:
    desk = make_desk({"Spot.toml": describe("Spot", f"id {kind}!, at {kind}", unique("at"))})
    if held:
        desk.send("Spot", [{"id": 9.0, "at": 9.0}])
    second = {"id": other, "at": 2.0} if part == "key" else {"id": 5.0, "at": 1.0 if other is None else other}
    first = {"id": one, "at": 1.0} if part == "key" else {"id": 4.0, "at": one}
    assert desk.send("Spot", [first, second]).failed == 2
