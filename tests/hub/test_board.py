"""Agents that wait for work look at one board: it costs the database the same however many they are."""

from __future__ import annotations

import time

from django.db import connection as control
from django.test.utils import CaptureQueriesContext
from tests.hub.state import State

from upstate.hub.agent_door.board import SELDOM, SOON, Board


def test_a_district_is_on_the_board_while_an_order_of_it_can_be_read(state: State) -> None:
    assert not Board().has_work(state.district.id)
    resync = state.place("School").id
    assert Board().has_work(state.district.id)
    assert not Board().has_work(state.district.id + 1)
    for hold in ("paused", "cancelled"):
        with control.cursor() as cursor:
            cursor.execute("update hub_resync set hold = %s where id = %s", [hold, resync])
        assert not Board().has_work(state.district.id), hold
    with control.cursor() as cursor:
        cursor.execute("update hub_resync set hold = '' where id = %s", [resync])
        cursor.execute(
            "update hub_order set state = 'delivered', delivered_at = now(), batches = 0 where resync_id = %s", [resync]
        )
    assert not Board().has_work(state.district.id)


def test_who_looks_at_once_shares_one_look_and_who_looks_later_sees_what_is_new(state: State) -> None:
    board = Board()
    with CaptureQueriesContext(control) as asked:
        for district in range(200):
            board.has_work(district)
    assert len(asked) == 1
    state.place("School")
    time.sleep(0.3)
    assert board.has_work(state.district.id)


def test_the_more_agents_find_nothing_the_later_each_comes_again() -> None:
    board = Board()
    assert {board.come_again(district) for district in range(50)} == {SOON}
    pauses = [board.come_again(district) for district in range(400)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == SELDOM
    assert {board.come_again(7) for _ in range(5)} == {SELDOM}
