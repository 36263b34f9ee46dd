"""Which moves a work order may make, and when it may land."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.catalog import Catalog, Column, Graph, Reference, SyncObject
from upstate.errors import PlanError
from upstate.planning import OrderEvent, OrderState, may_land, next_state

WAITING, READING, DELIVERED, LANDED, FAILED = OrderState
CLAIM, FINISH, LAND, FAIL = OrderEvent

ALLOWED = {
    (WAITING, CLAIM): READING,
    (WAITING, FAIL): FAILED,
    (READING, CLAIM): READING,
    (READING, FINISH): DELIVERED,
    (READING, FAIL): FAILED,
    (DELIVERED, FINISH): DELIVERED,
    (DELIVERED, LAND): LANDED,
    (DELIVERED, FAIL): FAILED,
    (LANDED, FINISH): LANDED,
}


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("event", OrderEvent)
def test_a_move_is_allowed_or_refused_in_one_line_that_says_what_is(state: OrderState, event: OrderEvent) -> None:
    if (state, event) in ALLOWED:
        assert next_state(state, event) is ALLOWED[state, event]
    else:
        with pytest.raises(PlanError, match=f"An order that is {state.value} cannot {event.value}; allowed there: "):
            next_state(state, event)


@given(st.lists(st.sampled_from(OrderEvent)))
def test_what_is_settled_stays_as_it_is_whatever_happens_later(events: list[OrderEvent]) -> None:
    state = WAITING
    seen = []
    for event in events:
        try:
            state = next_state(state, event)
        except PlanError:
            continue
        seen.append(state)
    first = next((number for number, each in enumerate(seen) if each.settled), len(seen))
    assert len(set(seen[first:])) <= 1
    assert LANDED not in seen or DELIVERED in seen[: seen.index(LANDED)]


def family() -> Graph:
    """School <- Calendar <- Day, and Day also comes after District."""
    guid = Column("guid", "uuid", required=True)
    up = Column("up_guid", "uuid")

    def child(name: str, of: str, after: tuple[str, ...] = ()) -> SyncObject:
        to_parent = Reference(of, ("up_guid",), "up")
        return SyncObject(name, name, ("guid",), (guid, up), references=(to_parent,), after=after)

    district, school = (SyncObject(name, name, ("guid",), (guid,)) for name in ("District", "School"))
    objects = (district, school, child("Calendar", "School"), child("Day", "Calendar", after=("District",)))
    return Graph.of(Catalog({obj.name: obj for obj in objects}))


@pytest.mark.parametrize("unsettled", [WAITING, READING, DELIVERED])
@pytest.mark.parametrize("earlier", ["Calendar", "District"])
def test_a_child_waits_until_everything_before_it_is_settled(earlier: str, unsettled: OrderState) -> None:
    states = {"District": LANDED, "Calendar": LANDED, "Day": DELIVERED}
    assert may_land("Day", states, family())
    assert not may_land("Day", {**states, earlier: unsettled}, family())


def test_a_parent_that_failed_is_settled_and_one_outside_the_resync_is_not_waited_for() -> None:
    assert may_land("Day", {"Calendar": FAILED, "Day": DELIVERED}, family())
    assert may_land("Day", {"Day": DELIVERED}, family())


@pytest.mark.parametrize("state", [WAITING, READING, LANDED, FAILED])
def test_only_what_is_delivered_in_full_may_land(state: OrderState) -> None:
    assert not may_land("Day", {"Day": state}, family())
