"""Process alerts: one's own, filtered by process, name and date, deleted when marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words

As = Callable[[str], Client]
NOW = datetime.now(UTC)


def told(who: str, name: str, **other: Any) -> int:
    """An alert of someone; its id."""
    from upstate.hub.models import Alert, Person

    values = {"process": "Resync State Data", **other}
    return Alert.objects.create(person=Person.objects.get(name=who.title()), name=name, **values).id


def listed(page: str) -> list[str]:
    """The names in a list of alerts, in order."""
    return [name for name in ("Resync Finished", "Resync Failed", "State Resync Requested") if name in words(page)]


def test_the_filter_narrows_by_process_name_and_days(world: World, as_person: As) -> None:
    told("dana", "Resync Finished", posted_at=NOW - timedelta(days=3))
    told("dana", "Resync Failed", posted_at=NOW - timedelta(days=1))
    told("dana", "State Resync Requested", process="Vertical Interoperability")
    dana = as_person("dana")
    day = [(NOW - timedelta(days=ago)).date().isoformat() for ago in range(4)]
    for query, seen in (
        ("", ["Resync Finished", "Resync Failed", "State Resync Requested"]),
        ("process=Vertical+Interoperability", ["State Resync Requested"]),
        ("process=Nothing+Known", ["Resync Finished", "Resync Failed", "State Resync Requested"]),
        ("name=fail", ["Resync Failed"]),
        (f"since={day[1]}", ["Resync Failed", "State Resync Requested"]),
        (f"until={day[1]}", ["Resync Finished", "Resync Failed"]),
        (f"since={day[2]}&until={day[1]}", ["Resync Failed"]),
        ("name=nothing+like+it", []),
    ):
        assert listed(dana.get(f"/alerts/?{query}").text) == seen, query


def test_a_name_leads_to_its_page_and_without_one_it_is_plain(world: World, as_person: As) -> None:
    told("dana", "Resync Failed", address=f"/d/{world.lakeside}/batch/", district_id=world.lakeside)
    told("dana", "Resync Finished")
    page = as_person("dana").get("/alerts/").text
    assert faults(page) == []
    assert f'href="/d/{world.lakeside}/batch/">Resync Failed</a>' in page
    assert ">Resync Finished</a>" not in page


def test_only_ones_own_marked_alerts_are_deleted(world: World, as_person: As) -> None:
    from upstate.hub.models import Alert

    mine, kept = told("dana", "Resync Finished"), told("dana", "Resync Failed")
    sams = told("sam", "Resync Failed")
    dana = as_person("dana")
    answer = dana.post("/alerts/delete/", {"alert": [mine, sams, "x", "-1", "9" * 30], "back": "/alerts/?name=resync"})
    assert answer.headers["Location"] == "/alerts/?name=resync"
    assert set(Alert.objects.values_list("id", flat=True)) == {kept, sams}
    assert "1 alert deleted." in words(dana.get("/alerts/").text)
    assert dana.post("/alerts/delete/", {"back": "//elsewhere.example/alerts/"}).headers["Location"] == "/alerts/"
    assert "mark the alerts first" in words(dana.get("/alerts/").text)


def test_who_may_not_delete_has_no_boxes_and_is_refused(world: World, as_person: As) -> None:
    from upstate.hub.models import Alert

    number = told("rhea", "Resync Failed")
    rhea = as_person("rhea")
    assert "Delete the marked ones" not in rhea.get("/alerts/").text
    assert rhea.post("/alerts/delete/", {"alert": number}).status_code == 403
    assert Alert.objects.filter(id=number).exists()


def test_alerts_of_a_district_where_one_is_no_longer_are_gone(world: World, as_person: As) -> None:
    from upstate.hub.models import Grant, Person, Role

    told("dana", "Resync Failed", district_id=world.lakeside)
    dana = Person.objects.get(name="Dana")
    Grant.objects.filter(person=dana).delete()
    Grant.objects.create(person=dana, role=Role.objects.get(name="District reader"), district_id=world.riverton)
    assert listed(as_person("dana").get("/alerts/").text) == []


def test_a_long_list_goes_on_page_by_page_and_a_place_made_by_hand_is_refused(world: World, as_person: As) -> None:
    import re

    for number in range(60):
        told("dana", f"Alert number {number:02}")
    dana = as_person("dana")
    first = dana.get("/alerts/").text
    assert first.count('name="alert"') == 50
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    second = dana.get(f"/alerts/{more[1]}").text
    assert second.count('name="alert"') == 10
    assert "Alert number 09" in second
    for place in ("nonsense", "WzAsImEiXQ", "WzAsMSwyXQ"):  # not base64 of JSON; [0,"a"]; [0,1,2]
        assert dana.get(f"/alerts/?from={place}").status_code == 400, place
