"""What the counts add up to, and which status they give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.planning import Counts, Status, status_of

COUNTS = st.builds(Counts, *[st.integers(0, 10**9)] * 8)


@given(COUNTS)
def test_processed_is_the_sum_of_the_six_verdicts_a_record_can_meet(counts: Counts) -> None:
    assert counts.processed == (
        counts.created + counts.updated + counts.unchanged + counts.failed + counts.blocked + counts.excluded
    )
    assert counts.errors == counts.failed + counts.blocked + counts.excluded


@given(COUNTS, COUNTS)
def test_a_sum_of_counts_processes_what_its_parts_processed(one: Counts, other: Counts) -> None:
    both = one + other
    assert both == other + one
    assert both.processed == one.processed + other.processed
    assert (both.deleted, both.leftovers) == (one.deleted + other.deleted, one.leftovers + other.leftovers)
    assert one + Counts() == one


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (Counts(), Status.GREEN),
        (Counts(unchanged=5), Status.GREEN),
        (Counts(deleted=5, leftovers=3), Status.GREEN),
        (Counts(created=99, failed=1), Status.YELLOW),
        (Counts(created=9_900, failed=50, blocked=30, excluded=20), Status.YELLOW),
        (Counts(created=9_899, failed=101), Status.RED),
        (Counts(created=98, excluded=1), Status.RED),
        (Counts(blocked=1), Status.RED),
        (Counts(created=99 * 10**16, failed=10**16), Status.YELLOW),
        (Counts(created=99 * 10**16 - 1, failed=10**16), Status.RED),
    ],
)
def test_exactly_one_percent_of_errors_is_yellow_and_one_record_more_is_red(counts: Counts, status: Status) -> None:
    assert status_of(counts) is status


def test_a_running_object_is_gray_whatever_it_counted_so_far() -> None:
    assert status_of(Counts(failed=7), running=True) is Status.GRAY
    assert status_of(Counts(), running=True, ever=False) is Status.GRAY


def test_an_object_that_never_ran_is_neither_green_nor_red() -> None:
    assert status_of(Counts(), ever=False) is Status.NEVER


def test_an_object_that_broke_as_a_whole_is_red_though_it_counted_nothing() -> None:
    assert status_of(Counts(), broken=True) is Status.RED


def test_every_status_has_a_word_and_a_shape_of_its_own() -> None:
    assert len({status.word for status in Status}) == len(Status)
    assert len({status.shape for status in Status}) == len(Status)
    assert all(len(status.shape) == 1 for status in Status)
