"""The Batch page: its table, a choice, what is confirmed and what is sent, and who watches."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from html import unescape
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]
ENROLLMENT = [
    "District",
    "School",
    "Calendar",
    "ScheduleStructure",
    "PersonIdentity",
    "StructureGradeLevel",
    "Enrollment",
]


def at(world: World, name: str = "", district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/batch/{name and name + '/'}"


def offered(page: str) -> list[str]:
    """The objects whose box can be marked, from the top."""
    return re.findall(r'name="object" value="(\w+)"', page)


def rows(page: str) -> list[str]:
    """Every object of the table, from the top."""
    return re.findall(r'data-row="(\w+)"', page)


def cell(page: str, kind: str, name: str) -> str:
    """The words of one cell of a row."""
    found = re.search(rf'<td[^>]* id="{kind}-{name}".*?</td>', page, re.DOTALL)
    assert found is not None
    return words(unescape(found[0]))


def form_of(page: str) -> dict[str, Any]:
    """What the confirmation's form would send."""
    form = page[page.index("data-once") :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


def confirmed(browser: Client, world: World, **choice: Any) -> dict[str, Any]:
    answer = browser.get(at(world, "confirm"), choice)
    assert answer.status_code == 200
    return form_of(answer.text)


def resyncs(world: World, zone_of: int | None = None) -> list[tuple[Any, ...]]:
    with psycopg.connect(world.url) as connection:
        return connection.execute(
            "SELECT resync.id, resync.state, resync.mode, resync.chosen, resync.objects, resync.asked_by "
            "FROM hub_resync AS resync JOIN hub_zone AS zone ON zone.id = resync.zone_id "
            "WHERE zone.district_id = %s ORDER BY resync.id",
            [zone_of or world.lakeside],
        ).fetchall()


def change(world: World, query: str, *values: Any) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute(query.encode(), values)


# ---- the table


def test_the_page_lists_what_the_zone_is_offered_each_under_its_first_parent(world: World, as_person: As) -> None:
    from upstate.catalog import read_catalog, shipped_catalog, tree

    page = as_person("dana").get(at(world)).text
    catalog = read_catalog(shipped_catalog("k12")).offered("KY")

    def walk(branches: Any) -> list[str]:
        return [name for each in branches for name in (each.object, *walk(each.children))]

    assert rows(page) == walk(tree(catalog)) == offered(page)
    assert "AttendanceSDMinute" not in page
    assert "Resync Data For The Current School Year (2023-2024)" in words(page)
    assert 'data-needs="District School Calendar ScheduleStructure PersonIdentity StructureGradeLevel"' in page
    assert re.search(r'id="check"[^>]* checked', page)


def test_a_row_says_when_its_last_run_started_what_came_of_it_and_its_colour_in_words(
    world: World, as_person: As
) -> None:
    with psycopg.connect(world.url) as connection:
        sent, errors, started, created = connection.execute(
            "SELECT created + updated + unchanged + failed + blocked + excluded, failed + blocked + excluded, "
            "started_at, created FROM hub_order WHERE resync_id = %s AND object = 'Enrollment'",
            [world.resync],
        ).fetchone() or (0, 0, None, 0)
    assert sent > 0 < created
    page = as_person("dana").get(at(world)).text
    assert cell(page, "last", "Enrollment") == f"{started:%Y-%m-%d %H:%M} UTC"
    results = cell(page, "results", "Enrollment")
    assert results.startswith(f"Processed: {sent} Errors: {errors} Sent {sent:,} Created {created:,} Updated 0")
    assert re.search(r"Unchanged \d+ Failed \d+ Blocked \d+ Excluded \d+", results)
    word = "no errors" if not errors else "few errors" if errors * 100 <= sent else "errors"
    assert cell(page, "status", "Enrollment") == word


def test_results_have_no_thousands_separators_as_the_published_page(world: World, as_person: As) -> None:
    change(
        world,
        "UPDATE hub_order SET created = 14526, updated = 0, unchanged = 0, failed = 31, blocked = 2000, excluded = 0 "
        "WHERE resync_id = %s AND object = 'Enrollment'",
        world.resync,
    )
    page = as_person("dana").get(at(world)).text
    assert "Processed: 16557 Errors: 2031" in cell(page, "results", "Enrollment")
    assert cell(page, "status", "Enrollment") == "errors"


def test_an_object_that_was_never_sent_says_so_and_is_neither_green_nor_red(world: World, as_person: As) -> None:
    page = as_person("olive").get(at(world, district=world.riverton)).text
    assert cell(page, "status", "School") != "never run"
    assert cell(page, "status", "Enrollment") == "never run"
    assert cell(page, "last", "Enrollment") == "–"


def test_the_newest_run_counts_whichever_order_rows_lie_in(world: World, as_person: As) -> None:
    change(world, "UPDATE hub_order SET state = 'failed', message = 'The table is gone.' WHERE object = 'Roster'")
    page = as_person("dana").get(at(world)).text
    assert cell(page, "status", "Roster") == "did not land"
    assert "The table is gone." in cell(page, "results", "Roster")


def test_who_may_only_look_gets_no_boxes_and_no_button(world: World, as_person: As) -> None:
    page = as_person("rhea").get(at(world)).text
    assert offered(page) == []
    assert "Send Resync" not in words(page)
    assert len(rows(page)) == 55


# ---- other years


def test_another_year_offers_what_is_bound_to_a_year_and_configured_and_greys_the_rest_with_the_reason(
    world: World, as_person: As
) -> None:
    change(
        world,
        "UPDATE hub_zone SET previous_year = '{Calendar,Enrollment}' WHERE district_id = %s",
        world.lakeside,
    )
    page = as_person("dana").get(at(world) + "?year=2023").text
    assert offered(page) == ["Calendar", "Enrollment"]
    assert len(rows(page)) == 55
    text = words(page)
    assert "Resync Data For The Previous School Year (2022-2023)" in text
    assert "District Not tied to a year: it goes with 2023-2024." in text
    assert "Roster Not configured for 2022-2023." in text
    assert cell(page, "status", "Enrollment") == "never run"


def test_a_year_the_zone_is_not_configured_for_is_not_there(world: World, as_person: As) -> None:
    change(world, "UPDATE hub_zone SET next_year = '{}' WHERE district_id = %s", world.lakeside)
    browser = as_person("dana")
    assert browser.get(at(world) + "?year=2025").status_code == 404
    assert browser.get(at(world) + "?year=2019").status_code == 404
    assert browser.get(at(world) + "?year=2023").status_code == 200


def test_what_is_sent_for_another_year_is_of_that_year_and_back_there_one_comes(world: World, as_person: As) -> None:
    browser = as_person("dana")
    page = browser.get(at(world, "confirm") + "?year=2023&object=Enrollment").text
    answer = browser.post(at(world, "send") + "?year=2023", form_of(page))
    assert answer.headers["Location"] == at(world) + "?year=2023"
    with psycopg.connect(world.url) as connection:
        placed = connection.execute("SELECT school_year, objects FROM hub_resync ORDER BY id DESC LIMIT 1").fetchone()
    assert placed == (2023, ["Calendar", "ScheduleStructure", "StructureGradeLevel", "Enrollment"])


# ---- the confirmation


def test_the_confirmation_names_what_runs_why_and_how_the_last_run_was(world: World, as_person: As) -> None:
    page = as_person("dana").get(at(world, "confirm"), {"object": ["Enrollment"], "check": ["0", "1"]}).text
    text = words(page)
    assert "Partial resync of 7 objects for 2023-2024" in text
    named = re.findall(r'<th scope="row">(\w+)', page)
    assert named == [*ENROLLMENT, "Together"]
    assert text.count("added for Enrollment") == 6
    with psycopg.connect(world.url) as connection:
        records = connection.execute(
            "SELECT sum(created + updated + unchanged + failed + blocked + excluded) FROM hub_order "
            "WHERE resync_id = %s AND object = ANY(%s)",
            [world.resync, ENROLLMENT],
        ).fetchone()
    assert records is not None
    assert f"The last run of these objects had {records[0]:,} records and took" in text


def test_nothing_is_placed_by_looking_at_the_confirmation(world: World, as_person: As) -> None:
    before = resyncs(world)
    confirmed(as_person("dana"), world, object="Enrollment")
    assert resyncs(world) == before


def test_without_check_dependencies_only_what_is_marked_runs_and_what_is_missing_is_warned_of(
    world: World, as_person: As
) -> None:
    answer = as_person("olive").get(at(world, "confirm", world.riverton), {"object": "Roster", "check": "0"})
    text = words(answer.text)
    assert "Partial resync of 1 object for 2023-2024" in text
    assert "Roster needs Enrollment, which Riverton has never sent and this plan does not send." in text
    assert "1 object was never sent before, so its time is not known." in text


def test_marking_all_is_a_full_resync_of_what_is_offered(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, every="1")
    browser.post(at(world, "send"), form)
    *_, placed = resyncs(world)
    assert placed[2] == "full"
    assert len(placed[4]) == 55


def test_a_choice_that_is_to_be_changed_comes_back_marked(world: World, as_person: As) -> None:
    browser = as_person("dana")
    page = browser.get(at(world, "confirm"), {"object": ["Enrollment", "Plan"], "check": "0"}).text
    (back,) = re.findall(r'href="([^"]+)">Change the choice', page)
    page = browser.get(unescape(back)).text
    assert re.findall(r'value="(\w+)" checked', page) == ["Plan", "Enrollment"]
    assert not re.search(r'id="check"[^>]* checked', page)


# ---- sending


def test_what_was_confirmed_is_placed_once_noted_and_said(world: World, as_person: As) -> None:
    browser = as_person("dana")
    before = resyncs(world)
    form = confirmed(browser, world, object="Enrollment")
    answer = browser.post(at(world, "send"), form, follow=True)
    (placed,) = [row for row in resyncs(world) if row not in before]
    assert placed[1:] == ("queued", "partial", ["Enrollment"], ENROLLMENT, "Dana")
    assert f"Resync {placed[0]} of 7 objects is placed and begins in a moment." in words(answer.text)
    with psycopg.connect(world.url) as connection:
        noted = connection.execute("SELECT who, action, subject FROM hub_audit_entry ORDER BY id DESC").fetchone()
    said = f"resync {placed[0]}: partial resync of 7 objects, 2023-2024"
    assert noted == ("Dana (dana@lakeside.example)", "sent a resync", said)


def test_the_same_form_sent_twice_is_one_resync(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="Enrollment")
    browser.post(at(world, "send"), form)
    placed = resyncs(world)
    answer = browser.post(at(world, "send"), form, follow=True)
    assert resyncs(world) == placed
    assert f"You sent this already: it is resync {placed[-1][0]}." in words(answer.text)


def test_a_new_confirmation_of_the_same_objects_is_a_new_resync(world: World, as_person: As) -> None:
    browser = as_person("dana")
    before = len(resyncs(world))
    for _ in range(2):
        browser.post(at(world, "send"), confirmed(browser, world, object="School"))
    assert len(resyncs(world)) == before + 2


def test_a_request_while_one_runs_waits_and_says_behind_whom(world: World, as_person: As) -> None:
    browser = as_person("dana")
    browser.post(at(world, "send"), confirmed(browser, world, object="School"))
    first = resyncs(world)[-1][0]
    change(world, "UPDATE hub_resync SET state = 'running', started_at = now() WHERE id = %s", first)
    page = browser.get(at(world, "confirm"), {"object": "Plan"}).text
    assert f"Resync {first} of Dana is running. This one will wait for its turn" in words(page)
    answer = browser.post(at(world, "send"), form_of(page), follow=True)
    text = words(answer.text)
    second = resyncs(world)[-1][0]
    assert f"is placed and waits: resync {first} of Dana is running." in text
    assert f"Waiting Resync {second} of Dana" in text
    assert resyncs(world)[-1][1] == "queued"


def test_two_people_who_press_send_at_once_are_both_heard(world: World, as_person: As) -> None:
    change(
        world,
        "INSERT INTO hub_grant (person_id, role_id, district_id) SELECT person.id, role.id, %s "
        "FROM hub_person AS person, hub_role AS role "
        "WHERE person.name = 'Rhea' AND role.name = 'District administrator'",
        world.lakeside,
    )
    before = {row[0] for row in resyncs(world)}
    pressed = [(as_person(who), confirmed(as_person(who), world, object="School")) for who in ("dana", "rhea")]
    said: list[str] = []
    gate = threading.Barrier(2)

    def press(browser: Client, form: dict[str, Any]) -> None:
        from django.db import connections

        gate.wait(10)
        said.append(words(browser.post(at(world, "send"), form, follow=True).text))
        connections.close_all()

    threads = [threading.Thread(target=press, args=each) for each in pressed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    placed = [row for row in resyncs(world) if row[0] not in before]
    assert sorted(row[5] for row in placed) == ["Dana", "Rhea"]
    assert sorted("begins in a moment." in text for text in said) == [False, True]
    assert sum("is placed and waits" in text for text in said) == 1


# ---- what comes in wrong


@pytest.mark.parametrize(
    ("choice", "line"),
    [
        ({}, "Nothing is chosen for Lakeside."),
        ({"object": "Enrolment"}, 'There is no object "Enrolment". Did you mean Enrollment?'),
        ({"object": "AttendanceSDMinute"}, "AttendanceSDMinute is offered only in edition SD; Lakeside has edition KY."),
        ({"object": "ReportingEntity"}, 'ReportingEntity is offered only where "reporting_entity" is turned on'),
        ({"object": "'; DROP TABLE hub_resync; --"}, "There is no object"),
    ],
)
def test_a_tampered_choice_gets_one_clear_line_and_places_nothing(
    choice: dict[str, str], line: str, world: World, as_person: As
) -> None:
    browser = as_person("dana")
    before = resyncs(world)
    looked = browser.get(at(world, "confirm"), choice)
    sent = browser.post(at(world, "send"), {**choice, "plan": "0" * 24, "since": "0"})
    for answer in (looked, sent):
        assert answer.status_code == 400
        assert words(answer.text).count(line) == 1
    assert "Nothing was sent." in words(sent.text)
    assert resyncs(world) == before


def test_an_object_of_no_year_cannot_be_forced_into_another_year(world: World, as_person: As) -> None:
    answer = as_person("dana").get(at(world, "confirm") + "?year=2023&object=District")
    assert answer.status_code == 400
    assert "District is not bound to a school year; send it with 2024, not with 2023." in words(answer.text)


@pytest.mark.parametrize(
    ("field", "value"), [("plan", ""), ("plan", "0" * 24), ("since", "x"), ("since", ""), ("since", "9" * 40)]
)
def test_a_form_that_was_changed_by_hand_is_shown_again_and_not_sent(
    field: str, value: str, world: World, as_person: As
) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="School")
    before = resyncs(world)
    answer = browser.post(at(world, "send"), {**form, field: value})
    assert answer.status_code == 409
    assert "Nothing was sent: what this resync would do is not what you were shown." in words(answer.text)
    assert resyncs(world) == before


def test_a_stale_page_is_shown_anew_with_what_would_run_now(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, every="1")
    change(world, "UPDATE hub_zone SET edition = 'MT' WHERE district_id = %s", world.lakeside)
    before = resyncs(world)
    answer = browser.post(at(world, "send"), form)
    assert answer.status_code == 409
    assert "Full resync of 44 objects" in words(answer.text)
    assert resyncs(world) == before
    browser.post(at(world, "send"), form_of(answer.text))
    assert len(resyncs(world)[-1][4]) == 44


def test_another_district_cannot_be_named(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="School")
    before = resyncs(world, world.riverton)
    assert browser.post(at(world, "send", world.riverton), form).status_code == 404
    assert browser.post(at(world, "send", 999), form).status_code == 404
    browser.post(at(world, "send"), {**form, "district": str(world.riverton), "zone": "2"})
    assert resyncs(world, world.riverton) == before


def test_who_lost_the_right_meanwhile_sends_nothing(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="School")
    before = resyncs(world)
    change(world, "UPDATE hub_role SET rights = array_remove(rights, 'batch.run')")
    assert browser.post(at(world, "send"), form).status_code == 403
    assert resyncs(world) == before


def test_sending_is_a_post_with_a_token(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="School")
    before = resyncs(world)
    assert browser.get(at(world, "send"), form).status_code == 405
    careful = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    careful.cookies = browser.cookies
    form.pop("csrfmiddlewaretoken")
    assert careful.post(at(world, "send"), form).status_code == 403
    assert resyncs(world) == before
