"""Selective Sync: some records from the form to the end, what is not there, its history, and what comes in wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from html import unescape
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.waiting import wait_until
from tests.web.batch_form import change, form_of, resyncs
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_worker import state_of, workers

As = Callable[[str], Client]
NOBODY = "00000000-0000-0000-0000-00000000000f"


def at(world: World, rest: str = "", district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/selective/{rest}"


def schools(world: World, district: int | None = None) -> dict[str, str]:
    """The schools that the state holds of a district: guid and address."""
    with psycopg.connect(world.url) as connection:
        return dict(
            connection.execute(
                "SELECT guid::text, address FROM state.school WHERE district_id = %s ORDER BY 1",
                [district or world.lakeside],
            ).fetchall()
        )


def looked_over(browser: Client, world: World, **form: Any) -> dict[str, Any]:
    """What the confirmation's form would send."""
    answer = browser.post(at(world, "confirm/"), {"by": "key", "parents": "on", **form})
    assert answer.status_code == 200, words(answer.text)
    assert faults(answer.text) == []
    sent = form_of(answer.text)
    return {name: unescape(values[0]) for name, values in sent.items()}


def test_records_go_from_the_form_to_the_end_and_nothing_else_does(world: World, as_person: As) -> None:
    from upstate.hub.models import AuditEntry

    dana, known = as_person("dana"), schools(world)
    one, other, *_ = known
    theirs = next(iter(schools(world, world.riverton)))
    change(world, "UPDATE state.school SET address = 'Changed' WHERE district_id = %s", world.lakeside)
    before = resyncs(world)
    text = f"guid\n{one.upper()}, {NOBODY}\n\n{theirs}\n"
    answer = dana.post(at(world, "confirm/"), {"object": "School", "by": "key", "records": text, "parents": "on"})
    said = words(answer.text)
    assert "Send 3 records of School for 2023-2024" in said
    assert "go with the parents they need" in said
    assert "What belongs to them goes along, of 1 other object at most: District." in said
    assert resyncs(world) == before
    form = looked_over(dana, world, object="School", records=text)
    page = dana.post(at(world, "send/"), form, follow=True)
    number, state, mode, _, objects, who = resyncs(world)[-1]
    assert (state, mode, objects, who) == ("queued", "selective", ["District", "School"], "Dana")
    assert f"Resync {number} of 3 records of School is placed." in words(page.text)
    assert page.redirect_chain == [(at(world, f"{number}/"), 302)]
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    after = schools(world)
    assert after == dict.fromkeys(known, "Changed") | {one: known[one]}
    assert after[other] == "Changed"
    page = dana.get(at(world, f"{number}/"))
    assert faults(page.text) == []
    said = words(page.text)
    assert "2 of 3 are not there" in said
    assert f"Lakeside has no record with these, so nothing was changed for them: {NOBODY} {theirs}" in said
    assert "hx-get" not in page.text
    listed = words(as_person("rhea").get(at(world)).text)
    assert f"Resync {number} " in listed
    assert "Dana 3 records of School by key, with what they need; 2023-2024 2 2 0 no errors" in listed
    entry = AuditEntry.objects.get(action="sent a selective sync")
    assert entry.subject == f"resync {number}: 3 records of School, 2023-2024"


def test_the_districts_own_ids_go_by_its_mapping_and_the_page_says_which_objects_have_one(
    world: World, as_person: As
) -> None:
    dana, known = as_person("dana"), schools(world)
    guid, address = next(iter(known.items()))
    form = {"object": "School", "by": "id", "records": address}
    assert "The mapping of Lakeside names no own id for any object." in words(dana.get(at(world)).text)
    refused = dana.post(at(world, "confirm/"), form)
    assert refused.status_code == 400
    assert "names no own id for School. Give keys, or have id" in words(refused.text)
    change(
        world, "UPDATE hub_source SET mapping = %s WHERE district_id = %s", '[School]\nid = "address"\n', world.lakeside
    )
    assert "names an own id for School; for others give keys." in words(dana.get(at(world)).text)
    change(world, "UPDATE state.school SET address = 'Changed' WHERE district_id = %s", world.lakeside)
    file = io.BytesIO(f'"{address}"\nNo such school\n'.encode())  # an address may hold a comma
    file.name = "ids.csv"
    sent = looked_over(dana, world, object="School", by="id", file=file)
    dana.post(at(world, "send/"), sent)
    number = resyncs(world)[-1][0]
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    assert {each for each, now in schools(world).items() if now != "Changed"} == {guid}
    assert "No such school" in words(dana.get(at(world, f"{number}/")).text)
    change(world, "UPDATE hub_source SET url = '' WHERE district_id = %s", world.lakeside)
    assert "stands in the mapping file beside the agent of Lakeside" in words(dana.get(at(world)).text)


def test_a_csv_file_names_records_and_its_first_line_may_name_the_column(world: World, as_person: As) -> None:
    guids = list(schools(world))[:2]
    file = io.BytesIO(("\ufeffguid\r\n" + "\r\n".join(guids) + "\r\n").encode())
    file.name = "keys.csv"
    form = looked_over(as_person("dana"), world, object="School", file=file)
    assert json.loads(form["rows"]) == [[guid] for guid in guids]
    assert (form["parents"], form["dependents"]) == ("1", "0")


def test_the_same_form_sent_twice_is_one_resync_and_one_of_another_time_is_shown_again(
    world: World, as_person: As
) -> None:
    dana = as_person("dana")
    form = looked_over(dana, world, object="School", records=NOBODY)
    dana.post(at(world, "send/"), form)
    placed = resyncs(world)
    again = dana.post(at(world, "send/"), form, follow=True)
    assert f"You sent this already: it is resync {placed[-1][0]}." in words(again.text)
    change(world, "UPDATE hub_zone SET switches = '{reporting_entity}' WHERE district_id = %s", world.lakeside)
    for stale in ({**form, "token": "0" * 24}, {**form, "since": ""}, {**form, "parents": "0"}):
        answer = dana.post(at(world, "send/"), stale)
        assert answer.status_code == 409
        assert "what this would do is not what you were shown" in words(answer.text)
    assert resyncs(world) == placed


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({}, "Name at least one key of School."),
        ({"records": " ,, \n"}, "Name at least one key of School."),
        ({"records": "x\0y"}, "Null characters are not allowed."),
        ({"records": ",".join(map(str, range(10_001)))}, "10,001 records are too many to ask for; 10,000 are"),
        ({"object": "AttendanceSDMinute", "records": "1"}, "There is no object “AttendanceSDMinute” to be sent here"),
        ({"object": "'; DROP TABLE", "records": "1"}, "There is no object"),
        ({"object": "", "records": "1"}, "This field is required."),
        ({"by": "name", "records": "1"}, "name is not one of the available choices."),
        ({"file": b"\xff\xfe\x00"}, "It is no CSV file in UTF-8."),
        ({"file": b"a,b\r\n"}, "a|b is no key of School: that is one value (guid)."),
        ({"file": b""}, "Name at least one key of School."),
        ({"file": b"1", "records": "2"}, "Give the records in one way: in the box, or as a file."),
    ],
)
def test_what_was_asked_wrongly_is_one_clear_line_and_places_nothing(
    form: dict[str, Any], line: str, world: World, as_person: As
) -> None:
    before = resyncs(world)
    if "file" in form:
        file = io.BytesIO(form["file"])
        file.name = "keys.csv"
        form = {**form, "file": file}
    answer = as_person("dana").post(at(world, "confirm/"), {"object": "School", "by": "key", **form})
    assert answer.status_code == 400
    assert line in words(answer.text)
    assert faults(answer.text) == []
    assert resyncs(world) == before


@pytest.mark.parametrize(
    ("tampered", "line"),
    [
        ({"object": "Nothing"}, "is not what this page sends"),
        ({"rows": "nonsense"}, "is not what this page sends"),
        ({"rows": "7"}, "is not what this page sends"),
        ({"rows": "[]"}, "Name at least one key of School."),
        ({"object": "AttendanceSDMinute"}, "AttendanceSDMinute is offered only in edition SD; Lakeside has"),
        ({"by": "id"}, "names no own id for School."),
    ],
)
def test_a_tampered_confirmation_is_one_clear_line_and_places_nothing(
    tampered: dict[str, str], line: str, world: World, as_person: As
) -> None:
    dana = as_person("dana")
    form, before = looked_over(dana, world, object="School", records=NOBODY), resyncs(world)
    answer = dana.post(at(world, "send/"), {**form, **tampered}, follow=True)
    assert line in words(answer.text)
    assert resyncs(world) == before


def test_the_history_forgets_what_was_asked_for_once_it_has_ended_and_the_run_stays(
    world: World, as_person: As
) -> None:
    from upstate.hub.models import AuditEntry, Order

    dana, number = as_person("dana"), world.selection
    assert 'name="selection"' not in dana.get(at(world)).text
    still = dana.post(at(world, "delete/"), {"selection": number}, follow=True)
    assert "Nothing was deleted: mark what has ended first." in words(still.text)
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    assert f'name="selection" value="{number}"' in dana.get(at(world)).text
    assert 'name="selection"' not in as_person("rhea").get(at(world)).text
    riverton = as_person("olive").post(at(world, "delete/", world.riverton), {"selection": number}, follow=True)
    assert "Nothing was deleted" in words(riverton.text)
    answer = dana.post(at(world, "delete/"), {"selection": [number, "x", "9" * 30]}, follow=True)
    text = words(answer.text)
    assert "1 entry deleted from the history." in text
    assert f"Resync {number}" not in text
    assert dana.get(at(world, f"{number}/")).status_code == 404
    run = words(dana.get(f"/d/{world.lakeside}/history/{number}/").text)
    assert "Which records were asked for was deleted from the history." in run
    assert not Order.objects.filter(resync=number, gone__isnull=False).exists()
    entry = AuditEntry.objects.get(action="deleted a selective sync")
    assert entry.subject == f"resync {number} of Dana: 1 of District"


def test_who_may_look_and_not_send_sees_the_history_and_no_form(world: World, as_person: As) -> None:
    number = world.selection
    page = as_person("rhea").get(at(world)).text
    assert f"Resync {number}" in page
    assert "Send some records" not in page
    change(world, "UPDATE hub_role SET rights = array_remove(rights, 'selective.view')")
    assert "Selective Sync" not in as_person("rhea").get(f"/d/{world.lakeside}/").text
