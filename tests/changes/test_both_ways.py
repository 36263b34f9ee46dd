"""Whatever happens at either end, sending what differs ends as sending everything does; the next run writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.changes.both_ways import CHANGES, TABLES, BothWays, Rows, Sqlite

from upstate.planning import Counts

LINCOLN, GRANT = (1, "Lincoln", "E", "A", 1, False), (2, "Grant", "H", None, None, False)
PUPILS = [(n, 1 + n % 2, None, 2 * n, Decimal("1.50") + n, date(2015, 1, n), "") for n in range(1, 21)]
NOTES = [(n, "a", 2024, 1, None) for n in range(1, 21)] + [(n, "b", 2023, 1, None) for n in range(1, 11)]
START: Rows = {"school": [LINCOLN, GRANT], "pupil": PUPILS, "note": NOTES}


def hold(hub: BothWays, rows: Rows) -> None:
    hub.source.hold({table: [_plain(hub, row) for row in held] for table, held in rows.items()})


def _plain(hub: BothWays, row: Sequence[Any]) -> list[Any]:
    """SQLite has neither decimals nor dates; text keeps them as they are."""
    odd = (Decimal, date) if isinstance(hub.source, Sqlite) else ()
    return [str(value) if isinstance(value, odd) else value for value in row]


def changed(table: str, *rows: tuple[Any, ...], without: Sequence[Any] = ()) -> Rows:
    """The start with other rows of these keys, or none."""
    keys = {_key(table, row) for row in rows} | set(without)
    return {**START, table: [*(r for r in START[table] if _key(table, r) not in keys), *rows]}


def _key(table: str, row: Sequence[Any]) -> Any:
    return row[0] if table != "note" else tuple(row[:2])


def writes_nothing(hub: BothWays) -> Counts:
    """Another run changes no row at the state; the counts of pupils."""
    before = hub.places()
    counts = hub.send(CHANGES)
    assert hub.places() == before
    assert all(count.created == count.updated == count.deleted == 0 for count in counts.values())
    return counts["Pupil"]


def test_a_first_load_sends_everything_and_the_next_run_nothing(hub: BothWays) -> None:
    hold(hub, START)
    hub.send_both()
    assert hub.shipped() == {"School": (True, 2), "Pupil": (True, 20), "Note": (True, 20)}
    assert writes_nothing(hub) == Counts(unchanged=20)
    assert hub.shipped() == {"School": (False, 0), "Pupil": (False, 0), "Note": (False, 0)}


PUPIL = PUPILS[4]
AFTER = {
    "a value changed": changed("pupil", (*PUPIL[:6], "new")),
    "null came for an empty text": changed("pupil", (*PUPIL[:6], None)),
    "a record moved to another key": changed("pupil", (77, *PUPIL[1:]), without=[5]),
    "records are gone": changed("pupil", without=[5, 6]),
    "everything is gone": {"school": [], "pupil": [], "note": []},
    "a key comes twice, just alike": changed("pupil", PUPIL, PUPIL),
    "a key comes twice, with different values": changed("pupil", PUPIL, (*PUPIL[:6], "new")),
    "a record points nowhere": changed("pupil", (5, 9, *PUPIL[2:])),
    "a value fits no column": changed("pupil", (5, 1 << 40, *PUPIL[2:])),
    "a value has too many digits": changed("pupil", (*PUPIL[:4], Decimal("1.234"), *PUPIL[5:])),
    "a key comes twice, once in a record that does not fit": changed("pupil", PUPIL, (5, 1 << 40, *PUPIL[2:])),
    "a school is closed": changed("school", (*LINCOLN[:5], True)),
    "a school has a code of no list": changed("school", (1, "Lincoln", "X", *LINCOLN[3:])),
    "a school's rating, which the state owns, has a code of no list": changed("school", (*LINCOLN[:3], "Z", 1, False)),
    "two schools have one badge, which the state owns": changed("school", (*GRANT[:4], 1, False)),
    "a mentor does not land": changed("pupil", (*PUPIL[:2], 6, *PUPIL[3:]), (6, 9, *PUPILS[5][2:])),
    "two pupils have one number": changed("pupil", (*PUPIL[:3], 14, *PUPIL[4:])),
    "two pupils swap their numbers": changed(
        "pupil", (*PUPIL[:3], 14, *PUPIL[4:]), (*PUPILS[6][:3], 10, *PUPILS[6][4:])
    ),
    "a note has no year": changed("note", (5, "a", None, 1, None)),
    "a note of another year": changed("note", (5, "b", 2023, 2, "other")),
    "a note moves to this year": changed("note", (5, "b", 2024, 1, None)),
}


@pytest.mark.parametrize("after", AFTER)
def test_an_edit_at_the_district_ends_alike_both_ways_and_back_again(hub: BothWays, after: str) -> None:
    for rows in (START, AFTER[after], START):  # A, B, A
        hold(hub, rows)
        hub.send_both()
        writes_nothing(hub)
    assert {row["id"] for row in hub.rows("pupil", CHANGES)} >= set(range(1, 21))


EDITS = [
    "UPDATE state.pupil SET text = 'x' WHERE district_id = :d AND id = 3",
    "UPDATE state.pupil SET text = NULL WHERE district_id = :d AND id = 3",
    "UPDATE state.pupil SET score = score + 0.01 WHERE district_id = :d AND id < 9",
    "UPDATE state.pupil SET number = number # 1 WHERE district_id = :d AND id = 4",
    "DELETE FROM state.note WHERE district_id = :d AND pupil_id < 4",
    "DELETE FROM state.note WHERE district_id = :d",
    "INSERT INTO state.note VALUES (:d, 4, 'z', 2024, 1, 'not the district''s')",
    "INSERT INTO state.note VALUES (:d, 4, 'z', 2023, 1, 'of another year')",
    "UPDATE state.note SET line = 'y' WHERE district_id = :d AND pupil_id = 5",
    "UPDATE state.note SET year = 2023 WHERE district_id = :d AND pupil_id = 6",
    "UPDATE state.school SET kind = NULL WHERE district_id = :d",
    "UPDATE state.school SET rating = 'B', badge = 7 WHERE district_id = :d AND id = 1",
    "UPDATE state.pupil SET born = 'infinity' WHERE district_id = :d AND id = 7",
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_at_the_state_is_found_and_ends_alike_both_ways(hub: BothWays, edit: str) -> None:
    hold(hub, START)
    hub.send_both()
    before = [hub.rows(table, CHANGES) for table in TABLES]
    hub.edit(edit)
    assert [hub.rows(table, CHANGES) for table in TABLES] != before
    hub.send_both()
    writes_nothing(hub)


ALIKE = {
    "a code of no list": (
        changed("school", (1, "Lincoln", "X", "A", 1, False)),
        "UPDATE state.school SET kind = 'X' WHERE district_id = :d AND id = 1",
    ),
    "a school that is closed": (
        changed("school", (*LINCOLN[:5], True)),
        "UPDATE state.school SET closed = true WHERE district_id = :d AND id = 1",
    ),
    "a number that two pupils share": (
        changed("pupil", (*PUPIL[:3], 14, *PUPIL[4:])),
        "UPDATE state.pupil SET number = 14 WHERE district_id = :d AND id = 5",
    ),
    "a score below zero": (
        changed("pupil", (*PUPIL[:4], Decimal(-1), *PUPIL[5:])),
        "UPDATE state.pupil SET score = -1 WHERE district_id = :d AND id = 5",
    ),
}


@pytest.mark.parametrize("edit", ALIKE)
def test_what_may_not_be_is_found_though_both_ends_were_edited_alike(hub: BothWays, edit: str) -> None:
    hold(hub, START)
    hub.send_both()
    after, statement = ALIKE[edit]
    hold(hub, after)
    hub.edit(statement)
    counts = hub.send_both()
    assert sum(count.failed + count.excluded for count in counts.values()) > 0
    writes_nothing(hub)


ids = st.integers(1, 5)
years = st.sampled_from([2024, 2024, 2024, 2023, None])
words = st.sampled_from([None, "", "a", "b", "Zoë 😀"])
school = st.tuples(
    ids,
    st.sampled_from(["A", "B", "a name too long", None]),
    st.sampled_from(["E", "H", "X", None]),
    st.sampled_from(["A", "B", "Z", None]),
    st.sampled_from([1, 2, None]),
    st.sampled_from([True, False, None]),
)
pupil = st.tuples(
    ids,
    st.one_of(ids, st.sampled_from([None, 1 << 40])),
    st.one_of(ids, st.none()),
    st.sampled_from([1, 2, 3, None]),
    st.sampled_from([Decimal(n) for n in ("1.5", "-1", "99.99", "1.234", "100", "NaN")] + [None]),
    st.sampled_from([date(2015, 1, 1), date(1, 1, 1), date(9999, 12, 31), None]),
    words,
)
note = st.tuples(ids, st.sampled_from(["a", "b", "four", None]), years, st.one_of(ids, st.none()), words)
rows = st.fixed_dictionaries(
    {
        "school": st.lists(school, max_size=5),
        "pupil": st.lists(pupil, max_size=7),
        "note": st.lists(note, max_size=7),
    }
)
edits = st.one_of(
    st.sampled_from(EDITS),
    st.builds(
        "DELETE FROM state.{} WHERE district_id = :d AND {} = {}".format, st.just("note"), st.just("pupil_id"), ids
    ),
    st.builds("UPDATE state.pupil SET number = {} WHERE district_id = :d AND id = {}".format, st.integers(1, 3), ids),
    st.builds("UPDATE state.pupil SET id = {} WHERE district_id = :d AND id = {}".format, ids, ids),
    st.builds("UPDATE state.school SET badge = {}, kind = 'X' WHERE district_id = :d AND id = {}".format, ids, ids),
    st.builds("INSERT INTO state.school (district_id, id, name, kind) VALUES (:d, {}, 'A', 'E')".format, ids),
    st.builds("INSERT INTO state.note VALUES (:d, {}, 'a', {}, {}, 'a')".format, ids, st.integers(2023, 2024), ids),
)
turn = st.tuples(rows, st.lists(edits, max_size=3))


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(turn, min_size=1, max_size=3))
def test_any_rows_and_any_edits_end_alike_both_ways(hub: BothWays, turns: list[tuple[Rows, list[str]]]) -> None:
    for table in (
        "state.note",
        "state.pupil",
        "state.school",
        "hub_leftover",
        "hub_rejection",
        "hub_receipt",
        "hub_order",
        "hub_resync",
    ):
        hub.connection.execute(f"DELETE FROM {table}".encode())
    for held, done in turns:
        hold(hub, held)
        hub.send_both()
        for edit in done:
            hub.edit(edit)
        hub.send_both()
    hub.let_all_go()
    left = {name: hub.leftovers(name) for name in hub.ids}
    others = hub.connection.execute("SELECT * FROM state.note WHERE year <> 2024 ORDER BY 1, 2, 3").fetchall()
    removed = hub.send_both(remove=True)
    assert sum(count.deleted for count in removed.values()) == len(left[CHANGES]) - len(hub.leftovers(CHANGES))
    assert hub.astray() == 0
    assert all(kept in ("needed", "state_owned") for *_, kept, _ in hub.leftovers(CHANGES))
    assert hub.connection.execute("SELECT * FROM state.note WHERE year <> 2024 ORDER BY 1, 2, 3").fetchall() == others
    hub.send_both()  # what a leftover had kept out
    writes_nothing(hub)
