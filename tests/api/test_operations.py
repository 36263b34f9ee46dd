"""What the operations answer, against the state's own rows and the reports of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.api.conftest import Caller, line_of
from tests.web.conftest import World

Callers = Callable[[str], Caller]


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(world.url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_districts_are_those_one_may_see_with_what_one_may_do_there(world: World, caller: Callers) -> None:
    assert [each["name"] for each in caller("sam").get("/districts")["districts"]] == ["Lakeside", "Riverton"]
    (mine,) = caller("rhea").get("/districts")["districts"]
    assert (mine["id"], mine["year"], mine["edition"]) == (world.lakeside, 2024, "KY")
    assert mine["years"] == [2023, 2024, 2025]
    assert "batch.view" in mine["rights"]
    assert "batch.run" not in mine["rights"]


def test_every_parent_comes_before_its_child_in_the_catalog(world: World, caller: Callers) -> None:
    listed = caller("rhea").get("/objects")["objects"]
    places = {each["object"]: place for place, each in enumerate(listed)}
    assert len(listed) == 62
    assert all(places[parent] < places[each["object"]] for each in listed for parent in each["needs"])


def test_a_plan_adds_what_is_needed_and_changes_nothing(world: World, caller: Callers) -> None:
    before = rows(world, "SELECT count(*) FROM hub_resync")
    made = caller("rhea").get(f"/districts/{world.lakeside}/plan", object=["Enrollment"])
    assert [step["object"] for step in made["objects"]] == [
        "District", "School", "Calendar", "ScheduleStructure", "PersonIdentity", "StructureGradeLevel", "Enrollment",
    ]  # fmt: skip
    assert [step["object"] for step in made["objects"] if not step["added_for"]] == ["Enrollment"]
    assert made["mode"] == "partial"
    alone = caller("rhea").get(
        f"/districts/{world.lakeside}/plan", object=["Roster", "Day"], check_dependencies="false", year=2023
    )
    assert [step["object"] for step in alone["objects"]] == ["Day", "Roster"]
    assert alone["year"] == 2023
    assert caller("rhea").get(f"/districts/{world.lakeside}/plan")["mode"] == "full"
    assert rows(world, "SELECT count(*) FROM hub_resync") == before


def test_a_resync_that_is_started_is_queued_audited_and_can_be_followed(world: World, caller: Callers) -> None:
    dana = caller("dana")
    answer = dana.post(f"/districts/{world.lakeside}/resyncs", {"objects": ["school"], "reason": "a  new\nschool"})
    assert answer.status_code == 202
    placed = answer.json()
    assert (placed["state"], placed["asked_by"], placed["reason"]) == ("queued", "Dana", "a new school")
    assert [(each["object"], each["state"], each["status"]) for each in placed["objects"]] == [
        ("District", "waiting", "gray"),
        ("School", "waiting", "gray"),
    ]
    assert dana.get(f"/districts/{world.lakeside}/resyncs/{placed['resync']}") == placed
    ((subject,),) = rows(world, "SELECT subject FROM hub_audit_entry WHERE action = 'sent a resync'")
    assert f"resync {placed['resync']}" in subject
    assert "a test" in subject


def test_a_rehearsal_is_placed_as_a_resync_is_and_says_what_it_is(world: World, caller: Callers) -> None:
    dana = caller("dana")
    answer = dana.post(f"/districts/{world.lakeside}/resyncs", {"objects": ["School"], "rehearse": True})
    assert (answer.status_code, answer.json()["mode"]) == (202, "rehearsal")
    ((subject,),) = rows(world, "SELECT subject FROM hub_audit_entry WHERE action = 'rehearsed a resync'")
    assert f"rehearsal {answer.json()['resync']}" in subject


@pytest.mark.parametrize(
    "body",
    [
        {"objects": ["Enrolment"]},
        {"objects": ["ISEPResidentialVerification"]},  # of another edition
        {"objects": []},
        {"objects": "School"},
        {"objects": [None]},
        {"year": 1999},
        {"year": "soon"},
        {"object": ["School"]},  # a misspelt member must not turn into a full resync
        {"reason": "x" * 501},
        {},
        [],
        "School",
        None,
    ],
)
def test_a_resync_that_cannot_be_is_refused_in_one_line_and_nothing_is_placed(
    body: Any, world: World, caller: Callers
) -> None:
    before = rows(world, "SELECT count(*) FROM hub_resync")
    line_of(caller("dana").post(f"/districts/{world.lakeside}/resyncs", body), 400)
    assert rows(world, "SELECT count(*) FROM hub_resync") == before


def test_what_came_of_a_resync_is_what_its_orders_hold(world: World, caller: Callers) -> None:
    told = caller("rhea").get(f"/districts/{world.lakeside}/resyncs/{world.resync}")
    assert told["state"] == "finished"
    assert [(each["object"], each["created"], each["errors"], each["state"]) for each in told["objects"]] == rows(
        world,
        "SELECT object, created, failed + blocked + excluded, state FROM hub_order"
        f" WHERE resync_id = {world.resync} ORDER BY position",
    )
    assert sum(each["errors"] for each in told["objects"]) > 0
    for each in told["objects"]:
        assert each["processed"] == each["created"] + each["updated"] + each["unchanged"] + each["errors"]


def test_the_status_names_every_object_and_says_never_of_one_that_never_ran(world: World, caller: Callers) -> None:
    lakeside = caller("sam").get(f"/districts/{world.lakeside}/status")
    riverton = caller("sam").get(f"/districts/{world.riverton}/status")
    assert [each["object"] for each in lakeside["objects"]] == [each["object"] for each in riverton["objects"]]
    ran = {each["object"] for each in riverton["objects"] if each["status"] != "never"}
    assert ran == {"District", "School"}
    assert all(each["status"] in ("green", "yellow", "red") for each in lakeside["objects"])


def test_the_history_is_read_page_by_page_newest_first(world: World, caller: Callers) -> None:
    dana = caller("dana")
    for _ in range(3):
        assert dana.post(f"/districts/{world.lakeside}/resyncs", {"objects": ["District"]}).status_code == 202
    path = f"/districts/{world.lakeside}/history"
    page = dana.get(path, limit=2)
    seen = [each["resync"] for each in page["resyncs"]]
    while page["next"] is not None:
        page = dana.get(path, limit=2, **{"from": page["next"]})
        seen += [each["resync"] for each in page["resyncs"]]
    kept = rows(world, f"SELECT id FROM hub_resync WHERE zone_id = {world.lakeside} ORDER BY id DESC")
    assert seen == [number for (number,) in kept]
    assert len(seen) == 4


def every_rejection(caller: Caller, path: str, limit: int, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start = None
    while True:
        page = caller.get(path, limit=limit, **query, **({} if start is None else {"from": start}))
        assert len(page["rejections"]) <= limit
        found += page["rejections"]
        start = page["next"]
        if start is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 5000])
def test_reading_page_by_page_meets_every_rejection_once_what_must_be_mended_first(
    limit: int, world: World, caller: Callers
) -> None:
    found = every_rejection(caller("rhea"), f"/districts/{world.lakeside}/rejections", limit)
    kept = rows(world, f"SELECT id FROM hub_rejection WHERE district_id = {world.lakeside} ORDER BY id")
    assert sorted(each["id"] for each in found) == [number for (number,) in kept]
    assert len(found) > 20
    verdicts = [each["verdict"] for each in found]
    assert list(dict.fromkeys(verdicts)) == ["failed", "blocked", "excluded"]
    assert verdicts == sorted(verdicts, key=["failed", "blocked", "excluded"].index)


def test_filters_of_the_rejections_leave_exactly_what_they_name(world: World, caller: Callers) -> None:
    rhea, path = caller("rhea"), f"/districts/{world.lakeside}/rejections"
    whole = every_rejection(rhea, path, 5000)
    blocked = next(each for each in whole if each["verdict"] == "blocked")
    root_key = "|".join(part or "" for part in blocked["root_key"])
    for query in (
        {"verdict": "blocked"},
        {"object": blocked["object"]},
        {"reason": blocked["reason"]},
        {"root_object": blocked["root_object"], "root_key": root_key},
        {"object": blocked["object"], "verdict": "blocked", "reason": blocked["reason"]},
    ):
        wanted = [
            each["id"]
            for each in whole
            if all(
                ("|".join(p or "" for p in each[name]) if name == "root_key" else each[name]) == value
                for name, value in query.items()
            )
        ]
        assert [each["id"] for each in every_rejection(rhea, path, 3, **query)] == wanted, query
        assert wanted
    assert rhea.get(path, standing="resolved")["rejections"] == []
    assert rhea.get(path, seen_since="2999-01-01T00:00:00Z")["rejections"] == []
    assert rhea.get(path, count=True, limit=1)["total"] == len(whole)


def test_roots_are_ranked_by_what_they_hold_back(world: World, caller: Callers) -> None:
    rhea, path = caller("rhea"), f"/districts/{world.lakeside}/roots"
    told = rhea.get(path, limit=100_000)
    blocks = [each["blocks"] for each in told["roots"]]
    assert blocks == sorted(blocks, reverse=True)
    assert blocks[0] > 0
    assert not told["more"]
    assert told["outlook"]["held_back"] > 0
    few = rhea.get(path, limit=1, verdict="failed", resync=world.resync)
    assert few["more"]
    assert few["roots"][0]["verdict"] == "failed"


def test_objects_of_a_request_that_is_not_disclosed_are_not_told_to_the_district(world: World, caller: Callers) -> None:
    from datetime import date
    from uuid import uuid4

    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import Person
    from upstate.hub.requests import Wanted, place_request

    sam = Person.objects.get(name="Sam")
    wanted = Wanted((world.lakeside,), ("School",), "A deadline.", date(2999, 1, 1))
    place_request(catalog_in_force(), wanted, sam, uuid4())
    path = f"/districts/{world.lakeside}/history"
    (mine,) = caller("dana").get(path, limit=1)["resyncs"]
    (theirs,) = caller("sam").get(path, limit=1)["resyncs"]
    assert (mine["disclosed"], mine["objects"]) == (False, [])
    assert (theirs["disclosed"], [each["object"] for each in theirs["objects"]]) == (True, ["District", "School"])
    rows(
        world, f"UPDATE hub_resync SET state = 'running', started_at = now() WHERE id = {theirs['resync']} RETURNING id"
    )
    moving = {}
    for who in ("dana", "sam"):
        told = caller(who).get(f"/districts/{world.lakeside}/status")
        assert told["unfinished"] == theirs["resync"]
        moving[who] = {each["object"] for each in told["objects"] if each["status"] == "gray"}
    assert moving == {"dana": set(), "sam": {"District", "School"}}
