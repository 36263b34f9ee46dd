"""Patience decides retries: it waits as it is told, longer each time, and comes to an end, whatever happens."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.agent.patience import LONGEST_TOLD, GiveUp, Trouble, Wait, longest, next_step

TROUBLES = st.sampled_from(get_args(Trouble))
CHANCE = st.floats(0.0, 1.0)
TOLD = st.none() | st.floats(0.0, 1e6)


@given(TROUBLES, st.integers(1, 10**9), st.floats(0.0, 1e9), TOLD, CHANCE)
def test_a_wait_is_never_below_what_was_told_nor_without_end(
    trouble: Trouble, attempts: int, waited: float, told: float | None, chance: float
) -> None:
    step = next_step(trouble, attempts, waited, told=told, chance=chance)
    if isinstance(step, Wait):
        assert step.seconds > 0
        assert step.seconds >= min(told or 0.0, LONGEST_TOLD)
        assert waited + step.seconds <= longest(trouble)


@given(TROUBLES, st.lists(st.tuples(TOLD, CHANCE), min_size=1, max_size=20))
def test_whatever_the_hub_says_patience_comes_to_an_end_in_time(
    trouble: Trouble, said: list[tuple[float | None, float]]
) -> None:
    attempts, waited = 1, 0.0
    while isinstance(
        step := next_step(
            trouble, attempts, waited, told=said[attempts % len(said)][0], chance=said[attempts % len(said)][1]
        ),
        Wait,
    ):
        waited += step.seconds
        attempts += 1
        assert attempts < 200_000
    assert waited <= longest(trouble)


@given(TROUBLES, st.integers(1, 60), CHANCE)
def test_nobody_waits_shorter_at_a_later_attempt_by_the_same_chance(
    trouble: Trouble, attempts: int, chance: float
) -> None:
    first, second = (next_step(trouble, each, 0.0, chance=chance) for each in (attempts, attempts + 1))
    if isinstance(first, Wait) and isinstance(second, Wait):
        assert second.seconds >= first.seconds


@given(TROUBLES, st.integers(1, 50))
def test_agents_that_were_cut_off_together_come_back_spread(trouble: Trouble, attempts: int) -> None:
    early, late = (next_step(trouble, attempts, 0.0, chance=chance) for chance in (0.0, 1.0))
    if isinstance(early, Wait) and isinstance(late, Wait):
        assert late.seconds == pytest.approx(2 * early.seconds)


def test_a_damaged_body_is_sent_again_a_few_times_and_a_hub_that_is_away_is_waited_for() -> None:
    assert isinstance(next_step("damaged", 12, 0.5), GiveUp)
    assert next_step("unreachable", 1, 0.0) == Wait(0.5)
    assert next_step("unreachable", 20, 100.0) == Wait(30.0)
    assert isinstance(next_step("unreachable", 40, 890.0), GiveUp)
    assert next_step("busy", 500, 10_000.0, told=5.0) == Wait(30.0)
