"""A resync that an agent elsewhere reads is paused, resumed and cancelled; what has landed stays."""

from __future__ import annotations

import pytest
from tests.hub.state import State, schools
from tests.hub.visiting import Visitor, visitor

from upstate.errors import PlanError
from upstate.hub.placed_resync import PlacedResync


@pytest.fixture
def lakeside(state: State) -> Visitor:
    return visitor(state)


@pytest.fixture
def resync(state: State, lakeside: Visitor) -> PlacedResync:
    return state.place("School", "Student", "Month")


def hold(state: State, resync: PlacedResync, wish: str) -> str:
    from upstate.hub.holding import WISHES, hold_resync
    from upstate.hub.models import District

    (wanted,) = (each for each in WISHES if each == wish)
    lakeside = District.objects.select_related("zone").get(pk=state.district.id)
    return hold_resync(lakeside, resync.id, wanted, by="Dana", person=None)


def work(state: State) -> None:
    """What a worker does at one look."""
    from upstate.cli.working import Worker
    from upstate.hub.resync_queue import waiting_zones

    worker = Worker(state.url)
    for zone in waiting_zones():
        worker._serve(*zone)
    worker._sessions.close()


def read_one(lakeside: Visitor) -> None:
    order = lakeside.claim()
    assert lakeside.deliver(order, schools(0))[0] == 200
    assert lakeside.ask("POST", f"orders/{order['id']}/finish?epoch={order['epoch']}&batches=1")[0] == 200


def test_nothing_of_a_paused_resync_is_handed_out_nor_lands_until_it_is_resumed(
    state: State, lakeside: Visitor, resync: PlacedResync
) -> None:
    read_one(lakeside)
    assert "paused" in hold(state, resync, "pause")
    assert lakeside.claim() is None
    work(state)
    assert state.orders("state")["School"] == "delivered"
    hold(state, resync, "resume")
    work(state)
    assert state.orders("state")["School"] == "landed"
    assert lakeside.claim()["object"] == "Month"


def test_what_is_being_read_while_it_is_paused_may_be_delivered(
    state: State, lakeside: Visitor, resync: PlacedResync
) -> None:
    order = lakeside.claim()
    hold(state, resync, "pause")
    assert lakeside.deliver(order, schools(0))[0] == 200


def test_a_cancelled_resync_ends_what_landed_stays_and_its_reader_is_fenced(
    state: State, lakeside: Visitor, resync: PlacedResync
) -> None:
    read_one(lakeside)
    work(state)
    order = lakeside.claim()
    assert "stays" in hold(state, resync, "cancel")
    work(state)
    assert state.rows("SELECT state FROM hub_resync") == [("failed",)]
    assert state.orders("state") == {"School": "landed", "Month": "failed", "Student": "failed"}
    assert state.orders("message")["Month"] == "Cancelled by Dana. What had landed before stays as it is."
    assert state.rows("SELECT count(*) FROM state.school") == [(3,)]
    beat = lakeside.ask("POST", f"orders/{order['id']}/heartbeat?epoch={order['epoch']}", {})
    assert beat[1]["why"] == "fenced"
    assert lakeside.claim() is None
    assert state.rows("SELECT count(*) FROM hub_batch") == [(0,)]


def test_the_next_resync_runs_after_a_cancelled_one(state: State, lakeside: Visitor, resync: PlacedResync) -> None:
    hold(state, resync, "cancel")
    work(state)
    read = state.place("School")
    assert lakeside.claim()["resync"] == read.id


def test_what_has_ended_or_is_so_already_is_said(state: State, lakeside: Visitor, resync: PlacedResync) -> None:
    with pytest.raises(PlanError, match="not paused"):
        hold(state, resync, "resume")
    hold(state, resync, "pause")
    with pytest.raises(PlanError, match="paused already"):
        hold(state, resync, "pause")
    hold(state, resync, "cancel")
    for wish in ("pause", "resume", "cancel"):
        with pytest.raises(PlanError, match="has ended, or is being cancelled"):
            hold(state, resync, wish)


def test_a_worker_is_not_called_for_what_an_agent_has_still_to_deliver(
    state: State, lakeside: Visitor, resync: PlacedResync
) -> None:
    from upstate.hub.resync_queue import waiting_zones

    assert waiting_zones() == {(state.district.zone_id, 2024): True}
    work(state)  # it begins
    assert waiting_zones() == {}
    read_one(lakeside)
    assert waiting_zones() == {(state.district.zone_id, 2024): False}
    work(state)
    assert waiting_zones() == {}
