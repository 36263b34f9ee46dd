"""The Batch page: its table, a choice, what is confirmed and what is sent, and who watches."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import psycopg
from django.test import Client
from tests.web.batch_form import ENROLLMENT, at, cell, change, confirmed, form_of, offered, resyncs, rows
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]


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


def test_each_row_leads_to_the_fields_of_its_object_and_is_drawn_for_who_looks(world: World, as_person: As) -> None:
    from upstate.hub.models import Person, Role

    danas = as_person("dana").get(at(world)).text
    assert re.findall(r'href="/fields/\?text=(\w+)#\1"', danas) == rows(danas)
    assert "Errors of" in danas
    for role in Role.objects.filter(grants__person=Person.objects.get(name="Rhea")):
        role.rights = [right for right in role.rights if right not in ("fields.view", "errors.view")]
        role.save()
    rheas = as_person("rhea").get(at(world)).text
    assert rows(rheas) == rows(danas)
    assert not re.search(r"/fields/|Errors of|batch__box", rheas)


def test_who_may_only_look_gets_no_boxes_and_no_button(world: World, as_person: As) -> None:
    page = as_person("rhea").get(at(world)).text
    assert offered(page) == []
    assert "Send Resync" not in words(page)
    assert len(rows(page)) == 55
    ask = f'href="/requests/new/?district={world.lakeside}"'
    assert ask not in page
    assert ask in as_person("sam").get(at(world)).text


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
