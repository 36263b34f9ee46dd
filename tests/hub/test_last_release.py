"""The agent of the last release works with this hub: what it says and what it needs of the answers was written down.

`agent_0_1_0.json` is its conversation with the hub: of each step the request as that version makes it, the status, and
the members (with their types) that it reads of the answer. A hub may answer more, never less. It is not to be changed:
where a step fails, the hub has broken its word to agents that are out there. A new release adds a file of its own.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.hub.state import State, deliver_all
from tests.hub.visiting import Visitor

from upstate.hub.landing_loop import land_ready
from upstate.hub.postgres import connect
from upstate.hub.running_resyncs import finish_resync, start_resync

CONVERSATIONS = sorted(Path(__file__).parent.glob("agent_*.json"))
TYPES = {"text": str, "number": (int, float), "flag": bool, "list": list, "object": dict, "none": type(None)}


def filled(said: Any, known: dict[str, str]) -> Any:
    """A step of the conversation with {names} filled in by what was answered before."""
    if isinstance(said, dict):
        return {name: filled(value, known) for name, value in said.items()}
    if isinstance(said, str):
        for name, value in known.items():
            said = said.replace("{" + name + "}", value)
    return said


def has(answer: Any, needed: Any, at: str) -> None:
    """Whether an answer has what is needed of it, each of its type."""
    if isinstance(needed, dict):
        assert isinstance(answer, dict), at
        for name, each in needed.items():
            assert name in answer, f"{at}.{name} is gone"
            has(answer[name], each, f"{at}.{name}")
    elif isinstance(needed, list):
        assert isinstance(answer, list), at
        assert len(answer) == len(needed), at
        for number, each in enumerate(needed):
            has(answer[number], each, f"{at}[{number}]")
    elif isinstance(needed, str) and needed.startswith("="):
        assert answer == json.loads(needed[1:]), at
    else:
        kinds = tuple(kind for name in needed.split("|") for kind in _kinds(name))
        assert isinstance(answer, kinds), f"{at} is {answer!r}, not {needed}"


def _kinds(name: str) -> tuple[type, ...]:
    kind = TYPES[name]
    return kind if isinstance(kind, tuple) else (kind,)


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: file.stem)
def test_every_step_of_its_conversation_is_answered_as_it_needs(state: State, file: Path) -> None:
    from upstate.hub.agent_door.keys import make_code
    from upstate.hub.models import District, Person

    olga, _ = Person.objects.get_or_create(email="olga@example.org", defaults={"name": "Olga"})
    known = {"code": make_code(olga, District.objects.get(pk=state.district.id)), "key": ""}
    agent = Visitor(state, None)
    earlier = state.place("School")
    deliver_all(state, earlier, {"School": [{"id": n, "name": f"school {n}"} for n in (1, 2, 7)]})
    start_resync(earlier.id)
    with connect(state.url) as connection:
        land_ready(connection, earlier.id, state.catalog)
    finish_resync(earlier.id)
    start_resync(state.place("School", "Month").id)
    state.connection.execute("UPDATE hub_order SET everything = false WHERE object = 'School'")
    for step in json.loads(file.read_text()):
        does = filled(step, known)
        agent.headers = {"Authorization": f"Bearer {known['key']}"} if known["key"] else {}
        agent.headers["User-Agent"] = "upstate-agent/0.1.0"
        body = base64.b64decode(does["bytes"]) if "bytes" in does else does.get("json")
        if "schema" in does:
            how: Any = {"headers": agent.headers, "content_type": "application/json"}
            raw = agent.client.generic(does["method"], f"/agent/v1/{does['path']}", json.dumps(body or {}), **how)
            assert raw.status_code == does["status"], raw.content
            told = pa.ipc.open_stream(raw.content).schema
            assert {f.name: str(f.type) for f in told}.items() >= does["schema"].items(), does["path"]
            assert {name.decode() for name in told.metadata or {}} >= set(does.get("metadata", []))
            continue
        status, answer = agent.ask(does["method"], does["path"], body, **does.get("headers", {}))
        assert status == does["status"], (does["path"], answer)
        has(answer, does["needs"], does["path"])
        for name, path in does.get("keep", {}).items():
            found = answer
            for part in path.split("."):
                found = found[part]
            known[name] = str(found)
    assert state.orders("message")["Month"] == "The table month is gone."
