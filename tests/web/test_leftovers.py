"""The Leftovers page: what is left over and what hangs on it; a removal that waits is approved or discarded there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words

As = Callable[[str], Client]


def leave_over(world: World, name: str, rows: int) -> list[str]:
    """Have the state hold so many rows more of days that the district has no more; their keys."""
    keys = []
    with psycopg.connect(world.url) as connection:
        query = "SELECT t.* FROM state.day AS t WHERE district_id = %s LIMIT 1"
        cursor = connection.execute(query, (world.lakeside,))
        assert cursor.description is not None
        columns = [column.name for column in cursor.description]
        (row,) = cursor.fetchall()
        for number in range(rows):
            keys.append(f"00000000-0000-0000-0000-{number:012d}")
            values = [keys[-1] if column == "guid" else value for column, value in zip(columns, row, strict=True)]
            places = ", ".join(["%s"] * len(columns))
            connection.execute(f"INSERT INTO state.{name} VALUES ({places})".encode(), values)
    return keys


def send(world: World, *, remove: bool) -> Any:
    from upstate.cli.running import run_resync
    from upstate.hub.planned import plan_resync

    planned = plan_resync("Lakeside", ["Day"], check_dependencies=False)
    return run_resync(world.url, planned, remove_leftovers=remove)


def days(world: World) -> int:
    with psycopg.connect(world.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM state.day WHERE district_id = %s", (world.lakeside,)
        ).fetchone()
    assert found is not None
    return int(found[0])


def held_id() -> int:
    from upstate.hub.models import HeldRemoval

    return int(HeldRemoval.objects.get(state="waiting").id)


@pytest.fixture
def held(world: World) -> int:
    """A removal that waits: more days than a tenth of what there is."""
    before = days(world)
    leave_over(world, "day", before // 2)
    send(world, remove=True)
    return held_id()


def test_the_page_says_what_waits_and_who_may_decide_has_a_form(world: World, as_person: As, held: int) -> None:
    for who, may_decide in (("dana", False), ("rhea", False), ("sam", True)):
        page = as_person(who).get(f"/d/{world.lakeside}/leftovers/").text
        assert faults(page) == []
        assert "1 removal waits for approval" in words(page)
        assert (f"/leftovers/held/{held}/" in page) is may_decide
    page = as_person("dana").get(f"/d/{world.lakeside}/leftovers/of/Day/").text
    assert faults(page) == []
    assert "00000000-0000-0000-0000-000000000000" in page
    assert "its removal waits for approval" in words(page)


def test_it_is_approved_with_a_reason_and_noted(world: World, as_person: As, held: int) -> None:
    from upstate.hub.models import Alert, AuditEntry

    before, sam, path = days(world), as_person("sam"), f"/d/{world.lakeside}/leftovers/held/{held}/"
    wrong = sam.post(path, {"decision": "approve", "why": " "})
    assert (wrong.status_code, faults(wrong.text)) == (400, [])
    assert days(world) == before
    error = f'<div class="usa-error-message" id="{held}-why_error" role="alert">'
    assert f"{error}<span>Say why: whoever looks for the rows later wants to know.</span>" in wrong.text
    page = sam.post(path, {"decision": "approve", "why": "The calendar was\nset up twice."}, follow=True).text
    assert faults(page) == []
    assert "rows were removed" in words(page)
    assert "Sam: The calendar was set up twice." in words(page)
    assert days(world) < before
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.where) == ("approved a removal of leftovers", "Lakeside")
    assert "The calendar was set up twice." in entry.subject
    again = sam.post(path, {"decision": "discard", "why": "No."}, follow=True)
    assert "waits no more: it is approved" in words(again.text)
    assert not Alert.objects.filter(process="Leftovers").exists(), "nobody of the hub asked for that resync"


def test_those_who_may_approve_are_told_once(world: World, held: int) -> None:
    from upstate.hub.approving import tell_of_held
    from upstate.hub.models import Alert

    assert (tell_of_held(), tell_of_held()) == (1, 0)
    (alert,) = Alert.objects.filter(process="Leftovers")
    assert (alert.person.name, alert.address) == ("Sam", f"/d/{world.lakeside}/leftovers/")
    assert "rows of Day" in alert.text
    assert alert.by_mail
    assert held


def test_nobody_decides_while_the_district_lands(world: World, as_person: As, held: int) -> None:
    with psycopg.connect(world.url) as landing:
        landing.execute("SELECT pg_advisory_xact_lock(hashtext('upstate.landing'), %s)", (world.lakeside,))
        path = f"/d/{world.lakeside}/leftovers/held/{held}/"
        page = as_person("sam").post(path, {"decision": "approve", "why": "Yes."}, follow=True)
    assert "is landing records just now" in words(page.text)
    assert held_id() == held


def test_a_resync_from_the_page_removes_them_for_whom_may(world: World, as_person: As) -> None:
    from upstate.hub.models import AuditEntry, Resync, Role

    dana = as_person("dana")
    page = dana.get(f"/d/{world.lakeside}/batch/confirm/?object=Day&check=0").text
    assert 'name="remove_leftovers"' in page
    token = page.split('name="plan" value="')[1].split('"')[0]
    since = page.split('name="since" value="')[1].split('"')[0]
    form = {"object": "Day", "check": "0", "plan": token, "since": since, "remove_leftovers": "1"}
    role = Role.objects.get(name="District administrator")
    rights = list(role.rights)
    Role.objects.filter(id=role.id).update(rights=[each for each in rights if each != "leftovers.remove"])
    assert 'name="remove_leftovers"' not in dana.get(f"/d/{world.lakeside}/batch/confirm/?object=Day&check=0").text
    assert dana.post(f"/d/{world.lakeside}/batch/send/", form).status_code == 403
    Role.objects.filter(id=role.id).update(rights=rights)
    assert dana.post(f"/d/{world.lakeside}/batch/send/", form).status_code == 302
    assert Resync.objects.latest("id").remove_leftovers
    assert AuditEntry.objects.latest("id").subject.endswith("removing leftovers")


def test_a_run_says_what_was_removed_and_what_waits(world: World, as_person: As) -> None:
    leave_over(world, "day", 1)
    outcome = send(world, remove=True)
    page = as_person("dana").get(f"/d/{world.lakeside}/history/{outcome.resync}/").text
    assert faults(page) == []
    assert "Leftovers" in words(page)
    assert f"/d/{world.lakeside}/leftovers/" in page


def test_the_state_sets_how_much_may_go(world: World, as_person: As) -> None:
    from upstate.hub.state_settings import percents

    sam = as_person("sam")
    page = sam.post("/settings/change/", {"leftovers_of_object": "25", "leftovers_of_school": " 5 %"}, follow=True).text
    assert faults(page) == []
    assert [value for _, value in percents()] == [25, 5]
    for wrong in ("101", "-1", "ten", "1.5", ""):
        said = words(sam.post("/settings/change/", {"leftovers_of_object": wrong}, follow=True).text)
        assert "give a whole number from 0 to 100" in said
    assert [value for _, value in percents()] == [25, 5]


def test_the_api_starts_tells_and_decides(world: World) -> None:
    from upstate.hub.models import Person
    from upstate.hub.tokens import make_token

    def script(name: str) -> Client:
        token = make_token(Person.objects.get(name=name), "a test", 1).secret
        return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})

    path = f"/api/v1/districts/{world.lakeside}"
    body = {"objects": ["Day"], "check_dependencies": False, "remove_leftovers": True}
    assert script("Rhea").post(f"{path}/resyncs", body, content_type="application/json").status_code == 403
    placed = script("Dana").post(f"{path}/resyncs", body, content_type="application/json")
    assert (placed.status_code, placed.json()["remove_leftovers"]) == (202, True)
    leave_over(world, "day", days(world) // 2)
    outcome = send(world, remove=True)
    told = script("Dana").get(f"{path}/resyncs/{outcome.resync}/leftovers").json()
    assert (told["settled"], told["removed"], told["held"][0]["state"]) == (True, 0, "waiting")
    assert script("Dana").get(f"{path}/leftovers").json()["objects"][0]["object"] == "Day"
    listed = script("Dana").get(f"{path}/leftovers/Day?limit=1").json()
    assert listed["leftovers"][0]["kept"] == "held"
    assert script("Dana").get(f"{path}/leftovers/Day?limit=1&from={listed['next']}").json()["leftovers"]
    decided = f"{path}/leftovers/held/{told['held'][0]['id']}"
    refused = script("Dana").post(decided, {"decision": "approve", "reason": "x"}, content_type="application/json")
    assert refused.status_code == 403
    said = (
        script("Sam").post(decided, {"decision": "approve", "reason": "Twice."}, content_type="application/json").json()
    )
    assert said["held"]["state"] == "approved"
    assert said["held"]["removed"] > 0
