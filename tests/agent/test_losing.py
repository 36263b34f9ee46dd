"""A source that is lost again and again: as long as more and more of an object comes it is read anew, and no longer."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from upstate.agent.losing import Losses, lost_again, why_given_up


def losses_of(*came: int, order: int = 1) -> Losses:
    """What is remembered after losses at each of which so many records had come."""
    losses = Losses()
    for records in came:
        losses = lost_again(losses, order, records)
    return losses


def test_an_object_that_never_comes_further_is_given_up_at_the_third_loss() -> None:
    assert not losses_of(1000, 1000).too_many
    assert losses_of(1000, 1000, 1000).too_many
    assert losses_of(0, 0, 0).too_many
    assert losses_of(1000, 400, 900).too_many, "further than last time, and not further than ever"


def test_a_tenth_further_counts_anew_and_less_does_not() -> None:
    assert losses_of(1000, 1000, 1101, 1101).times == 2
    assert losses_of(1000, 1050, 1100).too_many
    assert losses_of(0, 0, 1).times == 1


def test_losses_of_another_object_are_no_losses_of_this_one() -> None:
    assert lost_again(losses_of(10, 10), 2, 5) == Losses(2, 1, 5)
    assert lost_again(losses_of(10, 10), None, 0) == Losses(None, 1, 0)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10**9), min_size=700, max_size=700))  # more than 3 times log 10**9 to the base of 1.1
def test_whatever_comes_it_comes_to_an_end(came: list[int]) -> None:
    remembered = itertools.accumulate(came, lambda before, records: lost_again(before, 1, records), initial=Losses())
    assert any(losses.too_many for losses in remembered)


def test_the_line_says_how_often_how_far_and_what_to_do() -> None:
    assert why_given_up(losses_of(70_000, 65_000, 70_000), "The connection was lost.") == (
        "The connection was lost. That was 3 times in a row, and never came further than 70,000 records. "
        "Have the source keep a connection for longer, and send the object again."
    )
