"""The state asks districts for data: at once, once, not to be refused, and not to be seen through."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words

DUE = (datetime.now(UTC) + timedelta(days=14)).date()
As = Callable[[str], Client]


def form(world: World, **other: Any) -> dict[str, Any]:
    """What the state's form sends: Lakeside, Enrollment and what it needs."""
    return {
        "districts": [str(world.lakeside)],
        "objects": ["Enrollment"],
        "check_dependencies": "on",
        "reason": "The October count closes.",
        "due_on": DUE.isoformat(),
        "token": str(uuid.uuid4()),
        **other,
    }


def placed() -> list[Any]:
    """The resyncs that wait, oldest first."""
    from upstate.hub.models import Resync

    return list(Resync.objects.filter(state="queued").order_by("id"))


def test_a_request_is_looked_over_before_it_is_placed_at_once(world: World, as_person: As) -> None:
    sam = as_person("sam")
    looked = sam.post("/requests/new/", form(world))
    assert looked.status_code == 200
    assert faults(looked.text) == []
    assert "Nothing is placed yet" in looked.text
    assert "Place it in 1 district" in words(looked.text)
    assert "Objects Enrollment, and what it needs" in words(looked.text)
    assert "Districts see the objects no, only that you asked, why and until when" in words(looked.text)
    assert placed() == []
    answer = sam.post("/requests/place/", form(world))
    assert answer.status_code == 302
    (resync,) = placed()
    assert (resync.mode, resync.chosen, resync.asked_by) == ("partial", ["Enrollment"], "Sam")
    assert "Calendar" in resync.objects_in_order
    assert words(sam.get(answer.headers["Location"]).text).count("waiting for its turn") == 1


def test_a_request_waits_behind_a_resync_that_runs_and_the_page_says_so(world: World, as_person: As) -> None:
    from upstate.hub.models import Resync

    sam = as_person("sam")
    sam.post("/requests/place/", form(world))
    Resync.objects.filter(state="queued").update(state="running")
    assert "after the resync that is under way" in sam.post("/requests/new/", form(world)).text
    sam.post("/requests/place/", form(world))
    from upstate.hub.resync_queue import next_resync

    (waiting,) = placed()
    running = next_resync(waiting.zone_id, waiting.school_year)
    assert running is not None
    assert running.id < waiting.id


def test_a_form_sent_twice_even_at_the_same_moment_is_one_request(world: World, as_person: As) -> None:
    sent = form(world, every_district="on")
    browsers = [as_person("sam") for _ in range(3)]
    answers = []

    def send(browser: Client) -> None:
        answers.append(browser.post("/requests/place/", sent).headers["Location"])
        connections.close_all()

    threads = [threading.Thread(target=send, args=(each,)) for each in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert len(placed()) == 2
    from upstate.hub.models import Alert

    assert Alert.objects.filter(person__name="Olive").count() == 1


def test_both_sides_get_an_alert_with_posted_and_due_date(world: World, as_person: As) -> None:
    as_person("sam").post("/requests/place/", form(world))
    from upstate.hub.models import Alert

    told = {alert.person.name: alert for alert in Alert.objects.select_related("person")}
    assert set(told) == {"Dana", "Rhea", "Sam"}
    for alert in told.values():
        assert (alert.process, alert.name) == ("Vertical Interoperability", "State Resync Requested")
        assert (alert.due_on, alert.posted_at.date()) == (DUE, datetime.now(UTC).date())
    dana = as_person("dana")
    listed = dana.get("/alerts/").text
    assert "State Resync Requested" in listed
    assert DUE.isoformat() in listed
    assert dana.get(told["Dana"].address).status_code == 200
    assert as_person("sam").get(told["Sam"].address).status_code == 200


@pytest.mark.parametrize("disclose", [False, True])
def test_a_district_sees_the_objects_only_where_the_state_disclosed_them(
    world: World, as_person: As, disclose: bool
) -> None:
    asked = form(world, objects=["LepKY"], check_dependencies="", **({"disclose": "on"} if disclose else {}))
    as_person("sam").post("/requests/place/", asked)
    dana = as_person("dana")
    from upstate.hub.models import Alert, AuditEntry

    (resync,) = placed()
    pages = {
        "requests": dana.get(f"/d/{world.lakeside}/requests/").text,
        "alerts": dana.get("/alerts/").text,
        "agent": dana.get(f"/d/{world.lakeside}/agent/").text,
        "history": dana.get(f"/d/{world.lakeside}/history/{resync.id}/").text,
        "alert": Alert.objects.get(person__name="Dana").text,
        "audit": " ".join(AuditEntry.objects.values_list("subject", flat=True)),
    }
    seen = {name for name, page in pages.items() if "LepKY" in page}
    assert seen == ({"requests", "alerts", "agent", "history", "alert"} if disclose else set())
    assert "The October count closes." in pages["requests"]
    assert "LepKY" in as_person("sam").get(f"/d/{world.lakeside}/requests/").text


def test_what_an_undisclosed_request_frees_is_not_disclosed_either(world: World, as_person: As) -> None:
    from upstate.hub.models import Resync

    as_person("sam").post("/requests/place/", form(world, objects=["LepKY"], check_dependencies=""))
    (asked,) = placed()
    named = {"chosen": ["Title1KY"], "objects_in_order": ["Title1KY"], "check_dependencies": False}
    freed = Resync.objects.create(
        zone_id=asked.zone_id,
        school_year=2024,
        mode="heal",
        follows=asked,
        state="queued",
        **named,
    )
    where = f"/d/{world.lakeside}/history/"
    addresses = (where, f"{where}{freed.id}/", f"{where}?object=Title1KY")
    for who, sees in (("dana", False), ("sam", True)):
        pages = [as_person(who).get(each).text for each in addresses]
        told = [re.sub("<option.*?</option>", "", page, flags=re.DOTALL) for page in pages]
        assert ["Title1KY" in page for page in told[:2]] == [sees, sees]
        assert (f"{where}{freed.id}/" in pages[2]) is sees


def test_a_district_that_is_not_offered_an_object_is_told_of_and_the_others_are_asked(
    world: World, as_person: As
) -> None:
    from upstate.hub.models import RequestedDistrict, Zone

    Zone.objects.filter(district=world.riverton).update(edition="ME")
    sam = as_person("sam")
    asked = form(world, every_district="on", objects=["LepKY"])
    assert "It is offered none of these objects." in words(sam.post("/requests/new/", asked).text)
    sam.post("/requests/place/", asked)
    assert len(placed()) == 1
    left = RequestedDistrict.objects.get(district=world.riverton)
    assert (left.resync_id, left.left_out, left.why_not) == (None, ["LepKY"], "It is offered none of these objects.")


def test_all_objects_are_a_full_resync_of_each_district(world: World, as_person: As) -> None:
    as_person("sam").post("/requests/place/", form(world, every_object="on", every_district="on"))
    assert {resync.mode for resync in placed()} == {"full"}
    assert len(placed()) == 2


@pytest.mark.parametrize(
    ("tampered", "says"),
    [
        ({"districts": ["999"]}, "not on this page any more"),
        ({"districts": ["1 OR 1=1"]}, "not on this page any more"),
        ({"districts": []}, "Choose at least one district."),
        ({"objects": ["Enrolment"]}, "not on this page any more"),
        ({"objects": []}, "Choose at least one object."),
        ({"objects": ["CTEDataME"]}, "None of these districts is offered any of these objects"),
        ({"reason": "   "}, "Say why."),
        ({"due_on": "2001-01-01"}, "This date has passed."),
        ({"due_on": "soon"}, "Write a date"),
        ({"token": "mine"}, "not on this page any more"),
    ],
)
def test_a_tampered_form_places_nothing_and_says_what_is_wrong(
    world: World, as_person: As, tampered: dict[str, Any], says: str
) -> None:
    from upstate.hub.models import Alert, StateRequest

    answer = as_person("sam").post("/requests/place/", form(world, **tampered))
    assert answer.status_code == 400
    assert says in words(answer.text)
    assert faults(answer.text) == []
    assert (placed(), StateRequest.objects.count(), Alert.objects.count()) == ([], 0, 0)


def test_nobody_at_a_district_places_a_request(world: World, as_person: As) -> None:
    for who in ("dana", "rhea", "olive"):
        assert as_person(who).post("/requests/place/", form(world)).status_code == 403
    assert placed() == []


def test_a_request_is_for_the_year_a_zone_has_when_it_is_placed(world: World, as_person: As) -> None:
    from upstate.hub.models import Zone

    Zone.objects.filter(district=world.lakeside).update(school_year=2025)
    as_person("sam").post("/requests/place/", form(world))
    assert [resync.school_year for resync in placed()] == [2025]


def test_the_form_comes_back_with_what_was_chosen(world: World, as_person: As) -> None:
    sent = form(world, change="1", disclose="on")
    page = as_person("sam").post("/requests/new/", sent)
    assert page.status_code == 200
    for part in (f'value="{world.lakeside}" checked', 'value="Enrollment" checked', "The October count closes."):
        assert part in page.text
    assert date.fromisoformat(sent["due_on"]).isoformat() in page.text
