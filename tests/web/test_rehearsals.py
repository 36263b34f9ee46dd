"""A rehearsal from the Batch page: placed beside Send, run by a worker, told apart from every resync."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.waiting import wait_until
from tests.web.batch_form import at, cell, change, confirmed, resyncs, rows
from tests.web.conftest import World
from tests.web.page_text import words
from tests.web.test_worker import state_of, workers

As = Callable[[str], Client]
TABLES = ("hub_rejection", "hub_root", "hub_hold", "hub_tally", "state.enrollment", "state.school", "hub_batch")


def held(world: World) -> list[Any]:
    """Where every row lies, and who wrote it."""
    with psycopg.connect(world.url) as connection:
        look = "SELECT ctid, xmin FROM {} ORDER BY ctid"
        return [connection.execute(look.format(table).encode()).fetchall() for table in TABLES]


def rehearsed(browser: Client, world: World, **choice: Any) -> int:
    """Rehearse a choice to its end; its number."""
    browser.post(at(world, "send"), {**confirmed(browser, world, **choice), "rehearse": "1"})
    number: int = resyncs(world)[-1][0]
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    return number


def test_a_rehearsal_is_placed_noted_and_run_and_no_object_stands_otherwise(world: World, as_person: As) -> None:
    change(world, "UPDATE state.enrollment SET end_status = NULL WHERE district_id = %s", world.lakeside)
    browser = as_person("dana")
    before, page = held(world), browser.get(at(world)).text
    form = confirmed(browser, world, object="Enrollment")
    answer = browser.post(at(world, "send"), {**form, "rehearse": "1"}, follow=True)
    number, state, mode, chosen, _, who = resyncs(world)[-1]
    assert (state, mode, chosen, who) == ("queued", "rehearsal", ["Enrollment"], "Dana")
    assert f"Rehearsal {number} of 7 objects is placed and begins in a moment." in words(answer.text)
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    assert held(world) == before
    after = browser.get(at(world)).text
    assert rows(after) == rows(page)
    for name in ("Enrollment", "School"):
        for kind in ("last", "results", "status"):
            assert cell(after, kind, name) == cell(page, kind, name)
    told = rf"Rehearsal {number} of Dana, 7 objects: a resync would come to .* Nothing was written"
    assert re.search(told, words(after))
    assert f"Last: resync {world.resync} of" in words(after)
    with psycopg.connect(world.url) as connection:
        noted = connection.execute("SELECT action, subject FROM hub_audit_entry ORDER BY id DESC LIMIT 1").fetchone()
    assert noted == ("rehearsed a resync", f"rehearsal {number}: partial resync of 7 objects, 2023-2024")


def test_the_same_form_may_be_rehearsed_and_then_sent(world: World, as_person: As) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="School")
    browser.post(at(world, "send"), {**form, "rehearse": "1"})
    twice = browser.post(at(world, "send"), {**form, "rehearse": "1"}, follow=True)
    browser.post(at(world, "send"), form)
    assert [row[2] for row in resyncs(world)[-2:]] == ["rehearsal", "partial"]
    assert f"You sent this already: it is rehearsal {resyncs(world)[-2][0]}." in words(twice.text)


def test_who_may_not_send_may_not_rehearse(world: World, as_person: As) -> None:
    form = confirmed(as_person("dana"), world, object="School")
    before = resyncs(world)
    assert as_person("rhea").post(at(world, "send"), {**form, "rehearse": "1"}).status_code == 403
    assert resyncs(world) == before


def test_its_page_in_the_history_says_that_nothing_was_written_and_what_would_hold_back_what(
    world: World, as_person: As
) -> None:
    browser = as_person("dana")
    number = rehearsed(browser, world, every="1")
    page = words(browser.get(f"/d/{world.lakeside}/history/{number}/").text)
    assert f"Rehearsal {number}" in page
    assert "This is a rehearsal: nothing was written." in page
    full = words(browser.get(f"/d/{world.lakeside}/history/{world.resync}/").text)
    problems = re.search(r"\d+ problems hold back \d+ records", page)
    assert problems is not None
    assert problems[0] in full, "nothing changed since the full resync, so it finds the same"
    listed = words(browser.get(f"/d/{world.lakeside}/history/", {"mode": "rehearsal"}).text)
    assert f"Rehearsal {number}" in listed
    assert f"Resync {world.resync}" not in listed
    both = browser.get(f"/d/{world.lakeside}/history/compare/", {"run": [world.resync, number]})
    assert f"Resync {world.resync} and rehearsal {number}" in words(both.text)


def test_neither_the_matrix_nor_the_overview_nor_the_zones_list_changes_by_a_rehearsal(
    world: World, as_person: As
) -> None:
    sam = as_person("sam")
    pages = ["/matrix/", f"/d/{world.lakeside}/", "/zones/", f"/zones/{world.lakeside}/"]
    before = [words(sam.get(page).text) for page in pages]
    assert all(before)
    rehearsed(as_person("dana"), world, every="1")
    for page, text in zip(pages, before, strict=True):
        assert words(sam.get(page).text) == text, page


@pytest.mark.parametrize("state", ["finished", "failed"])
def test_only_the_one_who_asked_is_told_and_that_nothing_was_written(world: World, state: str) -> None:
    from tests.web.test_alerts_notices import end

    from upstate.hub.models import Alert, Person
    from upstate.hub.notices import tell_of_ended
    from upstate.hub.placing_resyncs import queue_resync
    from upstate.hub.planned import plan_resync

    tell_of_ended()
    Alert.objects.all().delete()
    planned = plan_resync("Lakeside", ["School"])
    dana = Person.objects.get(name="Dana")
    placed = queue_resync(planned.plan, planned.district.zone_id, person=dana, rehearse=True)
    end(placed.id, state)
    tell_of_ended()
    (told,) = Alert.objects.all()
    assert (told.person, told.name) == (dana, f"Rehearsal {state.title()}")
    assert "nothing was written. A resync would come to: " in told.text
