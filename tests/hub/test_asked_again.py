"""What an agent asks again, as its answer was lost or it came late, is done once; whatever went amiss is made good."""

from __future__ import annotations

from typing import Any

import pytest
from tests.hub.state import State
from tests.hub.visiting import Visitor, kept, schools, visitor


@pytest.fixture
def lakeside(state: State) -> Visitor:
    return visitor(state)


def of_order(order: dict[str, Any], what: str) -> str:
    return f"orders/{order['id']}/{what}{'&' if '?' in what else '?'}epoch={order['epoch']}"


def test_a_claim_whose_answer_was_lost_is_answered_with_the_same_order(state: State, lakeside: Visitor) -> None:
    state.place("School", "Student")
    first = lakeside.claim(ticket="one")
    before = kept(state)
    assert lakeside.claim(ticket="one") == first
    assert lakeside.claim(ticket="one", resync=first["resync"]) == first
    assert kept(state) == before
    assert lakeside.claim(ticket="two")["object"] == "Student"
    assert lakeside.claim(ticket="one") == first


def test_the_ticket_of_another_agent_is_worth_nothing(state: State, lakeside: Visitor) -> None:
    state.place("School", "Student")
    lakeside.claim(ticket="one")
    other = visitor(state)
    assert other.claim(ticket="one")["object"] == "Student"


def test_a_claim_that_comes_late_does_not_take_the_order_from_who_reads_it(state: State, lakeside: Visitor) -> None:
    state.place("School")
    order = lakeside.claim(ticket="one")
    lakeside.claim(ticket="one")
    assert lakeside.deliver(order, schools(0))[0] == 200
    assert lakeside.ask("POST", of_order(order, "finish?batches=1"))[0] == 200
    assert lakeside.claim(ticket="one") is None


@pytest.mark.parametrize("odd", [7, None, "", "x" * 65, "with spaces", ["one"], "nul\0"])
def test_a_ticket_that_is_none_is_as_if_there_were_none(state: State, lakeside: Visitor, odd: Any) -> None:
    state.place("School", "Student")
    assert [lakeside.claim(ticket=odd)["object"] for _ in range(2)] == ["School", "Student"]


def test_a_late_repeat_of_forgetting_loses_nothing(state: State, lakeside: Visitor) -> None:
    state.place("School")
    order = lakeside.claim(ticket="one")
    forget = of_order(order, "batches?from=0")
    assert lakeside.ask("DELETE", forget)[0] == 200
    assert lakeside.deliver(order, schools(0))[0] == 200
    assert lakeside.ask("DELETE", forget)[0] == 200  # it was on its way all the while
    status, said = lakeside.ask("POST", of_order(order, "finish?batches=1"))
    assert (status, said["why"]) == (409, "fenced")
    assert "0 of its batches are kept, 1 were sent" in said["error"]
    again = lakeside.claim(ticket="two")
    assert (again["id"], again["epoch"]) == (order["id"], order["epoch"] + 1)
    assert lakeside.deliver(again, schools(0))[0] == 200
    assert lakeside.ask("DELETE", forget)[1]["why"] == "fenced"
    assert lakeside.ask("POST", of_order(again, "finish?batches=1"))[0] == 200
