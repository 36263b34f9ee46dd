"""Whatever is sent to any operation: never a fault of the hub, and one line where it is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.api.conftest import Caller, line_of
from tests.web.conftest import World

JUNK = ["", "0", "-1", "1.5", "9" * 30, "null", "'; --", "\x00", "é", "x" * 5000, "2024-13-01", "[]", "true"]
STARTS = [
    [0],
    [0, 5],
    [1, 5],
    [0, "a"],
    [0, True],
    [0, -1],
    [0, 2**70],
    [0, 0, "School", "required", 0, "yesterday", 1],
    [0, 0, "School", "required", 0, "2024-01-01", 1],
    [0, 9, "School", "required", 0, "2024-01-01T00:00:00+00:00", 1],
    [0, 0, "School\x00", "required", 0, "2024-01-01T00:00:00+00:00", 1],
    {},
    5,
]


def operations() -> list[tuple[str, list[str]]]:
    """Every GET, with the parameters of its query."""
    from upstate.hub.start import Configuration, start

    start(Configuration("dbname=none"))
    from upstate.hub.api.site import PREFIX, api

    return [
        (path, [each["name"] for each in methods["get"].get("parameters", ()) if each["in"] == "query"])
        for path, methods in api.get_openapi_schema(path_prefix=PREFIX)["paths"].items()
        if "get" in methods
    ]


@pytest.mark.parametrize(("path", "parameters"), operations())
def test_no_parameter_of_any_operation_can_be_filled_so_that_the_hub_breaks(
    path: str, parameters: list[str], world: World, caller: Callable[[str], Caller]
) -> None:
    sam = caller("sam")
    whole = path
    resync = world.selection if "/selections/" in path else world.resync
    whole = whole.replace("{object_name}", "School")
    for part, fact in (("district", world.lakeside), ("resync", resync), ("verification", world.verification)):
        whole = whole.replace(f"{{{part}}}", str(fact))
    assert sam.call("get", whole).status_code == 200
    starts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in STARTS]
    for name in parameters:
        for value in [*JUNK, *(starts if name == "from" else ())]:
            answer = sam.call("get", whole, data={name: value})
            if answer.status_code != 200:
                line_of(answer, 400)
    for number in ("0", "999999", "9" * 18, "9" * 30):
        for part in ("{district}", "{resync}", "{verification}"):
            if part in path:
                other = path.replace(part, number).replace("{district}", str(world.lakeside))
                other = other.replace("{resync}", "1").replace("{verification}", "1")
                line_of(sam.call("get", other), 404)


@pytest.mark.parametrize("text", ["", "{", "\xff", '{"objects": ["\\u0000"]}', '{"objects": ["\\ud800"]}', "[" * 5000])
def test_a_body_that_is_no_json_or_no_text_is_refused_in_one_line(
    text: str, world: World, caller: Callable[[str], Caller]
) -> None:
    path = f"/districts/{world.lakeside}/resyncs"
    body: Any = text.encode("latin-1")
    line_of(caller("dana").call("post", path, data=body, content_type="application/json"), 400)


def test_an_address_and_a_method_that_there_is_not_are_told_in_the_same_shape(
    world: World, caller: Callable[[str], Caller]
) -> None:
    dana = caller("dana")
    line_of(dana.call("get", "/districts/lakeside/plan"), 404)
    line_of(dana.call("get", "/nothing/here"), 404)
    answer = dana.call("delete", f"/districts/{world.lakeside}/plan")
    line_of(answer, 405)
    assert answer.headers["Allow"] == "GET"


def test_a_fault_of_our_own_is_one_line_and_says_nothing_of_itself(
    world: World, caller: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr("upstate.hub.api.districts.districts_where", broken)
    assert "secret" not in line_of(caller("dana").call("get", "/districts"), 500)


def test_the_description_is_there_for_everyone_and_names_every_operation(world: World) -> None:
    described = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert len(described["paths"]) > 10
    page = Client(SERVER_NAME="localhost").get("/api/v1/").text
    assert all(path in page for path in described["paths"])
