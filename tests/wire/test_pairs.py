"""Pairs of key and digest name the records: on one side only, different, or there twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.rows import PUPIL, Row, batch, fill_table, make_table, pupil

from upstate.catalog import Column, SyncObject
from upstate.errors import WireError
from upstate.wire.digests import (
    DIGEST,
    SAMPLE,
    Pairs,
    bucket_sums,
    compare_pairs,
    confirm,
    differing,
    digest_sql,
    in_buckets_sql,
    in_database,
    pairs_from_answer,
    pairs_from_bytes,
    pairs_from_rows,
    pairs_from_table,
    pairs_of,
    sample_records,
    strung,
    strung_keys,
)

NOTE = SyncObject(
    name="Note",
    table="note",
    key=("pupil", "line"),
    columns=(Column("line", "text"), Column("pupil", "uuid"), Column("text", "text")),
)


def pairs(rows: Sequence[Row], obj: SyncObject = PUPIL) -> Pairs:
    return pairs_of(obj, [batch(obj, rows)])


def named(district: Pairs, state: Pairs) -> dict[str, list[int]]:
    found = compare_pairs(district, state)
    sets = ("only_district", "only_state", "different", "duplicates")
    assert found.equal is not any(getattr(found, name).num_rows for name in sets)
    return {name: sorted(getattr(found, name).column("id").to_pylist()) for name in sets}


def test_each_record_is_named_in_the_one_set_where_it_belongs() -> None:
    district = [pupil(1), pupil(2), pupil(3, "Zoe"), pupil(4), pupil(4), pupil(5), pupil(5, "Zoe")]
    state = [pupil(2), pupil(3), pupil(4), pupil(6)]
    assert named(pairs(district), pairs(state)) == {
        "only_district": [1],
        "only_state": [6],
        "different": [3],
        "duplicates": [4, 5],
    }


def test_a_record_of_the_districts_is_unequal_unless_the_state_holds_it_just_so_and_it_comes_once() -> None:
    district = [pupil(1), pupil(2), pupil(3, "Zoe"), pupil(4), pupil(4), pupil(5)]
    state = [pupil(5), pupil(2), pupil(3), pupil(4), pupil(6)]
    assert compare_pairs(pairs(district), pairs(state)).unequal.tolist() == [True, False, True, True, True, False]


def test_equal_sides_are_equal_and_an_empty_side_is_not() -> None:
    rows = [pupil(n) for n in range(50)]
    assert compare_pairs(pairs(rows), pairs(rows[::-1])).equal
    assert named(pairs([]), pairs(rows))["only_state"] == list(range(50))
    assert named(pairs(rows), pairs([]))["only_district"] == list(range(50))
    assert compare_pairs(pairs([]), pairs([])).equal


@given(st.lists(st.integers(0, 30), max_size=20), st.lists(st.integers(0, 30), max_size=20))
@settings(deadline=None)
def test_the_sets_are_those_of_a_slow_comparison(left: list[int], right: list[int]) -> None:
    ours = [(n % 10, str(n)) for n in left]
    theirs = [(n % 10, str(n)) for n in right]
    keys, others = [k for k, _ in ours], [k for k, _ in theirs]
    twice = {k for k in range(10) if keys.count(k) > 1 or others.count(k) > 1}
    assert named(pairs([pupil(*one) for one in ours]), pairs([pupil(*one) for one in theirs])) == {
        "only_district": sorted(set(keys) - set(others) - twice),
        "only_state": sorted(set(others) - set(keys) - twice),
        "different": sorted(k for k in set(keys) & set(others) - twice if dict(ours)[k] != dict(theirs)[k]),
        "duplicates": sorted(twice),
    }


def test_a_composite_key_with_a_null_in_it_is_a_key_like_any_other() -> None:
    one, two = UUID(int=1), UUID(int=2)
    district: list[dict[str, Any]] = [
        {"pupil": one, "line": None, "text": "a"},
        {"pupil": one, "line": "", "text": "a"},
        {"pupil": two, "line": "x", "text": "a"},
    ]
    state = [{**district[0], "text": "b"}, district[1], {"pupil": None, "line": "x", "text": "a"}]
    found = compare_pairs(pairs(district, NOTE), pairs(state, NOTE))
    assert found.different.to_pylist() == [{"pupil": one.bytes, "line": None}]
    assert found.only_district.to_pylist() == [{"pupil": two.bytes, "line": "x"}]
    assert found.only_state.to_pylist() == [{"pupil": None, "line": "x"}]
    assert found.duplicates.num_rows == 0


def test_pairs_of_the_differing_buckets_come_from_both_kinds_of_side_and_find_the_records(database: str) -> None:
    district = [pupil(n, "Zoe" if n == 77 else "Ada") for n in range(500) if n != 300]
    state = [pupil(n) for n in range(500)]
    buckets = 64
    ours = bucket_sums(PUPIL, [batch(PUPIL, district)], buckets)
    theirs = bucket_sums(PUPIL, [batch(PUPIL, state)], buckets)
    wanted = differing(ours, theirs)
    assert 1 <= wanted.size <= 2
    with psycopg.connect(database, autocommit=True) as connection:
        make_table(connection, PUPIL)
        fill_table(connection, PUPIL, state)
        where = in_buckets_sql(PUPIL, "p", buckets, wanted)
        query = f"SELECT p.id, {digest_sql(PUPIL, 'p')} FROM pupil AS p WHERE {where}"
        held = pairs_from_rows(PUPIL, connection.execute(query.encode()).fetchall())
    sent = pairs_from_bytes(PUPIL, pairs_of(PUPIL, [batch(PUPIL, district)], buckets, wanted).to_bytes())
    confirm(ours, wanted, sent)
    confirm(theirs, wanted, held)
    assert 2 <= held.table.num_rows < 60
    assert named(sent, held) == {"only_district": [], "only_state": [300], "different": [77], "duplicates": []}
    with pytest.raises(WireError, match="between two looks"):
        confirm(theirs, wanted, pairs_from_table(PUPIL, held.table.slice(1)))
    with pytest.raises(WireError, match="between two looks"):
        confirm(theirs, wanted, sent)


def test_rows_of_a_driver_give_the_pairs_that_arrow_gives() -> None:
    one = pairs_of(SAMPLE, [sample_records()]).table.to_pylist()
    rows = [(UUID(bytes=row["a_uuid"]), row["an_integer"], row[DIGEST]) for row in one]
    assert pairs_from_rows(SAMPLE, rows).table.to_pylist() == one
    assert pairs_from_rows(SAMPLE, []).table.num_rows == 0


def test_broken_pairs_and_those_of_another_catalog_are_refused() -> None:
    held = pairs([pupil(1)])
    with pytest.raises(WireError, match="Pairs of Pupil cannot be read"):
        pairs_from_bytes(PUPIL, held.to_bytes()[:100])
    wider = replace(PUPIL, columns=(*PUPIL.columns, Column("nickname", "text")))
    with pytest.raises(WireError, match="another catalog"):
        pairs_from_bytes(wider, held.to_bytes())
    with pytest.raises(WireError, match="different catalogs"):
        compare_pairs(held, replace(held, definition=b"other"))
    with pytest.raises(WireError, match="key's columns and a digest"):
        pairs_from_table(PUPIL, held.table.drop_columns([DIGEST]))


def test_pairs_of_a_large_object_hold_every_record_of_the_wanted_buckets() -> None:
    rows = batch(PUPIL, [pupil(n) for n in range(40_000)])
    sums = bucket_sums(PUPIL, [rows], 8)
    wanted = np.array([1, 6])
    confirm(sums, wanted, pairs_of(PUPIL, [rows], 8, wanted))
    confirm(sums, np.arange(8), pairs_of(PUPIL, [rows]))


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [
        (Column("v", "integer"), ["smallint", "integer"], ["bigint", "numeric", "text", "numeric(4,0)"]),
        (Column("v", "bigint"), ["smallint", "integer", "bigint"], ["numeric(10,0)", "text"]),
        (Column("v", "text"), ["text", "character varying", "character varying(9)", "character(3)"], ["name", "uuid"]),
        (Column("v", "json"), ["jsonb"], ["json", "text"]),
        (Column("v", "date"), ["date"], ["text", "timestamp without time zone"]),
        (Column("v", "time"), ["time without time zone", "time(3) without time zone"], ["time with time zone"]),
        (Column("v", "timestamp"), ["timestamp(0) without time zone"], ["timestamp with time zone", "date"]),
        (Column("v", "timestamptz"), ["timestamp with time zone"], ["timestamp(3) without time zone"]),
        (
            Column("v", "decimal", precision=10, scale=2),
            ["numeric(10,2)", "numeric(9,1)", "numeric(8,0)", "smallint", "numeric(5,-2)"],
            ["numeric", "numeric(10,3)", "numeric(10,1)", "integer", "double precision", "text"],
        ),
        (Column("v", "boolean"), ["boolean"], ["smallint", "text"]),
        (Column("v", "double"), ["double precision", "real"], ["numeric", "integer"]),
        (Column("v", "uuid"), ["uuid"], ["text", "bytea"]),
        (Column("v", "bytes"), ["bytea"], ["text"]),
    ],
    ids=lambda part: getattr(part, "type", None),
)
def test_only_a_type_without_a_value_that_would_not_fit_is_digested_in_place(
    column: Column, yes: list[str], no: list[str]
) -> None:
    assert [kind for kind in [*yes, *no] if in_database(column, kind)] == yes


def test_an_answer_in_one_row_gives_the_pairs_that_arrow_gives(database: str) -> None:
    buckets = 64
    wanted = [3, 5, 40]
    keyed_by_number = replace(PUPIL, columns=(Column("id", "bigint"), *PUPIL.columns[1:]))
    for obj in (PUPIL, keyed_by_number):
        keys = strung_keys(obj, ["p.id"])
        assert keys is not None
        with psycopg.connect(database, autocommit=True) as connection, connection.cursor(binary=True) as cursor:
            make_table(connection, obj)
            for rows in ([], [pupil(n) for n in range(-3, 500)]):
                fill_table(connection, obj, rows)
                cursor.execute(
                    f"SELECT {keys[0]}, {strung('int8send', digest_sql(obj, 'p'))} FROM pupil AS p"
                    f" WHERE {in_buckets_sql(obj, 'p', buckets, wanted)}".encode()
                )
                [answer] = cursor.fetchall()
                held, told = pairs_from_answer(obj, answer), pairs_of(obj, [batch(obj, rows)], buckets, wanted)
                assert held.table.schema.equals(told.table.schema)
                assert compare_pairs(told, held).equal
                assert held.table.num_rows == told.table.num_rows
            connection.execute("DROP TABLE pupil")


def test_an_answer_in_one_row_may_have_several_keys_and_never_fewer_of_one() -> None:
    one = pairs_of(SAMPLE, [sample_records()]).table
    uuids = b"".join(row["a_uuid"] for row in one.to_pylist())
    numbers = b"".join(row["an_integer"].to_bytes(4, signed=True) for row in one.to_pylist())
    digests = b"".join(row[DIGEST].to_bytes(8, signed=True) for row in one.to_pylist())
    assert pairs_from_answer(SAMPLE, (uuids, numbers, digests)).table.equals(one)
    with pytest.raises(WireError, match="Ask again"):
        pairs_from_answer(SAMPLE, (uuids[16:], numbers, digests))


def test_keys_of_any_length_are_not_strung_together() -> None:
    named = replace(PUPIL, key=("given_name",))
    assert strung_keys(named, ["given_name"]) is None
