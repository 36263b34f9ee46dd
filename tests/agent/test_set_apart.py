"""What is rejected is set apart by key before sums are compared: the same is found as without, by less looking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.postgresql_maker import PostgresqlMaker

from upstate.agent.sources import Comparison, Snapshot, StateSide, open_source
from upstate.agent.sources.comparison import compare_by_reading
from upstate.catalog import Column, SyncObject
from upstate.wire import arrow_schema, table_of_keys
from upstate.wire.digests import Pairs, Total, bucket_sums, pairs_of

_BUCKETS = 4  # few, so that what differs has neighbours
_MARK = SyncObject(
    "Mark",
    "mark",
    ("pupil", "test"),
    (
        Column("pupil", "integer", True),
        Column("test", "text", True, length=20),
        Column("points", "decimal", precision=5, scale=2),
        Column("day", "date"),
    ),
)
_SQL = "CREATE TABLE mark (pupil bigint, test text, points numeric, day date)"

_PUPILS = st.sampled_from([1, 2, 3, 4, 5, 1 << 40])  # the last fits no integer
_TESTS = st.sampled_from(["a", "b", "it's"])
_POINTS = st.sampled_from(["1.00", "2.5", "3", None, "0.125", "NaN"])  # the last two fit no such decimal
_DAYS = st.sampled_from(["2024-01-31", None, "infinity"])
_ROWS = st.lists(st.tuples(_PUPILS, _TESTS, _POINTS, _DAYS), max_size=12)
_HELD = st.lists(
    st.tuples(st.integers(1, 5), _TESTS, st.sampled_from(["1.00", "2.50", None])),
    max_size=8,
    unique_by=lambda row: row[:2],
)
_KEYS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3", "4", "5", "9", "x", None, str(1 << 40)]), _TESTS), max_size=8, unique=True
)


@pytest.fixture
def maker(database: str) -> PostgresqlMaker:
    made = PostgresqlMaker(database)
    made.change(_SQL)
    return made


class State:
    """The state's rows, and how often somebody asked for keys and digests of them."""

    def __init__(self, held: Sequence[tuple[int, str, str | None]]) -> None:
        rows = [{"pupil": p, "test": t, "points": None, "day": None} for p, t, _ in held]
        batch = pa.RecordBatch.from_pylist(rows, schema=arrow_schema(_MARK))
        points = pa.array([v for _, _, v in held], pa.string()).cast(arrow_schema(_MARK).field("points").type)
        self.rows = batch.set_column(2, batch.schema.field("points"), points)
        self.asked = 0

    def pairs(self, wanted: Sequence[int]) -> Pairs:
        self.asked += 1
        return pairs_of(_MARK, [self.rows], _BUCKETS, wanted)

    def side(self, rejected: Sequence[tuple[str | None, ...]] | None) -> StateSide:
        keys = None if rejected is None else lambda: table_of_keys(_MARK.key, rejected)
        return StateSide(_BUCKETS, lambda: bucket_sums(_MARK, [self.rows], _BUCKETS), self.pairs, keys)


Found = tuple[list[Any], list[Any], list[Any], int, Total]


def in_the_database(snapshot: Snapshot, side: StateSide) -> Comparison | None:
    return snapshot.compare(_MARK, None, side)


def by_reading(snapshot: Snapshot, side: StateSide) -> Comparison | None:
    """As a source does whose database computes no digests."""
    return compare_by_reading(_MARK, snapshot.read(_MARK, None), side)


Compare = Callable[[Snapshot, StateSide], Comparison | None]
either_way = pytest.mark.parametrize("compare", [in_the_database, by_reading])


def found(maker: PostgresqlMaker, side: StateSide, compare: Compare) -> Found:
    """What a comparison found, in an order of its own."""
    with open_source(maker.url).snapshot() as snapshot:
        comparison = compare(snapshot, side)
        assert comparison is not None
        batches = list(comparison.batches)
    records = [tuple(row.values()) for batch in batches for row in batch.records.to_pylist()]
    misfits = [(m["key"], m["column"], m["reason"]) for batch in batches for m in batch.misfits.to_pylist()]
    gone = [tuple(row.values()) for row in comparison.gone.to_pylist()]
    records, misfits, gone = (sorted(rows, key=repr) for rows in (records, misfits, gone))
    return records, misfits, gone, comparison.records, comparison.total


def fill(maker: PostgresqlMaker, rows: Sequence[tuple[Any, ...]]) -> None:
    maker.change("TRUNCATE mark")
    for pupil, test, points, day in rows:
        values = ("NULL" if each is None else "'" + str(each).replace("'", "''") + "'" for each in (test, points, day))
        maker.change(f"INSERT INTO mark VALUES ({pupil}, {', '.join(values)})")


@either_way
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, held=_HELD, rejected=_KEYS)
def test_whatever_is_said_to_be_rejected_the_same_is_found(
    maker: PostgresqlMaker, compare: Compare, rows: list[Any], held: list[Any], rejected: list[Any]
) -> None:
    fill(maker, rows)
    assert found(maker, State(held).side(rejected), compare) == found(maker, State(held).side(None), compare)


@either_way
def test_what_is_rejected_makes_nobody_look_at_its_neighbours(maker: PostgresqlMaker, compare: Compare) -> None:
    held = [(pupil, "a", "1.00") for pupil in range(1, 100)]
    some = range(1, 2 + _BUCKETS)  # two of them share a bucket
    bad = [*((n, "b", "1.00", None) for n in some), (3, "a", "0.125", None), (200, "a", "2.5", "infinity")]
    fill(maker, [(*row, None) for row in held if row[0] != 3] + bad)
    state = State([row for row in held if row[0] != 3])
    rejected = [*((str(n), "b") for n in some), ("3", "a"), ("200", "a")]
    records, misfits, gone, *_ = found(maker, state.side(rejected), compare)
    assert [row[:2] for row in records] == [(n, "b") for n in some]
    assert [key for key, *_ in misfits] == [["200", "a"], ["3", "a"]]
    assert gone == []
    assert state.asked == 0
