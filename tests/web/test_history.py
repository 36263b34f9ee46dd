"""Batch history: every run, one in detail, two compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import psycopg
import pytest
from django.test import Client
from tests.web.batch_form import change
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]


def at(world: World, rest: str = "", district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/history/{rest}"


def made_runs(world: World, count: int, **values: str) -> list[int]:
    """So many finished runs of School and Enrollment, each a minute after the one before."""
    with psycopg.connect(world.url) as connection:
        made = connection.execute(
            "INSERT INTO hub_resync (zone_id, school_year, mode, chosen, objects, check_dependencies, asked_by, state, "
            "placed_at, started_at, finished_at) "
            "SELECT zone.id, 2024, 'partial', '{Enrollment}', '{School,Enrollment}', false, 'Dana', 'finished', "
            "at, at, at + interval '90 s' FROM hub_zone AS zone, "
            "generate_series(1, %s) AS n, "
            "LATERAL (SELECT timestamptz '2024-03-01 12:00Z' + n * interval '1 min') AS t(at) "
            "WHERE zone.district_id = %s ORDER BY n RETURNING id",
            [count, world.lakeside],
        ).fetchall()
        numbers = [row[0] for row in made]
        connection.execute(
            "INSERT INTO hub_order (resync_id, position, object, state, batches, started_at, finished_at, unchanged, "
            "created, failed) "
            "SELECT id, position, object, 'landed', 1, started_at, started_at + position * interval '40 s' + "
            "interval '10 s', 10, id, position FROM hub_resync, unnest(objects) WITH ORDINALITY AS o(object, position) "
            "WHERE id = ANY(%s)",
            [numbers],
        )
    return numbers


def listed(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="run" value="(\d+)"', page)]


def test_every_run_is_listed_the_newest_first_with_who_when_mode_counts_and_duration(
    world: World, as_person: As
) -> None:
    numbers = made_runs(world, 2)
    page = as_person("dana").get(at(world)).text
    assert listed(page) == [*reversed(numbers), world.resync]
    row = words(unescape(page[page.index(f'value="{numbers[1]}"') :].split("</tr>")[0]))
    processed = 2 * (10 + numbers[1]) + 3
    assert (
        f"Resync {numbers[1]} 2024-03-01 12:02 UTC Dana Partial, 2 objects 2023-2024: Enrollment "
        f"{processed} 3 1 min 30 s errors" in row
    )


def test_a_long_history_is_paged_without_counting_or_skipping(world: World, as_person: As) -> None:
    numbers = made_runs(world, 120)
    browser = as_person("dana")
    page = browser.get(at(world)).text
    seen, pages = listed(page), 1
    while more := re.search(r'rel="next" href="([^"]+)"', page):
        page = browser.get(at(world) + unescape(more[1])).text
        seen += listed(page)
        pages += 1
    assert seen == [*reversed(numbers), world.resync]
    assert pages == 3
    (back,) = re.findall(r'rel="prev" href="([^"]+)"', page)
    assert listed(browser.get(at(world) + unescape(back)).text) == list(reversed(numbers))[50:100]


def test_the_list_takes_as_many_queries_for_fifty_runs_as_for_one(world: World, as_person: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = as_person("dana")
    browser.get(at(world))
    with CaptureQueriesContext(connection) as one:
        browser.get(at(world))
    made_runs(world, 60)
    with CaptureQueriesContext(connection) as many:
        assert len(listed(browser.get(at(world)).text)) == 50
    assert len(many) == len(one) <= 10


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"object": "Roster"}, "full"),
        ({"mode": "full"}, "full"),
        ({"mode": "partial"}, "partial"),
        ({"until": "2024-12-31"}, "partial"),
        ({"since": "2024-12-31"}, "full"),
        ({"state": "failed"}, "none"),
        ({"object": "Nothing"}, "all"),
    ],
)
def test_the_filter_narrows_and_what_it_does_not_know_it_leaves_alone(
    wanted: dict[str, str], found: str, world: World, as_person: As
) -> None:
    (partial,) = made_runs(world, 1)
    runs = {"full": [world.resync], "partial": [partial], "none": [], "all": [partial, world.resync]}
    page = as_person("rhea").get(at(world), wanted).text
    assert listed(page) == runs[found]
    assert ("There is no run that fits." in page) == (found == "none")


def test_one_run_shows_every_object_in_the_order_it_ran_with_its_share_of_the_time(world: World, as_person: As) -> None:
    (number,) = made_runs(world, 1)
    page = as_person("dana").get(at(world, f"{number}/")).text
    assert re.findall(r'<th scope="row">(\w+)', page)[:3] == ["School", "Enrollment", "Together"]
    text = words(page)
    assert f"Processed: {23 + 2 * number} Errors: 3" in text
    assert "Check dependencies off" in text
    # School took 50 s; Enrollment, read beside it, ended 40 s later
    assert re.search(r"School .*? 50 s Enrollment .*? 40 s Together", text)


def test_a_run_names_the_problems_it_was_the_last_to_meet_to_those_who_may_see_them(
    world: World, as_person: As
) -> None:
    browser = as_person("dana")
    with psycopg.connect(world.url) as connection:
        root = connection.execute(
            "SELECT root_key FROM hub_rejection WHERE last_seen_id = %s AND verdict = 'blocked' "
            "GROUP BY root_key ORDER BY count(*) DESC LIMIT 1",
            [world.resync],
        ).fetchone()
    assert root is not None
    assert root[0][0] in browser.get(at(world, f"{world.resync}/")).text
    older, _ = made_runs(world, 2)
    assert "None is open that this run was the last to meet" in words(browser.get(at(world, f"{older}/")).text)
    change(world, "UPDATE hub_role SET rights = array_remove(rights, 'errors.view')")
    page = browser.get(at(world, f"{world.resync}/")).text
    assert root[0][0] not in page
    assert "Roster" in page


def test_two_runs_are_compared_object_by_object_whichever_is_named_first(world: World, as_person: As) -> None:
    one, two = made_runs(world, 2)
    change(world, "UPDATE hub_order SET failed = 0, created = 7 WHERE resync_id = %s AND object = 'School'", two)
    change(world, "UPDATE hub_order SET created = %s WHERE resync_id = %s AND object = 'Enrollment'", one, two)
    browser = as_person("dana")
    text = words(browser.get(at(world, "compare/"), {"run": [two, one]}).text)
    assert text == words(browser.get(at(world, "compare/"), {"run": [one, two]}).text)
    assert f"Resync {one} and resync {two}" in text
    assert "Object by object: 1 difference" in text
    more = 7 - one
    sign = f"+{more}" if more > 0 else f"−{-more}"
    assert f"errors and then no errors {sign} created, −1 failed" in text
    assert re.search(rf"Enrollment {12 + one} 2 {12 + one} 2 errors none", text)


def test_what_only_one_of_two_runs_had_says_so(world: World, as_person: As) -> None:
    (newer,) = made_runs(world, 1)
    text = words(as_person("sam").get(at(world, "compare/"), {"run": [newer, world.resync]}).text)
    assert text.count(f"only in resync {world.resync}") == 53


@pytest.mark.parametrize(
    "runs", [[], ["@resync"], ["@resync", "@resync"], ["@resync", "x"], ["1", "2", "3"], ["²", "3"]]
)
def test_without_exactly_two_runs_one_is_sent_back_with_a_word_about_it(
    runs: list[str], world: World, as_person: As
) -> None:
    named = [str(world.value(run)) for run in runs]
    answer = as_person("dana").get(at(world, "compare/"), {"run": named}, follow=True)
    assert "Mark exactly two runs to compare them." in words(answer.text)


def test_another_districts_run_is_not_there(world: World, as_person: As) -> None:
    with psycopg.connect(world.url) as connection:
        (theirs,) = connection.execute(
            "SELECT min(resync.id) FROM hub_resync AS resync JOIN hub_zone AS zone ON zone.id = resync.zone_id "
            "WHERE zone.district_id = %s",
            [world.riverton],
        ).fetchone() or (0,)
    for who in ("dana", "sam"):
        browser = as_person(who)
        assert browser.get(at(world, f"{theirs}/")).status_code == 404
        assert browser.get(at(world, "compare/"), {"run": [theirs, world.resync]}).status_code == 404
    assert as_person("dana").get(at(world, f"{10**30}/")).status_code == 404


def test_a_run_shows_its_receipt_object_by_object_and_says_where_what_landed_is_not_the_same(
    world: World, as_person: As
) -> None:
    browser = as_person("rhea")
    page = browser.get(at(world, f"{world.resync}/")).text
    assert "What landed was the same at both ends, digest for digest." in words(unescape(page))
    assert f"upstate verify --receipt {world.resync}" in page
    rows = page.partition('aria-label="Receipt of this run"')[2].partition("</table>")[0]
    digests = re.findall(r'<span class="key">([0-9a-f]{16})</span>', rows)
    assert len(digests) == rows.count('<th scope="row">') > 1, "one for both ends"
    with psycopg.connect(world.url) as connection:
        connection.execute(
            "UPDATE hub_receipt SET state_landed = '{1,2,3}' FROM hub_order AS o "
            "WHERE o.id = order_id AND o.resync_id = %s AND o.object = 'School'",
            [world.resync],
        )
    page = browser.get(at(world, f"{world.resync}/")).text
    said = words(unescape(page))
    assert "What landed is not the same at both ends: School. Send it again in full." in said
    assert re.search(r"not equal .* district [0-9a-f]{16} state [0-9a-f]{16}", said)
    (run,) = made_runs(world, 1)
    assert "Receipt" not in browser.get(at(world, f"{run}/")).text, "nobody told a digest"
