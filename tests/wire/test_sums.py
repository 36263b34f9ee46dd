"""Sums by bucket find what differs, and never take a side that was not read for an empty one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.rows import PUPIL, Row, batch, fill_table, make_table, pupil

from upstate.catalog import Column
from upstate.errors import WireError
from upstate.wire.digests import (
    MOST_BUCKETS,
    Sums,
    ask_sums,
    bucket_count,
    bucket_sums,
    differing,
    key_hashes,
    sums_from_answer,
    sums_from_bytes,
    sums_from_rows,
    sums_sql,
)

BUCKETS = 16


def sums(rows: Sequence[Row], buckets: int = BUCKETS) -> Sums:
    return bucket_sums(PUPIL, [batch(PUPIL, rows)], buckets)


def bucket(row: Row) -> int:
    return int(key_hashes(PUPIL, batch(PUPIL, [row]))[0]) & (BUCKETS - 1)


def found(district: Sequence[Row], state: Sequence[Row]) -> list[int]:
    return differing(sums(district), sums(state)).tolist()  # type: ignore[no-any-return]


PUPILS = [pupil(number) for number in range(200)]


def test_equal_records_have_equal_sums_in_whatever_order_and_batches_they_come() -> None:
    turned = [batch(PUPIL, PUPILS[90:]), batch(PUPIL, []), batch(PUPIL, PUPILS[:90])]
    assert differing(sums(PUPILS), bucket_sums(PUPIL, turned, BUCKETS)).size == 0


def test_two_equal_records_more_do_not_cancel() -> None:
    assert found([*PUPILS, pupil(5), pupil(5)], PUPILS) == [bucket(pupil(5))]
    assert found([*PUPILS, pupil(777), pupil(777)], PUPILS) == [bucket(pupil(777))]


def test_values_swapped_between_two_records_of_a_bucket_are_found() -> None:
    first, second = [row for row in PUPILS if bucket(row) == 3][:2]
    others = [row for row in PUPILS if row not in (first, second)]
    named = [{**first, "given_name": "Zoe"}, {**second, "given_name": "Ann"}]
    swapped = [{**first, "given_name": "Ann"}, {**second, "given_name": "Zoe"}]
    assert found([*others, *named], [*others, *swapped]) == [3]


def test_a_record_moved_to_another_key_is_found_in_both_its_buckets() -> None:
    moved = pupil(4_000_001)
    assert bucket(moved) != bucket(PUPILS[7])
    assert found([*PUPILS[:7], moved, *PUPILS[8:]], PUPILS) == sorted({bucket(moved), bucket(PUPILS[7])})


@pytest.mark.parametrize("number", [-(2**31), -1, 200, 2**31 - 1])
def test_a_record_below_the_smallest_and_beyond_the_largest_key_is_found(number: int) -> None:
    assert found([*PUPILS, pupil(number)], PUPILS) == [bucket(pupil(number))]
    assert found(PUPILS, [*PUPILS, pupil(number)]) == [bucket(pupil(number))]


def test_every_bucket_is_used_and_each_record_is_in_one() -> None:
    held = sums([pupil(number) for number in range(2000)])
    assert held.total == 2000
    assert held.buckets == BUCKETS
    assert 80 < held.records.min() <= held.records.max() < 180


@given(st.lists(st.integers(0, 40), max_size=30), st.lists(st.integers(0, 40), max_size=30))
@settings(deadline=None)
def test_the_differing_buckets_are_those_whose_records_differ(left: list[int], right: list[int]) -> None:
    ours, theirs = [pupil(n % 20, str(n)) for n in left], [pupil(n % 20, str(n)) for n in right]

    def contents(rows: list[Row], place: int) -> list[tuple[int, str]]:
        return sorted((row["id"], row["given_name"]) for row in rows if bucket(row) == place)

    wanted = [place for place in range(BUCKETS) if contents(ours, place) != contents(theirs, place)]
    assert found(ours, theirs) == wanted


def test_a_side_without_records_differs_in_every_bucket_that_the_other_fills_and_says_that_it_has_none() -> None:
    nothing = sums([])
    assert nothing.total == 0
    assert differing(sums(PUPILS), nothing).tolist() == np.flatnonzero(sums(PUPILS).records).tolist()


def test_records_that_did_not_come_are_an_error_and_not_an_empty_side() -> None:
    with pytest.raises(WireError, match="hold 0 records where 200 were counted"):
        bucket_sums(PUPIL, [], BUCKETS, counted=200)

    def lost() -> Iterator[pa.RecordBatch]:
        yield batch(PUPIL, PUPILS)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        bucket_sums(PUPIL, lost(), BUCKETS)


def test_sums_of_postgresql_are_those_of_arrow(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        make_table(connection, PUPIL)
        for rows in ([], PUPILS[:1], PUPILS):
            fill_table(connection, PUPIL, rows)
            for buckets in (1, 16, 1024):
                answer = ask(connection, buckets)
                held = sums_from_rows(PUPIL, answer, buckets)
                assert held.total == len(rows)
                assert differing(held, sums(rows, buckets)).size == 0
                arrow = pa.table(dict(zip("abcd", [list(c) for c in zip(*answer, strict=True)], strict=True)))
                assert differing(sums_from_rows(PUPIL, arrow, buckets), held).size == 0


def ask(connection: psycopg.Connection[Any], buckets: int) -> list[tuple[Any, ...]]:
    return connection.execute(sums_sql(PUPIL, "pupil AS p", "p", buckets).encode()).fetchall()


def test_the_bucket_of_a_row_that_fits_no_record_counts_it_and_equals_no_other_sides(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        make_table(connection, PUPIL)
        fill_table(connection, PUPIL, PUPILS)
        unfit = sums_sql(PUPIL, "pupil AS p", "p", BUCKETS, unfit="p.id = 7")
        held = sums_from_rows(PUPIL, connection.execute(unfit.encode()).fetchall(), BUCKETS)
    (bucket,) = differing(held, sums(PUPILS))
    assert held.records.tolist() == sums(PUPILS).records.tolist()
    assert bucket == key_hashes(PUPIL, batch(PUPIL, [pupil(7)]))[0] & (BUCKETS - 1)


def test_an_answer_that_was_cut_short_is_an_error_and_never_equal(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        make_table(connection, PUPIL)
        fill_table(connection, PUPIL, PUPILS)
        answer = ask(connection, BUCKETS)
    assert len(answer) == BUCKETS + 1
    last = [row for row in answer if row[0] is None]
    buckets = [row for row in answer if row[0] is not None]
    for broken in ([], buckets, [*buckets[1:], *last], last, [*answer, *last]):
        with pytest.raises(WireError):
            sums_from_rows(PUPIL, broken, BUCKETS)
    with pytest.raises(WireError, match="a bucket that is none of 8"):
        sums_from_rows(PUPIL, answer, 8)


def test_an_answer_of_one_row_has_the_sums_too_and_is_never_taken_for_another(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection, connection.cursor(binary=True) as cursor:
        make_table(connection, PUPIL)
        for rows in ([], PUPILS[:1], PUPILS):
            fill_table(connection, PUPIL, rows)
            for buckets in (1, 16, 1024, MOST_BUCKETS):
                cursor.execute(ask_sums(PUPIL, "pupil AS p", "p", buckets).encode())
                answer = cursor.fetchall()
                held = sums_from_answer(PUPIL, answer, buckets)
                assert (held.total, held.buckets) == (len(rows), buckets)
                assert differing(held, sums(rows, buckets)).size == 0
                arrow = pa.table(dict(zip("abcd", [list(c) for c in zip(*answer, strict=True)], strict=False)))
                assert differing(sums_from_answer(PUPIL, arrow, buckets), held).size == 0
        cursor.execute(ask_sums(PUPIL, "pupil AS p", "p", BUCKETS, unfit="p.id = 7").encode())
        assert differing(sums_from_answer(PUPIL, cursor.fetchall(), BUCKETS), sums(PUPILS)).size == 1
        cursor.execute(ask_sums(PUPIL, "pupil AS p", "p", BUCKETS).encode())
        [(count, places, digests)] = cursor.fetchall()
    short = (count, places[4:], digests), (count, places, digests[:-8]), (0, places, digests), (count, None, None)
    for broken in ([], [(count, places, digests)] * 2, *([each] for each in short)):
        with pytest.raises(WireError, match="Ask again"):
            sums_from_answer(PUPIL, broken, BUCKETS)
    with pytest.raises(WireError, match="a bucket that is none of 8"):
        sums_from_answer(PUPIL, [(count, places, digests)], 8)


def test_sums_go_over_the_wire_and_come_back_the_same() -> None:
    held = sums(PUPILS)
    back = sums_from_bytes(PUPIL, held.to_bytes())
    assert differing(held, back).size == 0
    assert back.total == 200
    many = bucket_sums(PUPIL, [batch(PUPIL, [pupil(n) for n in range(40_000)])], bucket_count(40_000))
    assert len(many.to_bytes()) < 14 * many.buckets + 1000


def test_broken_sums_and_those_of_another_catalog_are_refused() -> None:
    data = sums(PUPILS).to_bytes()
    for broken in (b"", data[: len(data) // 2], b"x" * 100):
        with pytest.raises(WireError, match=r"Sums of Pupil cannot be read: "):
            sums_from_bytes(PUPIL, broken)
    other = replace(PUPIL, columns=(*PUPIL.columns, Column("nickname", "text")))
    with pytest.raises(WireError, match="another catalog"):
        sums_from_bytes(other, data)
    with pytest.raises(WireError, match="different catalogs"):
        differing(sums(PUPILS), replace(sums(PUPILS), definition=b"other"))
    with pytest.raises(WireError, match="in 16 and in 32 buckets"):
        differing(sums(PUPILS), sums(PUPILS, 32))
    short = replace(sums(PUPILS), records=np.zeros(BUCKETS, np.int64), uppers=np.zeros(BUCKETS, np.int64))
    assert differing(short, sums(PUPILS)).size == BUCKETS


def test_buckets_grow_with_the_records_up_to_the_most() -> None:
    said = [bucket_count(n) for n in (0, 1, 32, 33, 64, 65, 1_000_000, 2_500_000, 10**9)]
    assert said == [1, 1, 1, 2, 2, 4, 32_768, MOST_BUCKETS, MOST_BUCKETS]
