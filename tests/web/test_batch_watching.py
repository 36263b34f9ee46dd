"""Watching a resync: what changes while it runs, drawn once for all who watch, and not more than one may see."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.test import Client
from tests.web.batch_form import at, cell, change, confirmed, resyncs
from tests.web.conftest import World
from tests.web.page_text import words
from tests.web.test_hub_up import environment_of, hub

As = Callable[[str], Client]


def placed(browser: Client, world: World, **choice: Any) -> int:
    browser.post(at(world, "send"), confirmed(browser, world, **choice))
    return int(resyncs(world)[-1][0])


def set_running(world: World, resync: int, seconds: int = 1) -> None:
    change(
        world,
        "UPDATE hub_resync SET state = 'running', started_at = now() - make_interval(secs => %s) WHERE id = %s",
        seconds,
        resync,
    )


def live(browser: Client, world: World, seen: str = "") -> Any:
    """What someone gets who looks again after a moment."""
    from upstate.hub.web.pages import batch_desk, batch_watching

    for desk in batch_desk._desks.values():
        if desk.drawn is not None:
            desk.drawn = replace(desk.drawn, at=desk.drawn.at - 2 * batch_watching.FRESH_FOR)
    return browser.get(at(world, "live"), {"seen": seen})


def seen_of(page: str) -> str:
    (version,) = re.findall(r"seen=(\w+)", page)
    return str(version)


def test_what_has_not_changed_is_not_sent_again(world: World, as_person: As) -> None:
    browser = as_person("dana")
    first = live(browser, world)
    assert first.status_code == 200
    again = live(browser, world, seen_of(first.text))
    assert (again.status_code, again.content) == (204, b"")
    placed(browser, world, object="School")
    assert live(browser, world, seen_of(first.text)).status_code == 200


def test_only_the_cells_that_changed_are_sent_to_who_has_the_others(world: World, as_person: As) -> None:
    browser = as_person("dana")
    resync = placed(browser, world, object="School")
    set_running(world, resync)
    first = live(browser, world).text
    assert first.count('hx-swap-oob="true"') == 3 * 55
    change(world, "UPDATE hub_order SET state = 'reading' WHERE resync_id = %s AND object = 'District'", resync)
    second = live(browser, world, seen_of(first)).text
    assert re.findall(r'id="(\w+-\w+)"[^>]* hx-swap-oob="true"', second) == [
        "last-District",
        "results-District",
        "status-District",
    ]
    assert live(browser, world, "0" * 18).text.count('hx-swap-oob="true"') == 3 * 55


def test_rows_turn_gray_and_say_how_far_they_are_and_the_others_stay(world: World, as_person: As) -> None:
    browser = as_person("dana")
    resync = placed(browser, world, object="Enrollment")
    queued = live(browser, world).text
    assert [cell(queued, "status", name) for name in ("Enrollment", "PersonIdentity")] == ["waiting", "waiting"]
    assert queued.count("status--gray") == 7 + 1  # its objects, and the line that says that it waits
    assert cell(queued, "results", "Enrollment").startswith("Processed: ")  # of the last run, until this one begins
    assert "is-moving" not in queued
    set_running(world, resync)
    change(
        world,
        "UPDATE hub_order SET state = 'reading', started_at = now(), records = 5 WHERE resync_id = %s "
        "AND object = 'PersonIdentity'",
        resync,
    )
    page = live(browser, world).text
    assert cell(page, "status", "Enrollment") == "waiting"
    assert cell(page, "results", "Enrollment") == "Waits for its turn"
    assert cell(page, "status", "PersonIdentity") == "comparing"
    assert re.fullmatch(r"Compares about \d+: 5 differ so far", cell(page, "results", "PersonIdentity"))
    assert "status--gray" in page
    assert cell(page, "results", "Roster").startswith("Processed: ")
    assert f"Running Resync {resync} of Dana, partial 0 of 7 objects done" in words(page)


def test_a_resync_that_sends_everything_shows_the_records_delivered_of_those_expected(
    world: World, as_person: As
) -> None:
    browser = as_person("dana")
    form = confirmed(browser, world, object="PersonIdentity")
    browser.post(at(world, "send"), {**form, "everything": "1"})
    resync = resyncs(world)[-1][0]
    set_running(world, resync)
    change(
        world,
        "UPDATE hub_order SET state = 'reading', started_at = now(), records = 12 WHERE resync_id = %s "
        "AND object = 'PersonIdentity'",
        resync,
    )
    page = live(browser, world).text
    assert cell(page, "status", "PersonIdentity") == "sending"
    assert re.fullmatch(r"Delivered: 12 of about \d+", cell(page, "results", "PersonIdentity"))
    assert re.search(r'<progress class="batch__progress" max="\d+" value="12" aria-label="PersonIdentity">', page)


def test_while_a_resync_runs_one_looks_again_every_two_seconds_and_else_seldom(world: World, as_person: As) -> None:
    browser = as_person("dana")
    assert 'hx-trigger="every 15s"' in live(browser, world).text
    placed(browser, world, object="School")
    assert 'hx-trigger="every 2s"' in live(browser, world).text


def test_the_end_is_told_with_its_results(world: World, as_person: As) -> None:
    browser = as_person("dana")
    resync = placed(browser, world, object="School", check="0")
    set_running(world, resync, seconds=65)
    change(
        world,
        "UPDATE hub_order SET state = 'landed', finished_at = now(), batches = 1, unchanged = 5, failed = 1 "
        "WHERE resync_id = %s",
        resync,
    )
    change(world, "UPDATE hub_resync SET state = 'finished', finished_at = now() WHERE id = %s", resync)
    text = words(live(browser, world).text)
    assert f"errors Last: resync {resync} of Dana" in text
    assert "1 object in 1 min 5 s. Processed: 6 Errors: 1" in text
    assert f"Resync {resync} finished. Processed: 6 Errors: 1" in text


def test_many_who_watch_ask_the_database_for_the_rows_once(world: World, as_person: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    dana, rhea = as_person("dana"), as_person("rhea")
    first = live(dana, world)
    with CaptureQueriesContext(connection) as asked:
        for browser in (rhea, dana, rhea):
            assert browser.get(at(world, "live"), {"seen": ""}).content == first.content
    assert not [
        query for query in asked.captured_queries if "hub_order" in query["sql"] or "hub_resync" in query["sql"]
    ]


def test_many_who_open_the_page_of_a_running_resync_at_once_share_one_look_at_its_rows(
    world: World, as_person: As
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    dana, rhea = as_person("dana"), as_person("rhea")
    set_running(world, placed(dana, world, object="School"))
    live(dana, world)
    with CaptureQueriesContext(connection) as asked:
        pages = [browser.get(at(world)).text for browser in (rhea, dana, rhea, dana)]
    assert {cell(page, "status", "School") for page in pages} == {"waiting"}
    looks = [query for query in asked.captured_queries if "the newest order of a zone" in query["sql"]]
    assert len(looks) <= 1  # none, where the one before is fresh still


def test_a_page_opened_in_the_moment_after_something_was_sent_shows_it(world: World, as_person: As) -> None:
    dana = as_person("dana")
    first = placed(dana, world, object="School")
    set_running(world, first)
    before = dana.get(at(world)).text
    assert cell(before, "status", "Calendar") != "waiting"
    second = placed(dana, world, object="Calendar", check="0")
    page = dana.get(at(world)).text
    assert cell(page, "status", "Calendar") == "waiting"
    assert f"Resync {second} of Dana, 1 object, waits for the one before it" in words(page)


def test_the_more_who_watch_the_less_often_each_looks(world: World, as_person: As) -> None:
    from upstate.hub.web.pages.batch_watching import pace

    def settled(watchers: int, every: int) -> int:
        """At which pace so many end who looked at this one, each told the new one when it looks."""
        for _ in range(20):
            every = pace(watchers / every * 2.0 * every, 2.0)
        return every

    assert [settled(watchers, 2) for watchers in (0, 1, 10, 20, 30, 50, 5_000)] == [2, 2, 2, 3, 5, 8, 15]
    assert settled(50, 15) == settled(50, 2) == 8
    # while some still look at the old pace, none is taken for more than one
    assert pace(watched=25 * 2.0 + 5 * 5.0, seconds=1.0) == pace(75, 1.0) == 11


def test_many_who_open_the_page_at_once_are_told_to_look_less_often_from_the_first(world: World, as_person: As) -> None:
    dana, rhea = as_person("dana"), as_person("rhea")
    set_running(world, placed(dana, world, object="School"))
    told = [int(re.findall(r'hx-trigger="every (\d+)s"', dana.get(at(world)).text)[0]) for _ in range(50)]
    assert told == sorted(told)
    assert (told[0], told[-1]) == (2, 8)
    assert 'hx-trigger="every 8s"' in live(rhea, world).text  # most of them have not looked again yet


def test_the_pace_that_someone_claims_counts_within_bounds(world: World, as_person: As) -> None:
    browser = as_person("dana")
    placed(browser, world, object="School")
    for every in ("0", "-5", "999", "1e9", "x", "\u00b2", ""):
        answer = browser.get(at(world, "live"), {"seen": "", "every": every})
        assert answer.status_code == 200
        assert 'hx-trigger="every 2s"' in answer.text


@pytest.mark.slow
def test_more_browsers_than_threads_keep_their_connections_and_are_all_answered(world: World, tmp_path: Path) -> None:
    with hub(environment_of(tmp_path, world.url), tmp_path / "log") as running:
        where = urlsplit(running.address)
        open_ones = [HTTPConnection(where.hostname or "", where.port, timeout=20) for _ in range(60)]
        for _ in range(2):
            for connection in open_ones:
                connection.request("GET", "/alive/")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                assert not answer.will_close
        for connection in open_ones:
            connection.close()


def test_the_live_part_is_no_older_than_a_moment(world: World, as_person: As, monkeypatch: pytest.MonkeyPatch) -> None:
    from upstate.hub.web.pages import batch_watching

    monkeypatch.setattr(batch_watching, "FRESH_FOR", 0.2)
    browser = as_person("dana")
    first = live(browser, world)
    placed(browser, world, object="School")
    time.sleep(0.3)
    assert browser.get(at(world, "live"), {"seen": seen_of(first.text)}).status_code == 200


def test_which_objects_the_state_asked_for_is_not_seen_while_they_run_nor_in_the_history(
    world: World, as_person: As
) -> None:
    dana, sam = as_person("dana"), as_person("sam")
    resync = placed(dana, world, object="Enrollment")
    set_running(world, resync)
    change(
        world,
        "WITH asked AS (INSERT INTO hub_state_request (token, asked_by, chosen, check_dependencies, reason, due_on, "
        "disclose) VALUES (gen_random_uuid(), 'Sam', '{Enrollment}', true, 'Funds', current_date, false) RETURNING id) "
        "INSERT INTO hub_requested_district (request_id, district_id, resync_id) SELECT id, %s, %s FROM asked",
        world.lakeside,
        resync,
    )
    for state in ("queued", "running"):
        change(world, "UPDATE hub_resync SET state = %s WHERE id = %s", state, resync)
        hers, his = live(dana, world).text, live(sam, world).text
        assert cell(his, "status", "Enrollment") == "waiting"
        assert cell(hers, "status", "Enrollment") != "waiting"
    assert "is-moving" not in hers
    assert f"Running Resync {resync}" in words(hers)
    run = f"/d/{world.lakeside}/history/{resync}/"
    assert "Enrollment" in sam.get(run).text
    page = dana.get(run).text
    assert "Enrollment" not in page
    assert "does not say which objects it has" in words(page)
    listed = dana.get(f"/d/{world.lakeside}/history/").text
    assert "not disclosed" in words(listed)
    assert "7 objects" not in listed
    narrowed = dana.get(f"/d/{world.lakeside}/history/", {"object": "Enrollment"}).text
    assert f"Resync {resync}" not in words(narrowed)
    compared = dana.get(f"/d/{world.lakeside}/history/compare/", {"run": [resync, world.resync]}, follow=True)
    assert "It cannot be compared." in words(compared.text)


def test_the_page_with_every_object_of_the_catalog_takes_at_most_twelve_queries(world: World, as_person: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    change(
        world,
        r"UPDATE hub_catalog_file SET text = regexp_replace(text, '^(editions|not_editions|switch) = .*$', '', 'gn')",
    )
    browser = as_person("dana")
    resync = placed(browser, world, every="1")
    set_running(world, resync)
    with psycopg.connect(world.url) as database:
        found = database.execute("SELECT count(*) FROM hub_order WHERE resync_id = %s", [resync]).fetchone()
    assert found == (62,)
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(at(world)).text
    assert len(re.findall("data-row=", page)) == 62
    assert len(asked) <= 12, [query["sql"][:80] for query in asked.captured_queries]


def test_a_live_part_asked_for_when_one_is_signed_out_leads_to_the_sign_in(world: World, as_person: As) -> None:
    answer = as_person("out").get(at(world, "live"), headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "/sign-in/" in answer.headers["HX-Redirect"]
