"""Which zones a worker serves: who waits longest, as many as there are seats, and agents at a pace that can land."""

from __future__ import annotations

from collections.abc import Container, Mapping

from hypothesis import given
from hypothesis import strategies as st

from upstate.cli.turns import Turns, ZoneYear

ZONES: list[ZoneYear] = [(number, 2024) for number in range(1, 200)]
TO_BEGIN = dict.fromkeys(ZONES, True)
TO_LAND = dict.fromkeys(ZONES, False)


def chosen(
    waiting: Mapping[ZoneYear, bool], running: Container[ZoneYear] = (), *, seats: int
) -> tuple[list[ZoneYear], bool]:
    turns = Turns(4)
    return turns.choose(waiting, running, seats, 0.0), turns.others_wait


def test_what_waits_longest_is_served_first_and_no_more_than_there_are_seats() -> None:
    assert chosen(TO_LAND, seats=3) == (ZONES[:3], True)
    assert chosen(dict.fromkeys(ZONES[:2], False), seats=3) == (ZONES[:2], False)
    assert chosen(TO_LAND, ZONES[:5], seats=1) == ([ZONES[5]], True)
    assert chosen(TO_LAND, seats=0) == ([], True)
    assert chosen({}, seats=4) == ([], False)


def test_a_zone_at_rest_is_left_alone_until_then_and_keeps_nobody_from_lingering() -> None:
    turns = Turns(2)
    turns.rest(ZONES[0], until=10.0)
    assert turns.choose({ZONES[0]: False}, {}, 2, 9.9) == []
    assert not turns.others_wait
    assert turns.choose({ZONES[0]: False}, {}, 2, 10.0) == [ZONES[0]]


def test_agents_are_set_going_at_a_pace_and_what_can_land_goes_past_them() -> None:
    turns = Turns(4)
    left = dict(TO_BEGIN)
    begun = []
    for look in range(21):  # ten seconds, in which every seat is always free
        now = turns.choose(left, {}, 4, look * 0.5)
        assert turns.others_wait
        begun.append(len(now))
        for zone in now:
            del left[zone]
    assert begun == [4, *[1] * 20]
    assert turns.choose({ZONES[0]: True, ZONES[1]: True, ZONES[2]: False}, {}, 4, 10.1) == [ZONES[2]]


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
        served = turns.choose(TO_BEGIN, {}, seats, now)
        assert served == ZONES[: len(served)]
        assert len(served) <= seats
        begun += len(served)
        assert begun <= at_once + now * at_once / 2.0 + 1e-6
    assert turns.choose(TO_BEGIN, {}, 1, now + 2.1 / at_once) == ZONES[:1]


def test_an_agent_is_waited_for_longer_where_nobody_waits_and_a_slow_one_not_at_all_where_others_do() -> None:
    turns = Turns(1)
    zone, other = ZONES[:2]
    turns.choose({zone: False}, {}, 1, 0.0)
    alone = turns.linger(zone)
    turns.choose(TO_LAND, {}, 1, 1.0)
    assert 0 < turns.linger(zone) < alone
    turns.lingered_in_vain(zone)
    assert turns.linger(other) > 0
    assert [turns.linger(zone) for _ in range(9)] == [0.0] * 8 + [turns.linger(other)]
    turns.lingered_in_vain(zone)
    turns.choose({zone: False}, {}, 1, 2.0)
    assert turns.linger(zone) == alone
