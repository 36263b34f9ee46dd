"""What is confirmed on the batch page is placed, once; what is tampered with is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.waiting import wait_until
from tests.web.batch_form import ENROLLMENT, at, change, confirmed, form_of, resyncs
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]


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
        (
            {"object": "AttendanceSDMinute"},
            "AttendanceSDMinute is offered only in edition SD; Lakeside has edition KY.",
        ),
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


def test_a_zone_that_changes_while_send_is_pressed_is_planned_as_it_is_then(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, every="1")
    before = resyncs(world)
    answers: list[Any] = []

    def press() -> None:
        from django.db import connections

        answers.append(browser.post(at(world, "send"), form))
        connections.close_all()

    thread = threading.Thread(target=press)
    with psycopg.connect(world.url) as changing, psycopg.connect(world.url, autocommit=True) as looking:
        changing.execute("UPDATE hub_zone SET edition = 'MT' WHERE district_id = %s", [world.lakeside])
        thread.start()
        blocked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        wait_until(lambda: looking.execute(blocked).fetchone() == (1,))
        changing.commit()
    thread.join()
    assert answers[0].status_code == 409
    assert "Full resync of 44 objects" in words(answers[0].text)
    assert resyncs(world) == before


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
