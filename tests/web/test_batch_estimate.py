"""How much longer a resync takes, from how long its objects took the last time."""

from __future__ import annotations

from upstate.hub.start import Configuration, start

start(Configuration("dbname=none"))  # the hub's modules may be imported once Django is ready; nothing is connected

from upstate.hub.web.pages.batch_estimate import Estimate, Part, time_left  # noqa: E402


def part(state: str, seconds: float | None, read: int = 0, expected: int | None = 100) -> Part:
    return Part(state, read, None if seconds is None else expected, seconds)


def test_at_the_start_the_last_run_is_expected_again() -> None:
    assert time_left([part("waiting", 10), part("waiting", 30)], elapsed=0.0) == Estimate(40.0, 0)


def test_a_run_that_is_twice_as_slow_so_far_is_expected_to_stay_so() -> None:
    assert time_left([part("landed", 10), part("waiting", 30)], elapsed=20.0) == Estimate(60.0, 0)


def test_reading_counts_as_half_of_an_object_by_the_records_read() -> None:
    assert time_left([part("reading", 40, read=50)], elapsed=10.0) == Estimate(30.0, 0)
    assert time_left([part("delivered", 40)], elapsed=20.0) == Estimate(20.0, 0)


def test_more_records_than_the_last_time_are_not_more_than_all() -> None:
    assert part("reading", 40, read=500).done == part("delivered", 40).done


def test_the_first_moments_do_not_yet_tell_the_pace() -> None:
    assert time_left([part("landed", 0.5), part("waiting", 30)], elapsed=10.0) == Estimate(30.0, 0)


def test_objects_that_were_never_sent_are_named_and_not_guessed() -> None:
    assert time_left([part("waiting", 30), part("waiting", None)], elapsed=0.0) == Estimate(30.0, 1)
    assert time_left([part("reading", None), part("waiting", None)], elapsed=5.0) == Estimate(None, 2)
    assert time_left([part("landed", 30), part("reading", None)], elapsed=40.0) == Estimate(None, 1)


def test_an_object_that_failed_takes_no_more_time() -> None:
    assert time_left([part("failed", 30), part("failed", None)], elapsed=3.0) == Estimate(0.0, 0)
