"""A session that was used before is used again, where it is as good as a new one, and not where it is not."""

from __future__ import annotations

import psycopg
import pytest
from tests.hub.state import State

from upstate.hub import sessions as sessions_module
from upstate.hub.postgres import Connection
from upstate.hub.sessions import Sessions

NAMES = "SELECT application_name FROM pg_stat_activity WHERE pid = %s"
END = b"SELECT pg_terminate_backend(%s, 5000)"


def who(connection: Connection) -> int:
    return connection.info.backend_pid


def test_who_comes_next_gets_the_same_session_and_two_at_once_two(state: State) -> None:
    with Sessions(state.url) as sessions:
        with sessions.looking() as first, sessions.landing(7) as second:
            seen = {who(first), who(second)}
            assert len(seen) == 2
            assert state.rows(NAMES, who(second)) == [("upstate landing 7",)]
        assert [state.rows(NAMES, pid) for pid in sorted(seen)] == [[("upstate",)]] * 2
        with sessions.landing(8) as again, sessions.looking() as other:
            assert {who(again), who(other)} == seen
            assert state.rows(NAMES, who(again)) == [("upstate landing 8",)]
    assert again.closed
    assert other.closed


def test_a_session_that_was_ended_meanwhile_is_replaced(state: State) -> None:
    with Sessions(state.url) as sessions:
        with sessions.looking() as first:
            before = who(first)
        state.connection.execute(END, (before,))
        with sessions.looking() as second:
            assert who(second) != before
            assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_session_is_not_used_for_longer_than_an_hour(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sessions(state.url) as sessions:
        with sessions.looking() as first, sessions.looking() as second:
            before = {who(first), who(second)}
        monkeypatch.setattr(sessions_module, "_LASTS", -1.0)
        with sessions.looking() as third:
            assert who(third) not in before
            assert first.closed
            assert second.closed
        assert third.closed


@pytest.mark.parametrize("how", ["by an error", "in a transaction", "when it is lost"])
def test_a_session_that_was_left_in_the_middle_is_not_used_again(state: State, how: str) -> None:
    with Sessions(state.url) as sessions:
        try:
            with sessions.looking() as first:
                before = who(first)
                if how == "in a transaction":
                    first.execute("BEGIN")
                elif how == "when it is lost":
                    state.connection.execute(END, (before,))
                else:
                    first.execute("SELECT 1/0")
        except psycopg.Error:
            assert how == "by an error"
        assert first.closed
        with sessions.looking() as second:
            assert who(second) != before


def test_whoever_still_lands_the_same_resync_is_ended_and_one_that_has_done_so_is_not(state: State) -> None:
    with Sessions(state.url) as ours, Sessions(state.url) as theirs:
        with theirs.landing(7) as done:
            pass
        with theirs.landing(7) as stopped, ours.landing(7), pytest.raises(psycopg.OperationalError):
            stopped.execute("SELECT 1")
        with theirs.landing(7), ours.landing(9):
            pass
        assert done.closed  # it was the one that was ended: the same session, used again
