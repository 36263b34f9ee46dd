"""Which zones a worker serves: who waits longest, as many as there are seats, and agents at a pace that can land."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from upstate.cli.turns import Turns, ZoneYear

ZONES: list[ZoneYear] = [(number, 2024) for number in range(1, 200)]
TO_BEGIN = dict.fromkeys(ZONES, True)
TO_LAND = dict.fromkeys(ZONES, False)


def test_what_waits_longest_is_served_first_and_no_more_than_there_are_seats() -> None:
    assert Turns(4).choose(TO_LAND, {}, 3, 0.0) == (ZONES[:3], True)
    assert Turns(4).choose(dict.fromkeys(ZONES[:2], False), {}, 3, 0.0) == (ZONES[:2], False)
    assert Turns(4).choose(TO_LAND, ZONES[:5], 1, 0.0) == ([ZONES[5]], True)
    assert Turns(4).choose(TO_LAND, {}, 0, 0.0) == ([], True)
    assert Turns(4).choose({}, {}, 4, 0.0) == ([], False)


def test_a_zone_at_rest_is_left_alone_until_then_and_keeps_nobody_from_lingering() -> None:
    turns = Turns(2)
    turns.rest(ZONES[0], until=10.0)
    assert turns.choose({ZONES[0]: False}, {}, 2, 9.9) == ([], False)
    assert turns.choose({ZONES[0]: False}, {}, 2, 10.0) == ([ZONES[0]], False)


def test_agents_are_set_going_at_a_pace_and_what_can_land_goes_past_them() -> None:
    turns = Turns(4)
    left = dict(TO_BEGIN)
    begun = []
    for look in range(21):  # ten seconds, in which every seat is always free
        chosen, others = turns.choose(left, {}, 4, look * 0.5)
        assert others
        begun.append(len(chosen))
        for zone in chosen:
            del left[zone]
    assert begun == [4, *[1] * 20]
    assert turns.choose({ZONES[0]: True, ZONES[1]: True, ZONES[2]: False}, {}, 4, 10.1) == ([ZONES[2]], True)


@given(
    at_once=st.integers(1, 64),
    looks=st.lists(st.tuples(st.floats(0, 5), st.integers(0, 64)), min_size=1, max_size=40),
)
def test_none_waits_for_ever_and_never_do_more_begin_than_the_pace_lets(
    at_once: int, looks: list[tuple[float, int]]
) -> None:
    turns, now, begun = Turns(at_once), 0.0, 0
    for pause, seats in looks:
        now += pause
        chosen, _ = turns.choose(TO_BEGIN, {}, seats, now)
        assert chosen == ZONES[: len(chosen)]
        assert len(chosen) <= seats
        begun += len(chosen)
        assert begun <= at_once + now * at_once / 2.0 + 1e-6
    assert turns.choose(TO_BEGIN, {}, 1, now + 2.1 / at_once)[0] == ZONES[:1]
