"""What a record shows by itself: required values, lengths, codes, its year, a key that can be kept."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstate.catalog import Column, SyncObject
from upstate.loading.inspecting import Inspected, inspect
from upstate.wire import MISFITS, Batch, arrow_schema

PET = SyncObject(
    "Pet",
    "pet",
    ("id",),
    (
        Column("id", "integer", required=True),
        Column("name", "text", required=True, length=5),
        Column("kind", "text", codes={"C": "Cat", "D": "Dog"}),
        Column("year", "integer"),
        Column("score", "decimal", precision=4, scale=1),
    ),
    school_year="year",
)
Row = dict[str, Any]


def look(
    rows: list[Row], misfits: list[Row] | None = None, year: int | None = None, obj: SyncObject = PET
) -> Inspected:
    records = pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj))
    return inspect(obj, Batch(records, pa.RecordBatch.from_pylist(misfits or [], schema=MISFITS)), year)


def reasons(found: Inspected) -> list[list[tuple[str, str]]]:
    return [[(r.reason, r.column) for r in refused] for refused in found.refused]


def test_good_records_pass_as_they_are() -> None:
    rows = [{"id": 1, "name": "Rex", "kind": "D"}, {"id": 2, "name": "", "kind": None}]
    found = look(rows)
    assert found.refused == ()
    assert [r["name"] for r in found.records.to_pylist()] == ["Rex", ""]


def test_a_record_is_refused_once_with_every_reason() -> None:
    found = look(
        [{"id": 1, "name": "too long", "kind": "X"}, {"id": 2, "name": None, "kind": "Y"}, {"id": 3, "name": "ok"}]
    )
    assert reasons(found) == [
        [("too_long", "name"), ("unknown_code", "kind")],
        [("required", "name"), ("unknown_code", "kind")],
    ]
    assert [r.key for refused in found.refused for r in refused] == [("1",), ("1",), ("2",), ("2",)]
    assert found.records.column("id").to_pylist() == [3]


def test_a_code_is_taken_to_the_letter() -> None:
    rows = [{"id": n, "name": "x", "kind": kind} for n, kind in enumerate(["C", "c", " C", "", "CD", None])]
    assert look(rows).records.column("id").to_pylist() == [0, 5]


@pytest.mark.parametrize("year", [None, 2024])
def test_a_year_is_asked_for_only_where_the_order_has_one(year: int | None) -> None:
    found = look(
        [{"id": 1, "name": "x", "year": 2024}, {"id": 2, "name": "x", "year": 2023}, {"id": 3, "name": "x"}], year=year
    )
    assert reasons(found) == ([[("other_year", "year")], [("required", "year")]] if year else [])


def test_a_record_with_two_misfits_is_one_refused_record() -> None:
    misfits = [
        {"record": 4, "key": ["1"], "column": "score", "reason": "too_many_digits"},
        {"record": 7, "key": [None], "column": "id", "reason": "not_an_integer"},
        {"record": 4, "key": ["1"], "column": "year", "reason": "out_of_range"},
    ]
    found = look([], misfits)
    assert reasons(found) == [[("too_many_digits", "score"), ("out_of_range", "year")], [("not_an_integer", "id")]]
    assert found.refused[1][0].key == (None,)


def test_the_words_say_what_is_wrong_and_what_to_do() -> None:
    misfits = [
        {"record": 1, "key": ["1"], "column": "score", "reason": "too_many_digits"},
        {"record": 2, "key": ["2"], "column": "gone", "reason": "from_the_future"},
        {"record": 3, "key": ["3"], "column": "{name} %s", "reason": "no_zone"},
    ]
    first, second, third = (refused[0] for refused in look([], misfits).refused)
    assert first.message == "score has more digits than fit."
    assert first.advice == "Correct score: it takes a number of at most 3 digits before and 1 after the point."
    assert second.message == "gone holds a value that does not fit."
    assert third.message == "{name} %s has no time zone."


def test_a_key_that_no_index_takes_is_refused_and_shortened() -> None:
    obj = SyncObject(
        "Doc", "doc", ("a", "b"), (Column("a", "text", required=True), Column("b", "bytes", required=True))
    )
    rows = [{"a": "x" * 1500, "b": b"y" * 251}, {"a": "x" * 1500, "b": b"y" * 250}, {"a": "é" * 1001, "b": b""}]
    found = look(rows, obj=obj)
    assert reasons(found) == [[("key_too_long", "a")], [("key_too_long", "a")]]
    assert all(len(part or "") < 100 for refused in found.refused for part in refused[0].key)
    assert found.records.num_rows == 1


VALUES = st.fixed_dictionaries(
    {
        "id": st.none() | st.integers(0, 99),
        "name": st.none() | st.text(max_size=7),
        "kind": st.sampled_from(["C", "D", "E", "", None]),
        "year": st.sampled_from([2023, 2024, None]),
    }
)


def wrong(row: Row) -> list[str]:
    """The same, value by value."""
    found = [n for n in ("id", "name") if row[n] is None]
    found += ["name"] if row["name"] is not None and len(row["name"]) > 5 else []
    found += ["kind"] if row["kind"] not in ("C", "D", None) else []
    return found + (["year"] if row["year"] != 2024 else [])


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(VALUES, max_size=30))
def test_looking_at_columns_finds_what_looking_at_values_does(rows: list[Row]) -> None:
    found = look(rows, year=2024)
    assert [r["id"] for r in found.records.to_pylist()] == [row["id"] for row in rows if not wrong(row)]
    assert [[column for _, column in refused] for refused in reasons(found)] == [
        wrong(row) for row in rows if wrong(row)
    ]
