"""An agent that is told to stop takes back the claim that waits for work: it goes at once, and no order is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.hub.serving import agent_of, connect_agent, served
from tests.hub.state import State

from upstate.agent.https_door import HttpsDoor, fetch_catalog
from upstate.agent.hub_client import HubAddress, HubClient
from upstate.errors import HubError
from upstate.wire import WorkOrder

SOON = 6.0  # seconds; a claim waits for 25
Authority = tuple[Path, Path]


@pytest.fixture
def hub(state: State, authority: Authority) -> Iterator[str]:
    with served(state.url, authority) as address:
        yield address


def waiting(claim: Callable[[], WorkOrder | None], threads: ThreadPoolExecutor) -> Future[WorkOrder | None]:
    """A claim that has come to wait at the hub."""
    future = threads.submit(claim)
    time.sleep(1.5)
    assert not future.done()
    return future


def test_a_claim_that_is_withdrawn_is_answered_at_once_and_what_comes_next_is_another_claims(
    state: State, hub: str, authority: Authority
) -> None:
    with agent_of(state, hub, authority) as client, ThreadPoolExecutor() as threads:
        catalog = fetch_catalog(client)
        began = time.monotonic()
        future = waiting(HttpsDoor(client, catalog, wait=25).claim, threads)
        client.stop.set()
        assert future.result(SOON) is None
        assert time.monotonic() - began < SOON
        state.place("School")
        client.stop.clear()
        order = HttpsDoor(client, catalog, wait=25).claim()
        assert order is not None
        assert (order.object, order.epoch) == ("School", 1), "it was never handed to the claim before"


def test_an_order_that_is_handed_out_while_its_claim_is_withdrawn_comes_with_the_answer(
    state: State, hub: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from upstate.hub.agent_door import claiming

    find = claiming._claim

    def withdrawn_meanwhile(*given: Any) -> WorkOrder | None:
        order = find(*given)
        if order is not None:
            client.stop.set()
            time.sleep(1.0)  # so that the word is there before the answer goes out
        return order

    monkeypatch.setattr(claiming, "_claim", withdrawn_meanwhile)
    with agent_of(state, hub, authority) as client, ThreadPoolExecutor() as threads:
        future = waiting(HttpsDoor(client, fetch_catalog(client), wait=25).claim, threads)
        state.place("School")
        order = future.result(SOON)
    assert order is not None
    assert state.rows("SELECT hub_order.id, withdrawn <> '' FROM hub_order, hub_agent_key") == [(order.id, True)]


def test_a_claim_waits_on_whatever_others_withdraw(state: State, hub: str, authority: Authority) -> None:
    with agent_of(state, hub, authority) as client, ThreadPoolExecutor() as threads:
        future = waiting(HttpsDoor(client, fetch_catalog(client), wait=25).claim, threads)
        tickets = ("another", "x" * 64)
        for ticket in tickets:
            client.ask("POST", "/withdraw", json={"ticket": ticket})
        with HubClient(HubAddress(hub, ca=authority[0]), connect_agent(state)) as other:
            other.ask("POST", "/withdraw", json={"ticket": tickets[0]})
        for odd in (None, 7, "", "with spaces"):
            with pytest.raises(HubError, match="ticket must be that of a claim"):
                client.ask("POST", "/withdraw", json={"ticket": odd})
        time.sleep(1.0)
        assert not future.done()
        state.place("School")
        order = future.result(SOON)
        assert order is not None
        assert order.object == "School"


def test_with_a_hub_that_does_not_know_the_word_the_claim_ends_as_it_would_have(
    state: State, hub: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with agent_of(state, hub, authority) as client, ThreadPoolExecutor() as threads:
        send, asked = client.send, threading.Event()

        def send_elsewhere(method: str, path: str, **how: Any) -> Any:
            if path == "/withdraw":
                asked.set()
                path = "/a-word-of-later"
            return send(method, path, **how)

        monkeypatch.setattr(client, "send", send_elsewhere)
        future = waiting(HttpsDoor(client, fetch_catalog(client), wait=4).claim, threads)
        client.stop.set()
        assert asked.wait(SOON)
        assert future.result(SOON) is None
