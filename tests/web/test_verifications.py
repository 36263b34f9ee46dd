"""Verification Summary: started for all or some, seen object by object and key by key, compared, and acted upon."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import unescape
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]


def at(world: World, rest: str = "", district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/verifications/{rest}"


def edit_the_state(world: World, statement: str) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute(statement.replace(":d", str(world.lakeside)).encode())


def verified(*objects: str, district: str = "Lakeside", url: str) -> int:
    from upstate.cli.verifying import verify_here
    from upstate.hub.planned import plan_resync

    return verify_here(url, plan_resync(district, objects or None, check_dependencies=False), lambda: None)[0]


def test_what_is_marked_is_placed_and_nothing_is_added(world: World, as_person: As) -> None:
    from upstate.hub.models import AuditEntry, Verification

    dana = as_person("dana")
    answer = dana.post(at(world, "start/"), {"object": ["Enrollment", "School"]}, follow=True)
    placed = Verification.objects.latest("id")
    assert (placed.state, placed.objects_in_order, placed.by_state) == ("queued", ["School", "Enrollment"], False)
    assert f"Verification {placed.id} of 2 objects is placed" in words(answer.text)
    assert "waits for its turn" in words(answer.text)
    assert AuditEntry.objects.filter(action="asked for a verification", person__name="Dana").count() == 1
    dana.post(at(world, "start/"), {"object": ["Enrollment", "School"]})
    assert Verification.objects.latest("id") == placed  # it waits already


def test_all_objects_are_those_that_the_year_offers(world: World, as_person: As) -> None:
    from upstate.hub.models import Verification

    as_person("dana").post(at(world, "start/"), {"every": "1"})
    assert Verification.objects.latest("id").mode == "full"
    as_person("dana").post(at(world, "start/?year=2023"), {"every": "1"})
    other = Verification.objects.latest("id")
    assert other.school_year == 2023
    assert "School" not in other.objects_in_order  # it is not tied to a year


@pytest.mark.parametrize("form", [{}, {"object": "Enrolment"}, {"object": "\x00"}])
def test_nothing_is_placed_where_nothing_that_is_there_is_marked(
    form: dict[str, str], world: World, as_person: As
) -> None:
    from upstate.hub.models import Verification

    answer = as_person("dana").post(at(world, "start/"), form)
    assert answer.status_code == 400
    assert "Nothing was started." in words(answer.text)
    assert Verification.objects.count() == 1


def test_a_switch_of_the_state_keeps_districts_or_the_state_from_it(world: World, as_person: As) -> None:
    from upstate.hub.models import AuditEntry

    sam, dana = as_person("sam"), as_person("dana")
    told = sam.post(
        "/settings/change/", {"there": ["districts_verify", "state_verifies"], "on": "state_verifies"}, follow=True
    )
    assert "Districts may compare their data with the state's: off" in words(told.text)
    assert AuditEntry.objects.filter(action="changed the state's settings").count() == 1
    assert "switched off that districts verify" in words(dana.get(at(world)).text)
    refused = dana.post(at(world, "start/"), {"every": "1"})
    assert (refused.status_code, "Nothing was started." in words(refused.text)) == (403, True)
    assert "Compare for the state" in words(sam.get(at(world)).text)
    assert sam.post("/verifications/place/", {"district": [world.lakeside]}, follow=True).status_code == 200
    sam.post("/settings/change/", {"there": ["districts_verify", "state_verifies"], "on": "districts_verify"})
    assert sam.post("/verifications/place/", {"district": [world.riverton]}).status_code == 403
    assert "Compare the marked" not in words(sam.get("/verifications/").text)
    assert dana.post(at(world, "start/"), {"object": "School"}).status_code == 302


def test_the_state_compares_districts_each_in_its_turn(world: World, as_person: As) -> None:
    from upstate.hub.models import Verification

    sam = as_person("sam")
    page = words(sam.get("/verifications/").text)
    assert "Riverton" in page
    assert "never compared" in page
    for _ in range(2):
        told = sam.post("/verifications/place/", {"district": [world.lakeside, world.riverton]}, follow=True)
    assert "Nothing was placed" in words(told.text)
    placed = Verification.objects.filter(state="queued")
    assert sorted(placed.values_list("zone__district", "by_state", "mode")) == [
        (world.lakeside, True, "full"),
        (world.riverton, True, "full"),
    ]


def test_it_says_plainly_what_is_needed_and_offers_just_that_resync(world: World, as_person: As) -> None:
    edit_the_state(world, "UPDATE state.school SET address = 'Elsewhere' WHERE district_id = :d")
    number = verified("School", "Calendar", url=world.url)
    page = as_person("dana").get(at(world, f"{number}/")).text
    said = words(page)
    assert "1 object is not equal" in said
    assert "A resync is needed of School." in said
    assert 'name="object" value="School"' in page
    confirm = as_person("dana").get(f"/d/{world.lakeside}/batch/confirm/", {"check": "0", "object": "School"})
    assert "Partial resync of 1 object" in words(confirm.text)
    assert "Resync this object" not in words(as_person("rhea").get(at(world, f"{number}/")).text)
    assert "Resync this object" in said


def test_equal_is_said_only_of_what_was_compared_to_its_end(world: World, as_person: As) -> None:
    from upstate.hub.models import Verification, VerifiedObject

    dana = as_person("dana")
    assert "Both ends are equal" in words(dana.get(at(world, f"{world.verification}/")).text)
    Verification.objects.filter(id=world.verification).update(state="failed")
    VerifiedObject.objects.filter(verification=world.verification, object="School").update(
        state="not compared",
        message="A time-out.",
        **dict.fromkeys(
            ("district_count", "state_count", "district_only", "state_only", "different", "duplicates"), None
        ),
    )
    said = words(dana.get(at(world, f"{world.verification}/")).text)
    assert "Both ends are equal" not in said
    assert "1 object was not compared" in said
    assert "nobody can say that both ends are equal" in said
    assert "A time-out." in said


def test_differences_are_listed_by_key_with_columns_and_owners_and_filtered(world: World, as_person: As) -> None:
    edit_the_state(world, "UPDATE state.school SET address = 'Elsewhere' WHERE district_id = :d")
    number = verified("School", url=world.url)
    dana = as_person("dana")
    page = words(dana.get(at(world, f"{number}/differences/"), {"object": "School"}).text)
    assert "different" in page
    assert "address" in page
    assert "Elsewhere" not in page
    narrowed = dana.get(at(world, f"{number}/differences/"), {"object": "School", "kind": "duplicates"})
    assert "There is no difference that fits." in words(narrowed.text)
    assert dana.get(at(world, f"{number}/differences/"), {"object": "Calendar"}).status_code == 404
    assert dana.get(at(world, f"{number}/differences/"), {"object": "School", "from": "x"}).status_code == 400


def test_a_long_list_is_read_page_by_page(world: World, as_person: As) -> None:
    number = verified("Calendar", "CourseCode", district="Riverton", url=world.url)
    from upstate.hub.models import VerifiedDifference

    keys = [
        "|".join(part or "" for part in row.key)
        for row in VerifiedDifference.objects.filter(verified__object="CourseCode").order_by("id")
    ]
    olive, seen, path = as_person("olive"), [], at(world, f"{number}/differences/?object=CourseCode", world.riverton)
    while path:
        page = olive.get(path).text
        seen += [key for key in keys if f">{key}</a>" in page]
        path = _next(page, path)
    assert seen == keys


def _next(page: str, path: str) -> str:
    _, found, rest = page.partition('rel="next" href="')
    return path.partition("?")[0] + unescape(rest.partition('"')[0]) if found else ""


def test_two_are_compared_over_time(world: World, as_person: As) -> None:
    edit_the_state(world, "UPDATE state.school SET address = 'Elsewhere' WHERE district_id = :d")
    number = verified("School", "Calendar", url=world.url)
    said = words(as_person("dana").get(at(world, "compare/"), {"verification": [number, world.verification]}).text)
    assert "Object by object: 1 change" in said
    assert "different" in said
    foreign = as_person("olive").get(
        at(world, "compare/", world.riverton), {"verification": [number, world.verification]}
    )
    assert foreign.status_code == 404


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_objects_and_differences_are_files_without_values(world: World, as_person: As) -> None:
    edit_the_state(world, "UPDATE state.school SET address = '=Elsewhere' WHERE district_id = :d")
    number = verified("School", "Calendar", url=world.url)
    rhea = as_person("rhea")
    objects = rows_of(rhea.get(at(world, f"{number}/export/")))
    assert [(row["object"], row["result"]) for row in objects] == [("School", "not equal"), ("Calendar", "equal")]
    differences = rows_of(rhea.get(at(world, f"{number}/export/"), {"what": "differences"}))
    counted = [int(row[name]) for row in objects for name in ("different", "district_only", "expected")]
    assert len(differences) == sum(counted)
    assert {(row["object"], row["columns"], row["owners"]) for row in differences} >= {
        ("School", "address", "district")
    }
    assert "Elsewhere" not in str(differences)


def test_both_ends_are_shown_side_by_side_as_they_are_now_to_those_who_may(world: World, as_person: As) -> None:
    from upstate.cli.reading_records import read_records
    from upstate.hub.district_reading import set_reader
    from upstate.hub.models import AuditEntry

    edit_the_state(world, "UPDATE state.school SET address = 'Elsewhere' WHERE district_id = :d")
    number = verified("School", url=world.url)
    with psycopg.connect(world.url) as connection:
        kept = connection.execute("SELECT string_agg(v::text, '') FROM hub_verified_difference AS v").fetchone()
    assert "Elsewhere" not in str(kept)
    set_reader(read_records)
    path, query = at(world, f"{number}/differences/"), {"object": "School", "values": "1"}
    page = as_person("dana").get(path, query).text
    assert "Elsewhere" in page
    said = words(page)
    assert "At the district At the state" in said
    assert as_person("rhea").get(path, query).status_code == 403
    assert AuditEntry.objects.filter(action="looked at values that differ", person__name="Dana").count() == 1
    from upstate.cli.running import run_resync
    from upstate.hub.planned import plan_resync

    run_resync(world.url, plan_resync("Lakeside", ["School"]))
    again = words(as_person("dana").get(path, query).text)
    assert "Elsewhere" not in again
    assert "Both ends hold the same by now." in again


def test_the_page_is_asked_for_anew_once_one_has_ended(world: World, as_person: As) -> None:
    from upstate.hub.models import Verification

    dana = as_person("dana")
    dana.post(at(world, "start/"), {"object": "School"})
    number = Verification.objects.latest("id").id
    waiting = dana.get(at(world, "live/"), {"seen": str(number)})
    assert "HX-Refresh" not in waiting.headers
    assert f"Verification {number}" in words(waiting.text)
    assert "HX-Refresh" not in dana.get(at(world, f"{number}/live/")).headers
    from upstate.hub.verifications import fail_verification

    fail_verification(number, "It was stopped.")
    assert dana.get(at(world, "live/"), {"seen": str(number)}).headers["HX-Refresh"] == "true"
    assert dana.get(at(world, f"{number}/live/")).headers["HX-Refresh"] == "true"
