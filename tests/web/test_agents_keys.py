"""Connecting a district's own agent on its page: a code shown once, keys listed and revoked, for who has the right."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words

As = Callable[[str], Client]


def code_on(page: str) -> str:
    found = re.search(r'id="made-code"[^>]*value="([A-Z2-9-]{19})"', page)
    assert found is not None
    return found[1]


def test_a_code_is_shown_once_and_is_good_for_one_key(world: World, as_person: As) -> None:
    from upstate.hub.models import AgentCode, AgentKey, Source

    sam = as_person("sam")
    page = sam.post(f"/d/{world.lakeside}/agent/code/").text
    assert faults(page) == []
    assert "The hub reads this district itself now" in page
    code = code_on(page)
    assert code not in str(list(AgentCode.objects.values()))
    agent = Client(SERVER_NAME="localhost")
    answer = agent.post("/agent/v1/enroll", {"code": code, "place": "sis-1"}, content_type="application/json")
    assert answer.status_code == 200
    key = answer.json()["key"]
    assert answer.json()["district"] == "Lakeside"
    assert key not in str(list(AgentKey.objects.values()))
    assert Source.objects.get(district=world.lakeside).url == ""
    again = agent.post("/agent/v1/enroll", {"code": code, "place": "sis-2"}, content_type="application/json")
    assert (again.status_code, again.json()["why"]) == (401, "key")
    said = words(sam.get(f"/d/{world.lakeside}/agent/").text)
    assert f"{key[:18]}… sis-1" in said


def test_a_second_code_voids_the_first(world: World, as_person: As) -> None:
    sam = as_person("sam")
    first, second = (code_on(sam.post(f"/d/{world.lakeside}/agent/code/").text) for _ in range(2))
    agent = Client(SERVER_NAME="localhost")
    answers = [
        agent.post("/agent/v1/enroll", {"code": code}, content_type="application/json").status_code
        for code in (first, second)
    ]
    assert answers == [401, 200]


def test_a_revoked_key_is_refused_at_once_and_listed_as_revoked(world: World, as_person: As) -> None:
    from upstate.hub.models import AgentKey, AuditEntry

    sam = as_person("sam")
    code = code_on(sam.post(f"/d/{world.lakeside}/agent/code/").text)
    agent = Client(SERVER_NAME="localhost")
    key = agent.post("/agent/v1/enroll", {"code": code}, content_type="application/json").json()["key"]
    shown = {"Authorization": f"Bearer {key}"}
    assert agent.post("/agent/v1/hello", {}, content_type="application/json", headers=shown).status_code == 200
    number = AgentKey.objects.get().id
    assert as_person("olive").post(f"/d/{world.riverton}/agent/keys/{number}/revoke/").status_code in (403, 404)
    assert sam.post(f"/d/{world.riverton}/agent/keys/{number}/revoke/").status_code == 404
    assert sam.post(f"/d/{world.lakeside}/agent/keys/{number}/revoke/").status_code == 302
    assert agent.post("/agent/v1/hello", {}, content_type="application/json", headers=shown).status_code == 401
    assert AuditEntry.objects.filter(action="revoked an agent's key").exists()
    page = sam.get(f"/d/{world.lakeside}/agent/").text
    assert faults(page) == []
    assert f"Revoked: {key[:18]}…" in words(page)


def test_who_may_only_look_sees_keys_and_no_button(world: World, as_person: As) -> None:
    page = as_person("rhea").get(f"/d/{world.lakeside}/agent/").text
    assert "Connect an agent" not in page
    assert "No agent of the district's own is connected." in words(page)


def test_guessing_codes_is_slowed_down_by_address(world: World) -> None:
    agent = Client(SERVER_NAME="localhost")
    answers = [
        agent.post("/agent/v1/enroll", {"code": f"AAAA-BBBB-CCCC-{n:04}"}, content_type="application/json").status_code
        for n in range(60)
    ]
    assert answers[0] == 401
    assert answers[-1] == 429
