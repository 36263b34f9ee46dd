"""Nobody gets in: what comes with a wrong key, for another's order, or as bytes that are no batch changes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hub.state import State
from tests.hub.visiting import Visitor, kept, schools, visitor

from upstate.hub.districts import add_district
from upstate.hub.placing_resyncs import place_resync
from upstate.hub.running_resyncs import start_resync
from upstate.planning import make_plan
from upstate.wire.protocol import CATALOG_HEADER

ABOUT_ORDERS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "orders/{}/held?epoch={}", None),
    ("GET", "orders/{}/selection?epoch={}", None),
    ("DELETE", "orders/{}/batches?epoch={}&from=0", None),
    ("GET", "orders/{}/sums?epoch={}&buckets=1", None),
    ("GET", "orders/{}/rejected?epoch={}", None),
    ("POST", "orders/{}/pairs?epoch={}&buckets=1", {"wanted": [0]}),
    ("POST", "orders/{}/heartbeat?epoch={}", {}),
    ("POST", "orders/{}/finish?epoch={}&batches=1", None),
    ("POST", "orders/{}/fail?epoch={}", {"message": "no"}),
)
OTHERS: tuple[tuple[str, str, Any], ...] = (
    ("POST", "hello", {}),
    ("GET", "catalog", None),
    ("POST", "rotate", None),
    ("POST", "claim", {}),
    ("POST", "withdraw", {"ticket": "one"}),
)


@pytest.fixture
def lakeside(state: State) -> Visitor:
    return visitor(state)


@pytest.fixture
def order(state: State, lakeside: Visitor) -> dict[str, Any]:
    """An order of Lakeside that its agent reads, with one batch kept."""
    start_resync(state.place("School", "Student", "Month").id)
    mine = lakeside.claim()
    assert lakeside.deliver(mine, schools(0))[0] == 200
    return mine


def other_district(state: State) -> Visitor:
    """Hillside's agent, with a resync of its own."""
    other, _ = add_district(state.catalog, "Hillside", source_url="", mapping="", school_year=2024, edition=None)
    place_resync(make_plan(state.catalog, None, other.zone), other.zone_id, asked_by="Olive")
    return visitor(state, other.id)


@pytest.mark.parametrize("key", [None, "", "nonsense", "upstate-agent_" + "x" * 43, "naïve", "a b"])
def test_no_key_and_a_wrong_key_are_refused_everywhere(state: State, order: dict[str, Any], key: str | None) -> None:
    before = kept(state)
    nobody = Visitor(state, None)
    if key is not None:
        nobody.headers = {"Authorization": f"Bearer {key}".encode().decode("latin-1")}
    for method, path, body in (*OTHERS, *ABOUT_ORDERS):
        status, answer = nobody.ask(method, path.format(order["id"], order["epoch"]), body)
        assert status in (401, 429), path
        assert answer["why"] in ("key", "often")
    assert nobody.deliver(order, schools(1))[0] in (401, 429)
    assert kept(state) == before


def test_a_revoked_key_is_refused_in_the_middle_of_an_order(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    from upstate.hub.agent_door.keys import revoke_key
    from upstate.hub.models import AgentKey, District, Person

    before = kept(state)
    revoke_key(Person.objects.get(name="Olga"), District.objects.get(pk=state.district.id), AgentKey.objects.get().id)
    assert lakeside.deliver(order, schools(1)) == (401, lakeside.deliver(order, schools(1))[1])
    assert lakeside.ask("POST", f"orders/{order['id']}/finish?epoch={order['epoch']}&batches=1")[0] == 401
    assert kept(state) == before


def test_another_districts_order_is_not_there_whatever_is_asked_of_it(state: State, order: dict[str, Any]) -> None:
    hillside = other_district(state)
    before = kept(state)
    for method, path, body in ABOUT_ORDERS:
        status, answer = hillside.ask(method, path.format(order["id"], order["epoch"]), body)
        assert (status, answer["why"]) == (404, "absent"), path
    assert hillside.deliver(order, schools(0))[0] == 404
    assert hillside.deliver(order, schools(1))[0] == 404
    assert kept(state) == before


def test_each_agent_is_handed_its_own_districts_orders_alone(state: State, lakeside: Visitor) -> None:
    hillside = other_district(state)
    mine = state.place()
    of = {}
    for name, who in (("mine", lakeside), ("theirs", hillside)):
        of[name] = {order["resync"] for order in iter(who.claim, None)}
    assert of["mine"] == {mine.id}
    assert of["theirs"].isdisjoint(of["mine"])
    assert hillside.claim(resync=mine.id) is None


def test_an_order_and_a_number_that_there_are_not_are_refused(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    before = kept(state)
    assert lakeside.deliver(order, schools(1), id=10**6)[0] == 404
    assert lakeside.deliver(order, schools(1), id=10**30)[0] in (400, 404, 503)
    for odd in (
        {"number": 10**6},
        {"records": -1},
        {"records": 10**9},
        {"epoch": -1},
        {"epoch": 10**12},
        {"epoch": "x"},
    ):
        status, answer = lakeside.deliver(order, schools(1), **odd)
        assert (status, answer["why"]) == (400, "wrong"), odd
    assert lakeside.deliver(order, schools(1), epoch=order["epoch"] + 1)[1]["why"] == "fenced"
    assert lakeside.deliver(order, schools(1), epoch=order["epoch"] - 1)[1]["why"] == "fenced"
    assert kept(state) == before


def test_no_key_lets_anyone_in_as_a_person_and_no_person_in_as_an_agent(state: State, lakeside: Visitor) -> None:
    answer = lakeside.client.get("/api/v1/status", headers=lakeside.headers)
    assert answer.status_code in (401, 404)
    assert lakeside.client.get("/agents/", headers=lakeside.headers).status_code == 302


def test_a_body_that_is_larger_than_is_taken_is_refused_before_it_is_read(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    before = kept(state)
    status, answer = lakeside.deliver(order, replace(schools(1), payload=bytes((32 << 20) + 1)))
    assert (status, answer["why"]) == (413, "large")
    status, answer = lakeside.ask("POST", "claim", b'{"wait": ' + b" " * (1 << 20) + b"0}")
    assert (status, answer["why"]) == (413, "large")
    assert kept(state) == before


def test_a_payload_that_is_not_what_its_digest_says_is_damaged(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    before = kept(state)
    parcel = schools(1)
    assert lakeside.deliver(order, replace(parcel, digest=schools(2).digest))[1]["why"] == "damaged"
    assert lakeside.deliver(order, replace(parcel, digest=b""))[1]["why"] == "damaged"
    assert (
        lakeside.ask("PUT", f"orders/{order['id']}/batches/1?epoch=1&records=3", parcel.payload)[1]["why"] == "damaged"
    )
    assert kept(state) == before


def test_a_number_that_is_kept_is_never_replaced(state: State, lakeside: Visitor, order: dict[str, Any]) -> None:
    before = kept(state)
    assert lakeside.deliver(order, schools(0, "other"))[1]["why"] == "wire"
    assert lakeside.deliver(order, schools(0))[0] == 200  # the old receipt
    assert kept(state) == before


def test_what_comes_again_after_the_order_moved_on_changes_nothing(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    state.connection.execute("UPDATE hub_order SET lease_until = now() - interval '1 second'")
    again = lakeside.claim()
    assert (again["id"], again["epoch"]) == (order["id"], order["epoch"] + 1)
    before = kept(state)
    for method, path, body in ABOUT_ORDERS:
        if "held" not in path:
            status, answer = lakeside.ask(method, path.format(order["id"], order["epoch"]), body)
            assert (status, answer["why"]) == (409, "fenced"), path
    assert lakeside.deliver(order, schools(1))[1]["why"] == "fenced"
    assert kept(state) == before


def test_a_heartbeat_and_a_delivery_keep_an_order_and_a_fresh_start_gives_it_up(
    state: State, lakeside: Visitor, order: dict[str, Any]
) -> None:
    beat = f"orders/{order['id']}/heartbeat?epoch={order['epoch']}"
    left = "SELECT extract(epoch FROM lease_until - now())::int FROM hub_order WHERE id = %s"
    still_there: tuple[Callable[[], tuple[int, Any]], ...] = (
        lambda: lakeside.ask("POST", beat, {}),
        lambda: lakeside.deliver(order, schools(1)),
    )
    for again in still_there:
        state.connection.execute("UPDATE hub_order SET lease_until = now() + interval '1 second'")
        assert again()[0] == 200
        assert state.rows(left, order["id"])[0][0] > 60
    assert lakeside.claim()["id"] != order["id"]
    assert lakeside.ask("POST", "hello", {"fresh": True})[0] == 200
    assert lakeside.claim()["id"] == order["id"]


def test_an_agent_with_a_stale_catalog_fetches_it_before_it_reads(state: State, lakeside: Visitor) -> None:
    start_resync(state.place("School").id)
    before = kept(state)
    status, answer = lakeside.ask("POST", "claim", {}, **{"Upstate-Catalog": "an old one"})
    assert (status, answer["why"]) == (409, "catalog")
    assert kept(state) == before


def test_a_request_that_this_version_does_not_know_is_told_apart_from_a_missing_order(lakeside: Visitor) -> None:
    status, answer = lakeside.ask("POST", "orders/1/whatever", {})
    assert (status, answer["why"]) == (404, "wrong")
    assert "update the hub first" in answer["error"]
    assert lakeside.claim(fields="of a newer agent", nested={"are": "ignored"}) is None


def test_landing_that_is_far_behind_holds_deliveries_up_but_never_those_it_waits_for(
    state: State, lakeside: Visitor, order: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from upstate.hub.agent_door import desks

    monkeypatch.setattr(desks, "MOST_BYTES", 10)
    second = lakeside.claim()
    status, answer = lakeside.deliver(second, schools(0))
    assert (status, answer["why"]) == (429, "busy")
    assert lakeside.deliver(order, schools(1))[0] == 200


def test_a_district_that_asks_too_often_is_sent_away_for_a_while(state: State, lakeside: Visitor) -> None:
    state.connection.execute("UPDATE hub_agent_key SET requests = 3000, counted_from = now()")
    assert lakeside.ask("POST", "hello", {})[1]["why"] == "often"
    state.connection.execute("UPDATE hub_agent_key SET counted_from = now() - interval '61 seconds'")
    assert lakeside.ask("POST", "hello", {})[0] == 200


def test_what_a_district_asks_is_counted_whatever_the_key_and_no_other_district_is_sent_away_for_it(
    state: State, lakeside: Visitor
) -> None:
    asked = "UPDATE hub_agent_key SET requests = %s, counted_from = now() - interval '20 seconds'"
    state.connection.execute(asked, (2000,))
    second, hillside = visitor(state), other_district(state)
    state.connection.execute(asked + " WHERE id = (SELECT max(id) - 1 FROM hub_agent_key)", (998,))
    assert [who.ask("POST", "hello", {})[0] for who in (second, lakeside)] == [200, 200]
    for who in (lakeside, second):
        status, answer = who.ask("POST", "hello", {})
        assert (status, answer["why"]) == (429, "often")
        assert answer["error"] == "A district may ask 3000 times a minute, with all its keys together."
    assert hillside.ask("POST", "hello", {})[0] == 200
    state.connection.execute("UPDATE hub_agent_key SET revoked_at = now() WHERE requests > 2000")
    assert second.ask("POST", "hello", {})[1]["why"] == "often", "a new key, or a revoked one, begins no new count"


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [
        ([(1, 60.0)], 0.0),
        ([(3000, 12.5)], 0.0),
        ([(3001, 12.5)], 12.5),
        ([(3001, 0.2)], 1.0),
        ([(1500, 40.0), (1500, 10.0)], 0.0),
        ([(1501, 40.0), (1500, 10.0)], 10.0),
        ([(100, 10.0), (3500, 40.0)], 40.0),
        ([(1000, 10.0), (1000, 20.0), (3000, 30.0)], 20.0),
    ],
)
def test_how_long_a_district_waits_until_enough_of_what_it_asked_is_a_minute_ago(
    minutes: list[tuple[int, float]], seconds: float
) -> None:
    from upstate.hub.agent_door.keys import seconds_to_wait

    assert seconds_to_wait(minutes) == seconds


def test_nothing_is_handed_out_in_quiet_hours_of_the_state_or_of_the_district(state: State, lakeside: Visitor) -> None:
    start_resync(state.place("School").id)
    for column in ("state_quiet", "district_quiet"):
        state.connection.execute(f"UPDATE hub_zone SET {column} = '00:00-24:00'".encode())
        assert lakeside.claim() is None
        state.connection.execute(f"UPDATE hub_zone SET {column} = ''".encode())
    assert lakeside.claim() is not None


def test_an_agent_that_waits_when_something_is_sent_in_quiet_hours_is_told_of_them_and_given_nothing(
    state: State, lakeside: Visitor
) -> None:
    state.connection.execute("UPDATE hub_zone SET district_quiet = '00:00-24:00'")
    began = time.monotonic()
    assert lakeside.claim(wait=1) is None
    assert time.monotonic() - began > 0.9, "where there is nothing to hand out, it waits as ever"
    resync = state.place("School")
    sent = threading.Timer(0.5, lambda: state.connection.execute("UPDATE hub_resync SET state = 'running'"))
    sent.start()
    status, answer = lakeside.ask("POST", "claim", {"wait": 20}, **{CATALOG_HEADER: lakeside.stamp()})
    sent.join()
    assert (status, answer["order"]) == (200, None)
    assert answer["line"].startswith("Quiet hours: nothing is handed out until ")
    assert 0 < answer["after"] <= 15
    assert state.orders("state") == {"School": "waiting"}
    state.connection.execute("UPDATE hub_zone SET district_quiet = ''")
    assert lakeside.claim()["resync"] == resync.id


def _within(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    _within,
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from(["claim", "hello", "enroll", "orders/{}/pairs?epoch=1&buckets=4", "orders/{}/fail?epoch=9"]),
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(st.sampled_from(["resync", "wait", "wanted", "message", "place", "code", "fresh"]), JSON),
        JSON,
    ),
)
def test_no_message_whatever_it_holds_breaks_the_door(state: State, path: str, said: Any) -> None:
    mine = state.__dict__.get("visitor") or visitor(state)
    state.__dict__["visitor"] = mine
    if isinstance(said, dict) and isinstance(said.get("wait"), int):
        said["wait"] = 0
    before = kept(state)
    status, answer = mine.ask("POST", path.format(1), said)
    assert status < 500, (answer, said)
    assert kept(state) == before
