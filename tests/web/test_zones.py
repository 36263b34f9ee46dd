"""Zones: what they may send, and the switch of their school year with all that speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_verifications import verified
from tests.web.test_worker import placed

As = Callable[[str], Client]


def zone(district: int) -> Any:
    """A zone as it is now."""
    from upstate.hub.models import Zone

    return Zone.objects.get(district=district)


def settings(district: int, **other: Any) -> dict[str, Any]:
    """What a zone's form sends where nothing is changed."""
    from upstate.hub.web.pages.zones import _told
    from upstate.hub.zones import ZoneSettings

    now = zone(district)
    sent = {
        "edition": now.edition or "",
        "switches": now.switches,
        "previous_year": now.previous_year,
        "next_year": now.next_year,
        "seen": _told(ZoneSettings.of(now)),
    }
    return {**sent, **other}


def switch(client: Client, *districts: int, to: str = "next", **other: Any) -> Any:
    """Send the form that switches the year of these."""
    years = {f"year-{district}": zone(district).school_year for district in districts}
    return client.post("/zones/switched/", {"to": to, "district": districts, **years, **other})


def changed(district: int, mode: str = "partial") -> None:
    """A later resync that changed rows at the state."""
    from upstate.hub.models import Order, Resync

    resync = placed({1: "Lakeside", 2: "Riverton"}[district], "Enrollment")
    now = datetime.now(UTC)
    Order.objects.filter(resync=resync).update(state="landed", finished_at=now, unchanged=5)
    Order.objects.filter(resync=resync, object="Enrollment").update(updated=4)
    Resync.objects.filter(id=resync).update(state="finished", mode=mode, started_at=now, finished_at=now)


def audited() -> list[str]:
    """What the audit list says, newest first."""
    from upstate.hub.models import AuditEntry

    return [f"{e.who} {e.action}: {e.subject}" for e in AuditEntry.objects.order_by("-id")]


def test_after_a_full_resync_the_year_is_switched_and_the_next_full_one_is_due(world: World, as_person: As) -> None:
    from upstate.hub.models import Alert

    sam = as_person("sam")
    page = sam.get(f"/zones/switch/?district={world.lakeside}").text
    assert faults(page) == []
    assert "Lakeside: 2023-2024 to 2024-2025" in page
    assert "No data has changed since" in page
    assert "Why go on all the same?" not in page
    answer = switch(sam, world.lakeside)
    assert zone(world.lakeside).school_year == 2025
    page = words(sam.get(answer.headers["Location"]).text)
    assert "full resync at the start of the year is now due" in page
    assert "The full resync at the start of the year is due" in page
    assert "Sam (sam@state.example) switched the school year: 2023-2024 to 2024-2025" in audited()[0]
    assert set(Alert.objects.values_list("person__name", "name")) == {
        ("Dana", "Start-of-Year Resync Due"),
        ("Rhea", "Start-of-Year Resync Due"),
    }
    assert "start of the school year is due in 1 district" in words(sam.get("/zones/").text)


def test_the_full_resync_at_the_start_of_the_year_is_due_until_it_has_finished(world: World, as_person: As) -> None:
    from upstate.hub.models import Order, Resync

    sam = as_person("sam")
    switch(sam, world.lakeside)
    later = datetime.now(UTC) + timedelta(minutes=1)
    resync = placed("Lakeside", *_everything(world.lakeside))
    assert "is due in 1 district" in words(sam.get("/zones/").text)
    Order.objects.filter(resync=resync).update(state="landed", finished_at=later)
    Resync.objects.filter(id=resync).update(state="finished", started_at=later, finished_at=later)
    assert "is due in" not in words(sam.get("/zones/").text)


def _everything(district: int) -> tuple[str, ...]:
    from upstate.hub.districts import planning_zone
    from upstate.hub.in_force import catalog_in_force
    from upstate.planning import offered

    return offered(catalog_in_force(), planning_zone(zone(district).district))


@pytest.mark.parametrize(
    ("let", "missing"),
    [
        (lambda world: changed(world.lakeside), "No data has changed since"),
        (lambda world: changed(world.lakeside, "heal"), "No data has changed since"),
        (lambda world: _turn_on(world.lakeside), "It took in every object"),
        (lambda world: _make_partial(world.resync), "A full resync has finished"),
        (lambda world: _make_failed(world.resync), "A full resync has finished"),
    ],
    ids=["data changed later", "healed later", "an object came later", "only a partial one", "a failed one"],
)
def test_what_is_missing_asks_for_a_written_reason_which_is_kept(
    world: World, as_person: As, let: Callable[[World], None], missing: str
) -> None:
    from upstate.hub.models import YearSwitch

    let(world)
    sam = as_person("sam")
    page = words(sam.get(f"/zones/switch/?district={world.lakeside}").text)
    assert f"not yet {missing}." in page
    assert "Why go on all the same?" in page
    refused = switch(sam, world.lakeside, reason="   ")
    assert refused.status_code == 400
    assert "To go on all the same, write why." in words(refused.text)
    assert zone(world.lakeside).school_year == 2024
    switch(sam, world.lakeside, reason="The district has merged.")
    assert zone(world.lakeside).school_year == 2025
    kept = YearSwitch.objects.get()
    assert (kept.missing, kept.reason, kept.who) == ([missing], "The district has merged.", "Sam")
    assert missing in audited()[0]
    assert "Reason: The district has merged." in audited()[0]


def test_the_checklist_says_what_the_last_verification_of_everything_found(world: World, as_person: As) -> None:
    sam = as_person("sam")

    def told() -> str:
        return words(sam.get(f"/zones/switch/?district={world.lakeside}").text)

    assert "not known Both ends are equal. No verification has compared all objects since" in told()
    verified("School", url=world.url)
    assert "not known Both ends are equal." in told()  # one of some objects tells nothing of the year
    equal = verified(url=world.url)
    assert f"done Both ends are equal. Verification {equal} compared" in told()
    assert "Why go on all the same?" not in told()
    with psycopg.connect(world.url) as connection:
        connection.execute("UPDATE state.school SET abbreviation = 'altered' WHERE district_id = 1")
    unequal = verified(url=world.url)
    assert f"not yet Both ends are equal. Verification {unequal} found" in told()
    assert "in School. It started" in told()
    assert switch(sam, world.lakeside).status_code == 400
    changed(world.lakeside)
    assert "not known Both ends are equal." in told()  # it was looked at before the data moved
    changed_settings = {"there": ["districts_verify", "state_verifies"]}
    sam.post("/settings/change/", changed_settings)
    assert "Both ends are equal" not in told()  # nobody may compare


def _turn_on(district: int) -> None:
    from upstate.hub.models import Zone

    Zone.objects.filter(district=district).update(switches=["reporting_entity"])


def _make_partial(resync: int) -> None:
    from upstate.hub.models import Resync

    Resync.objects.filter(id=resync).update(mode="partial")


def _make_failed(resync: int) -> None:
    from upstate.hub.models import Resync

    Resync.objects.filter(id=resync).update(state="failed")


def test_a_later_resync_that_changed_nothing_does_not_speak_against_it(world: World, as_person: As) -> None:
    from upstate.hub.models import Order

    changed(world.lakeside)
    Order.objects.exclude(resync=world.resync).update(created=0, updated=0, deleted=0)
    switch(as_person("sam"), world.lakeside)
    assert zone(world.lakeside).school_year == 2025


def test_the_page_says_how_red_the_year_is(world: World, as_person: As) -> None:
    from upstate.hub.models import Order

    red = sum(
        (o.failed + o.blocked + o.excluded) * 100
        > o.created + o.updated + o.unchanged + o.failed + o.blocked + o.excluded
        for o in Order.objects.filter(resync=world.resync)
    )
    page = words(as_person("sam").get(f"/zones/{world.lakeside}/").text)
    assert f"How red it is: {red} errors" in page


def test_nothing_is_switched_while_a_resync_has_not_ended_whatever_the_reason(world: World, as_person: As) -> None:
    placed("Lakeside", "School")
    sam = as_person("sam")
    assert "Wait for it" in words(sam.get(f"/zones/switch/?district={world.lakeside}").text)
    answer = switch(sam, world.lakeside, reason="It cannot wait.")
    assert answer.status_code == 400
    assert "has a resync that has not ended" in words(answer.text)
    assert zone(world.lakeside).school_year == 2024


def test_several_are_switched_together_or_none_of_them(world: World, as_person: As) -> None:
    sam = as_person("sam")
    refused = switch(sam, world.lakeside, world.riverton)
    assert refused.status_code == 400
    assert "Riverton: not so yet: A full resync has finished." in words(refused.text)
    assert {zone(world.lakeside).school_year, zone(world.riverton).school_year} == {2024}
    switch(sam, world.lakeside, world.riverton, reason="Riverton closes.")
    assert {zone(world.lakeside).school_year, zone(world.riverton).school_year} == {2025}


def test_the_same_form_sent_again_switches_nothing_twice(world: World, as_person: As) -> None:
    sam = as_person("sam")
    stale = {"to": "next", "district": world.lakeside, f"year-{world.lakeside}": 2024, "reason": "Again."}
    assert sam.post("/zones/switched/", stale).status_code == 302
    again = sam.post("/zones/switched/", stale)
    assert again.status_code == 400
    assert "Lakeside was switched to 2024-2025 meanwhile" in words(again.text)
    assert zone(world.lakeside).school_year == 2025


def test_a_year_can_be_gone_back_with_a_reason(world: World, as_person: As) -> None:
    sam = as_person("sam")
    switch(sam, world.lakeside)
    assert switch(sam, world.lakeside, to="back").status_code == 400
    assert zone(world.lakeside).school_year == 2025
    switch(sam, world.lakeside, to="back", reason="It was too early.")
    assert zone(world.lakeside).school_year == 2024
    assert "is due in" not in words(sam.get("/zones/").text)


@pytest.mark.parametrize(
    "sent", [{}, {"to": "next"}, {"to": "sideways", "district": "1"}, {"to": "next", "district": ["x", "9999"]}]
)
def test_a_form_without_a_district_or_a_direction_goes_back_to_the_list(
    world: World, as_person: As, sent: dict[str, Any]
) -> None:
    sam = as_person("sam")
    assert sam.post("/zones/switched/", sent).headers["Location"] == "/zones/"
    assert "Mark the districts" in words(sam.get("/zones/").text)
    assert zone(world.lakeside).school_year == 2024


def test_objects_are_turned_on_and_off_for_each_other_year(world: World, as_person: As) -> None:
    sam = as_person("sam")
    assert faults(sam.get(f"/zones/{world.lakeside}/").text) == []
    sent = settings(world.lakeside, previous_year=["Enrollment", "Calendar"], next_year=[])
    sam.post(f"/zones/{world.lakeside}/change/", sent)
    now = zone(world.lakeside)
    assert (now.previous_year, now.next_year) == (["Calendar", "Enrollment"], [])
    assert "changed a zone: previous year off for" in audited()[0]
    dana = as_person("dana")
    assert dana.get(f"/d/{world.lakeside}/?year=2023").status_code == 200
    assert dana.get(f"/d/{world.lakeside}/?year=2025").status_code == 404


def test_another_edition_takes_objects_away_and_brings_others(world: World, as_person: As) -> None:
    sam = as_person("sam")
    sam.post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, edition="SD", next_year=[]))
    now = zone(world.lakeside)
    assert now.edition == "SD"
    assert "AttendanceSDMinute" in now.previous_year
    assert not any(name.endswith("KY") for name in now.previous_year)
    assert now.next_year == []


def test_the_reporting_entity_is_turned_on_and_offered(world: World, as_person: As) -> None:
    sam = as_person("sam")
    sam.post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, switches=["reporting_entity"]))
    assert zone(world.lakeside).switches == ["reporting_entity"]
    assert "ReportingEntity" in as_person("dana").get(f"/d/{world.lakeside}/batch/").text
    sam.post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, switches=[]))
    assert zone(world.lakeside).switches == []


def test_what_is_offered_does_not_change_under_a_resync(world: World, as_person: As) -> None:
    placed("Lakeside", "School")
    answer = as_person("sam").post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, edition="SD"))
    assert answer.status_code == 400
    assert "has a resync that has not ended" in words(answer.text)
    assert zone(world.lakeside).edition == "KY"


@pytest.mark.parametrize(
    "tampered",
    [{"edition": "ZZ"}, {"switches": ["root"]}, {"previous_year": ["Plan"]}, {"next_year": ["CTEDataME"]}],
)
def test_a_tampered_form_changes_nothing(world: World, as_person: As, tampered: dict[str, Any]) -> None:
    before = settings(world.lakeside)
    answer = as_person("sam").post(f"/zones/{world.lakeside}/change/", {**before, **tampered})
    assert answer.status_code == 400
    assert settings(world.lakeside) == before


def test_a_form_drawn_before_someone_elses_change_does_nothing(world: World, as_person: As) -> None:
    sam = as_person("sam")
    stale = settings(world.lakeside, next_year=[])
    sam.post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, previous_year=["Enrollment"]))
    sam.post(f"/zones/{world.lakeside}/change/", stale)
    assert "Someone changed Lakeside meanwhile" in words(sam.get(f"/zones/{world.lakeside}/").text)
    assert zone(world.lakeside).previous_year == ["Enrollment"]
    assert zone(world.lakeside).next_year != []


def test_who_may_look_at_zones_cannot_change_them(world: World, as_person: As) -> None:
    from upstate.hub.models import Grant, Person, Role

    Grant.objects.filter(person__name="Sam").delete()
    reader = Role.objects.get(name="State reader")
    Grant.objects.create(person=Person.objects.get(name="Sam"), role=reader, district=None)
    sam = as_person("sam")
    page = sam.get(f"/zones/{world.lakeside}/").text
    assert "disabled" in page
    assert ">Save<" not in page
    assert sam.post(f"/zones/{world.lakeside}/change/", settings(world.lakeside, next_year=[])).status_code == 403
    assert switch(sam, world.lakeside, reason="x").status_code == 403
