"""Leftovers are removed once, at the end of the resync that asked for it, whoever reads the district."""

from __future__ import annotations

from typing import Any

from tests.hub.state import State, deliver_all, send

from upstate.cli.progress import Silent
from upstate.cli.running_agents import land_delivered
from upstate.hub.landing_loop import land_ready
from upstate.hub.placed_resync import PlacedResync
from upstate.hub.placing_resyncs import place_resync
from upstate.hub.postgres import connect
from upstate.hub.removals import remove_asked
from upstate.hub.running_resyncs import finish_resync, start_resync
from upstate.hub.sessions import Sessions
from upstate.planning import make_plan

SCHOOLS = [{"id": number, "name": "school"} for number in range(20)]


def asked(state: State, schools: list[dict[str, Any]]) -> PlacedResync:
    """A resync of schools that is to remove leftovers, and that its agent has delivered."""
    plan = make_plan(state.catalog, ["School"], state.district.zone)
    resync = place_resync(plan, state.district.zone_id, asked_by="Dana", everything=True, remove_leftovers=True)
    start_resync(resync.id)
    deliver_all(state, resync, {"School": schools})
    return resync


def held(state: State) -> int:
    ((count,),) = state.rows("SELECT count(*) FROM state.school")
    return int(count)


def test_what_a_districts_own_agent_delivered_is_swept_at_its_end(state: State) -> None:
    send(state, {"School": SCHOOLS}, "School")
    resync = asked(state, SCHOOLS[2:])
    with Sessions(state.url) as sessions:
        ended, (run,) = land_delivered(sessions, resync, state.catalog, Silent())
    assert (ended, run.counts.deleted, run.counts.leftovers) == ("finished", 2, 0)
    assert held(state) == 18


def test_an_empty_read_removes_nothing_and_waits_for_approval(state: State) -> None:
    send(state, {"School": SCHOOLS}, "School")
    with Sessions(state.url) as sessions:
        land_delivered(sessions, asked(state, []), state.catalog, Silent())
    assert held(state) == 20
    assert state.rows("SELECT object, rows, rows_before, state FROM hub_held_removal") == [
        ("School", 20, 20, "waiting")
    ]


def test_it_is_done_once_and_who_comes_late_changes_nothing(state: State) -> None:
    send(state, {"School": SCHOOLS}, "School")
    resync = asked(state, SCHOOLS[1:])
    with connect(state.url) as connection:
        remove_asked(connection, resync.id, state.catalog)
        assert held(state) == 20, "nothing has landed yet"
        land_ready(connection, resync.id, state.catalog)
        for _ in range(2):
            remove_asked(connection, resync.id, state.catalog)
            assert held(state) == 19
            assert state.rows("SELECT deleted FROM hub_order WHERE resync_id = %s", resync.id) == [(1,)]
        finish_resync(resync.id)
        late = asked(state, SCHOOLS[2:])
        land_ready(connection, late.id, state.catalog)
        finish_resync(late.id)
        remove_asked(connection, late.id, state.catalog)
    assert held(state) == 19, "the resync had ended without it"
