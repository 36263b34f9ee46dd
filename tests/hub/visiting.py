"""An agent of any kind, honest or not, at the hub's door: requests as they come, without the agent's own program."""

from __future__ import annotations

from typing import Any

from django.test import Client
from tests.hub.serving import KEY, connect_agent
from tests.hub.state import State, schools

from upstate.hub.start import Configuration, start
from upstate.hub.web.configuration import WebConfiguration
from upstate.wire import Parcel
from upstate.wire.protocol import CATALOG_HEADER, DIGEST_HEADER


class Visitor:
    """Asks the door of the hub over `state`, showing `key`."""

    def __init__(self, state: State, key: str | None) -> None:
        start(Configuration(state.url, WebConfiguration(secret_key=KEY, address="http://localhost")))
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of an answer; what is no JSON comes out as {}."""
        raw = body if isinstance(body, bytes) else b"" if body is None else None
        how: dict[str, Any] = {"headers": {**self.headers, **headers}}
        if raw is None:
            how |= {"data": body, "content_type": "application/json"}
        else:
            how |= {"data": raw, "content_type": "application/octet-stream"}
        answer = self.client.generic(method, f"/agent/v1/{path}", **_generic(how))
        kind = answer.headers.get("Content-Type", "")
        return answer.status_code, answer.json() if kind.startswith("application/json") else {}

    def claim(self, **said: Any) -> dict[str, Any]:
        """The order that a claim is answered with."""
        status, answer = self.ask("POST", "claim", said, **{CATALOG_HEADER: self.stamp()})
        assert status == 200, answer
        order: dict[str, Any] = answer["order"]
        return order

    def stamp(self) -> str:
        """The stamp of the hub's catalog."""
        return str(self.ask("POST", "hello", {})[1]["catalog"])

    def deliver(self, order: dict[str, Any], parcel: Parcel, **other: Any) -> tuple[int, dict[str, Any]]:
        """Deliver a batch for an order."""
        said = {"id": order["id"], "epoch": order["epoch"], "number": parcel.number, "records": parcel.records, **other}
        path = f"orders/{said['id']}/batches/{said['number']}?epoch={said['epoch']}&records={said['records']}"
        return self.ask("PUT", path, parcel.payload, **{DIGEST_HEADER: parcel.digest.hex()})


def visitor(state: State, district: int | None = None) -> Visitor:
    """The honest agent of a district, Lakeside's where none is named."""
    key = connect_agent(state, district)
    return Visitor(state, key)


def kept(state: State) -> list[tuple[Any, ...]]:
    """All that the door can change: every order as it stands, and every batch."""
    orders = state.rows("SELECT id, state, epoch, batches, records, gone, message FROM hub_order ORDER BY id")
    return [*orders, *state.rows("SELECT order_id, number, records, digest FROM hub_batch ORDER BY 1, 2")]


def _generic(how: dict[str, Any]) -> dict[str, Any]:
    import json

    data = how["data"] if isinstance(how["data"], bytes) else json.dumps(how["data"]).encode()
    return {"data": data, "content_type": how["content_type"], "headers": how["headers"]}


__all__ = ["Visitor", "kept", "schools", "visitor"]
