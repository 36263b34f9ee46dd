"""Hostile bytes at the door, with a right key and a right digest: a clear refusal, nothing stored."""

from __future__ import annotations

import os
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from tests.hub.state import State
from tests.hub.visiting import Visitor, kept, visitor
from tests.wire.hostile import hostile, stream

from upstate.catalog import parse_catalog
from upstate.hub.running_resyncs import start_resync
from upstate.wire import Parcel, arrow_schema, digest

# the long form: UPSTATE_LONG=1 (make nobody-gets-in)
CASES = 2_000 if os.environ.get("UPSTATE_LONG") else 60
ROWS: list[dict[str, object]] = [{"id": n, "name": f"school {n}"} for n in range(3)]


def school() -> Any:
    from tests.hub.state import TEXTS

    return parse_catalog(TEXTS)["School"]


@pytest.fixture
def lakeside(state: State) -> Visitor:
    return visitor(state)


@settings(max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(payload=hostile(school(), ROWS))
def test_hostile_bytes_are_refused_and_nothing_is_stored(state: State, lakeside: Visitor, payload: bytes) -> None:
    if not state.rows("SELECT 1 FROM hub_order"):
        start_resync(state.place("School").id)
    order = state.__dict__.get("order") or lakeside.claim()
    state.__dict__["order"] = order
    before = kept(state)
    status, answer = lakeside.deliver(order, Parcel(0, payload, digest(payload), 3))
    if status == 200:  # it is a sound batch after all; away with it
        assert lakeside.ask("DELETE", f"orders/{order['id']}/batches?epoch={order['epoch']}&from=0")[0] == 200
    else:
        assert (status, answer["why"]) == (422, "wire")
        assert "\n" not in answer["error"]
    assert kept(state) == before


def test_a_batch_that_claims_another_districts_rows_is_refused_and_its_keys_touch_no_other_district(
    state: State, lakeside: Visitor
) -> None:
    start_resync(state.place("School").id)
    order = lakeside.claim()
    before = kept(state)
    schema = arrow_schema(school())
    for name in ("district_id", "district", "zone_id"):
        claims = schema.append(pa.field(name, pa.int32()))
        records = [pa.array([1], f.type) if pa.types.is_integer(f.type) else pa.array(["x"], f.type) for f in claims]
        payload = stream(claims, records, "lz4")
        status, answer = lakeside.deliver(order, Parcel(0, payload, digest(payload), 1))
        assert (status, answer["why"]) == (422, "wire")
        assert "does not have the columns of the catalog" in answer["error"]
    assert kept(state) == before
