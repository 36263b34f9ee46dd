"""Verifications through the API: placed, followed, listed, and their differences read page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.conftest import Caller, line_of
from tests.web.conftest import World

Called = Callable[[str], Caller]


def test_a_verification_is_placed_in_the_name_of_who_asks(world: World, caller: Called) -> None:
    path = f"/districts/{world.lakeside}/verifications"
    placed = caller("dana").post(path, {"objects": ["calendar", "School"]})
    assert placed.status_code == 202
    told = placed.json()
    assert (told["state"], told["by_state"], told["asked_by"], told["equal"]) == ("queued", False, "Dana", False)
    # nothing is added that was not chosen
    assert [(each["object"], each["state"]) for each in told["objects"]] == [
        ("School", "waiting"),
        ("Calendar", "waiting"),
    ]
    assert caller("sam").post(path, {"objects": None}).json()["by_state"] is True
    listed = caller("rhea").get(path)["verifications"]
    assert [each["asked_by"] for each in listed[:2]] == ["Sam", "Dana"]
    from upstate.hub.models import AuditEntry

    assert AuditEntry.objects.filter(action="asked for a verification").count() == 2


def test_each_of_district_and_state_has_its_own_switch(world: World, caller: Called) -> None:
    from upstate.hub.models import Person
    from upstate.hub.state_settings import set_switches

    sam, body = Person.objects.get(name="Sam"), {"objects": ["School"]}
    path = f"/districts/{world.lakeside}/verifications"
    set_switches({"districts_verify": False}, sam)
    assert "switched off" in line_of(caller("dana").post(path, body), 403)
    assert caller("sam").post(path, body).status_code == 202
    set_switches({"districts_verify": True, "state_verifies": False}, sam)
    assert caller("dana").post(path, body).status_code == 202
    assert "switched off" in line_of(caller("sam").post(path, body), 403)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "objects"),
        ({"objects": ["Enrolment"]}, "Enrolment"),
        ({"objects": []}, "at least one"),
        ({"objects": ["School"], "year": 1990}, "1990"),
        ({"objects": ["School"], "everything": True}, "everything"),
    ],
)
def test_what_cannot_be_verified_is_one_line(world: World, caller: Called, body: object, says: str) -> None:
    answer = caller("dana").post(f"/districts/{world.lakeside}/verifications", body)
    assert says in line_of(answer, 400)
    from upstate.hub.models import Verification

    assert Verification.objects.count() == 1  # the world's own


def test_differences_are_read_page_by_page_and_none_is_lost(world: World, caller: Called) -> None:
    from upstate.cli.verifying import verify_here
    from upstate.hub.planned import plan_resync

    number, found = verify_here(
        world.url, plan_resync("Riverton", ["CourseCode"], check_dependencies=False), lambda: None
    )
    verified = found[0].verified
    assert verified is not None
    assert verified.unexpected["district_only"] > 5  # it was never sent
    path = f"/districts/{world.riverton}/verifications/{number}/differences"
    olive = caller("olive")
    rows: list[dict[str, Any]] = []
    start: str | None = ""
    while start is not None:
        page = olive.get(path, object="CourseCode", limit=4, **({"from": start} if start else {}))
        rows, start = [*rows, *page["differences"]], page["next"]
    assert [tuple(row["key"]) for row in rows] == [each.key for each in (*verified.first, *verified.first_expected)]
    assert (page["total"], page["listed"]) == (len(rows), len(rows))
    assert olive.get(path, object="CourseCode", kind="different")["differences"] == []
    assert "has no object" in olive.refused(400, path, object="School")
    assert olive.refused(400, path, object="CourseCode", kind="odd")
