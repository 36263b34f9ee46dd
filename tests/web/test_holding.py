"""Pause, resume and cancel from a resync's page; quiet hours from the agent's; what a worker makes of both."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from django.test import Client
from tests.waiting import wait_until
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_worker import placed, state_of, workers

As = Callable[[str], Client]


def press(browser: Client, district: int, resync: int, wish: str) -> str:
    answer = browser.post(f"/d/{district}/history/{resync}/hold/", {"wish": wish}, follow=True)
    assert faults(answer.text) == []
    return words(answer.text)


def test_a_paused_resync_waits_and_goes_on_when_it_is_resumed(world: World, as_person: As) -> None:
    resync = placed("Lakeside", "School")
    dana = as_person("dana")
    assert "Paused by Dana" in press(dana, world.lakeside, resync, "pause")
    assert "Paused" in words(dana.get(f"/d/{world.lakeside}/batch/").text)
    other = placed("Riverton", "School")
    with workers(world):
        wait_until(lambda: state_of(other) == "finished")
        assert state_of(resync) == "queued"
        assert "is resumed" in press(dana, world.lakeside, resync, "resume")
        wait_until(lambda: state_of(resync) == "finished")


def test_a_cancelled_resync_ends_and_says_by_whom(world: World, as_person: As) -> None:
    resync = placed("Lakeside", "School")
    dana = as_person("dana")
    said = press(dana, world.lakeside, resync, "cancel")
    assert "What has landed stays" in said
    with workers(world):
        wait_until(lambda: state_of(resync) == "failed")
    page = words(dana.get(f"/d/{world.lakeside}/history/{resync}/").text)
    assert "Cancelled by Dana" in page
    assert "Pause" not in page


def test_what_the_state_asked_for_only_the_state_cancels(world: World, as_person: As) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import Person, RequestedDistrict
    from upstate.hub.requests import Wanted, place_request

    due = datetime.now(UTC).date()
    wanted = Wanted(districts=(world.lakeside,), objects=("School",), reason="for the count", due_on=due, disclose=True)
    place_request(catalog_in_force(), wanted, Person.objects.get(name="Sam"), uuid4())
    resync = RequestedDistrict.objects.get(district=world.lakeside).resync_id
    assert resync is not None
    dana = as_person("dana")
    page = dana.get(f"/d/{world.lakeside}/history/{resync}/").text
    assert 'value="pause"' in page
    assert 'value="cancel"' not in page
    assert "only the state can cancel it" in press(dana, world.lakeside, resync, "cancel")
    assert state_of(resync) == "queued"
    assert "is being cancelled" in press(as_person("sam"), world.lakeside, resync, "cancel")


def test_who_may_only_look_has_no_buttons(world: World, as_person: As) -> None:
    resync = placed("Lakeside", "School")
    page = as_person("rhea").get(f"/d/{world.lakeside}/history/{resync}/").text
    assert 'name="wish"' not in page


def test_quiet_hours_hold_a_resync_back_until_they_end(world: World, as_person: As) -> None:
    dana = as_person("dana")
    told = {"time_zone": "America/New_York", "district_quiet": "00:00-24:00", "state_quiet": "08:00-09:00"}
    page = dana.post(f"/d/{world.lakeside}/agent/quiet/change/", told, follow=True).text
    assert faults(page) == []
    assert "They hold now" in words(page)
    from upstate.hub.models import Zone

    zone = Zone.objects.get(district=world.lakeside)
    assert (zone.time_zone, zone.district_quiet, zone.state_quiet) == ("America/New_York", "00:00-24:00", "")
    resync, other = placed("Lakeside", "School"), placed("Riverton", "School")
    with workers(world):
        wait_until(lambda: state_of(other) == "finished")
        time.sleep(1)
        assert state_of(resync) == "queued"
        Zone.objects.filter(district=world.lakeside).update(district_quiet="")
        wait_until(lambda: state_of(resync) == "finished")


def test_quiet_hours_that_cannot_be_read_are_refused_beside_their_field(world: World, as_person: As) -> None:
    answer = as_person("sam").post(
        f"/d/{world.lakeside}/agent/quiet/change/", {"time_zone": "Mars/Olympus", "state_quiet": "noon"}
    )
    assert answer.status_code == 400
    assert faults(answer.text) == []
    assert "There is no time zone" in words(answer.text)
    assert "cannot be read" in words(answer.text)


def test_quiet_hours_say_who_may_change_what_the_reader_may_not(world: World, as_person: As) -> None:
    said = {who: words(as_person(who).get(f"/d/{world.lakeside}/agent/quiet/").text) for who in ("rhea", "dana", "sam")}
    assert [who for who, page in said.items() if "You may look at these hours. To change them, the right" in page] == [
        "rhea"
    ]
    assert [who for who, page in said.items() if "Only the state changes these." in page] == ["dana"]


def test_the_api_pauses_and_says_so(world: World) -> None:
    from upstate.hub.models import Person
    from upstate.hub.tokens import make_token

    resync = placed("Lakeside", "School")
    token = make_token(Person.objects.get(name="Dana"), "a test", 1).secret
    script = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})
    path = f"/api/v1/districts/{world.lakeside}/resyncs/{resync}/hold"
    answer = script.post(path, {"wish": "pause"}, content_type="application/json")
    assert (answer.status_code, answer.json()["hold"]) == (200, "paused")
    again = script.post(path, {"wish": "pause"}, content_type="application/json")
    assert again.status_code == 400
    assert "paused already" in again.json()["error"]
