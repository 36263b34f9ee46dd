"""The Error Log shows what did not land: roots first, then every rejection, in pages that leave nothing out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words
from tests.web.rejected import address, rejections, sum_all

AsPerson = Callable[[str], Client]


def every_id(browser: Client, world: World, **query: Any) -> list[tuple[str, ...]]:
    """What the list shows over all its pages, forwards: each row as object, key and reason."""
    found: list[tuple[str, ...]] = []
    path: str | None = address(world, "errors_all", **query)
    while path:
        text = browser.get(path).text
        found += rows_of(text)
        link = re.search(r'rel="next" href="([^"]+)"', text)
        path = address(world, "errors_all") + link[1].replace("&amp;", "&") if link else None
    return found


def rows_of(text: str) -> list[tuple[str, ...]]:
    """Each row of a page of the list by what its links lead to: object, key, and the anchor of the reason."""
    found: list[tuple[str, ...]] = []
    for row in re.findall(r"<tr>\s*(?:<td class=\"marking\">.*?</td>)?\s*<th scope=\"row\".*?</tr>", text, re.DOTALL):
        link = re.search(r'class="usa-link key" href="([^"]+)"', row)
        reason = re.search(r"/reasons/#(\w+)", row)
        assert link is not None
        assert reason is not None
        asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
        found.append((asked["object"][0], asked["key"][0], reason[1]))
    return found


def expected(**filters: Any) -> list[tuple[str, ...]]:
    """The same by the ORM, unordered."""
    rows = rejections(**filters).values_list("object", "key", "reason")
    return [(name, json.dumps(key, ensure_ascii=False, separators=(",", ":")), reason) for name, key, reason in rows]


def test_the_first_page_says_what_holds_back_how_much(world: World, as_person: AsPerson) -> None:
    from upstate.hub.districts import find_district
    from upstate.hub.postgres import connect
    from upstate.hub.reports import outlook, roots

    text = words(as_person("dana").get(address(world, "errors")).text)
    with connect(world.url) as connection:
        totals = outlook(connection, find_district("Lakeside"))
        first = next(iter(roots(connection, find_district("Lakeside"), verdict="failed")))
    assert totals.held_back > 0
    assert f"{totals.problems} problem" in text
    assert f"back {totals.held_back:,} record" in text
    assert first.message in text
    assert f"{first.blocks:,} {first.object}" in text


def test_whoever_may_not_see_the_error_log_does_not_see_its_records_on_the_first_page(
    world: World, as_person: AsPerson
) -> None:
    from upstate.hub.models import Role, Root

    root = Root.objects.filter(district=world.lakeside, verdict="failed").order_by("-holds", "-id")[0]
    first, key = f"/d/{world.lakeside}/", root.key[0] or "?"
    assert key in as_person("rhea").get(first).text
    Role.objects.filter(name="District reader").update(rights=["batch.view"])
    page = as_person("rhea").get(first).text
    assert key not in page
    assert "hold back" not in words(page)


def test_what_landings_sum_is_what_the_reports_count(world: World) -> None:
    from upstate.hub.districts import find_district
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import District
    from upstate.hub.postgres import connect
    from upstate.hub.reports import outlook, roots
    from upstate.hub.web.keyset import Place
    from upstate.hub.web.pages.errors_roots import ranked_roots

    known, catalog = find_district("Lakeside"), catalog_in_force()
    district = District.objects.get(id=world.lakeside)
    with connect(world.url) as connection:
        # the district's only resync met whatever is open; for one resync everything is counted and nothing kept is read
        assert outlook(connection, known) == outlook(connection, known, resync=world.resync)
        counted = list(roots(connection, known, resync=world.resync))
        kept = list(roots(connection, known))
        assert {(r.object, r.key, r.reason): r for r in kept} == {(r.object, r.key, r.reason): r for r in counted}
        assert len(kept) == len(counted)
        assert [r.blocks for r in kept] == [r.blocks for r in counted]
        for verdict in ("failed", "excluded"):
            plain = {(r.object, r.key, r.reason): r for r in counted if r.verdict == verdict and r.blocks}
            met: dict[Any, Any] = {}
            place: Place | None = None
            while True:
                page = ranked_roots(connection, catalog, district, verdict, place)
                met |= {(r.object, r.key, r.reason): r for r in page.rows}
                if not page.after:
                    break
                place = Place((page.rows[-1].holds, page.rows[-1].id))
            assert plain
            assert {k: r.holds for k, r in met.items()} == {k: r.blocks for k, r in plain.items()}
            assert list(met.values()) == sorted(met.values(), key=lambda r: (-r.holds, -r.id))
            for k, r in met.items():
                assert {each.object: each.records for each in r.held} == dict(plain[k].by_object)
                assert (r.message, r.advice) == (plain[k].message, plain[k].advice)


def test_a_root_opens_to_the_records_it_holds_back_page_by_page(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import Hold

    hold = Hold.objects.filter(district=world.lakeside).order_by("-records").first()
    assert hold is not None
    assert hold.records > 20
    dana = as_person("dana")
    query = {"object": hold.root_object, "key": json.dumps(hold.root_key), "held": hold.object}
    found: list[str] = []
    path = address(world, "errors_held", **query)
    while path:
        answer = dana.get(path, headers={"HX-Request": "true"})
        assert "<html" not in answer.text
        found += re.findall(r'class="usa-link key" href="[^"]*">([^<]+)<', answer.text)
        more = re.search(r'hx-get="([^"]+)"', answer.text)
        path = more[1].replace("&amp;", "&") if more else ""
    keys = rejections(
        district=world.lakeside,
        object=hold.object,
        root_object=hold.root_object,
        root_key=hold.root_key,
        resolved_at=None,
    ).values_list("key", flat=True)
    assert sorted(found) == sorted("|".join(key) for key in keys)
    assert "<html" in dana.get(address(world, "errors_held", **query)).text


def test_the_pages_of_the_list_hold_every_rejection_once_forwards_and_back(many: World, as_person: AsPerson) -> None:
    dana = as_person("dana")
    open_ = {"district": many.lakeside, "resolved_at": None, "cleared_at": None}
    found = every_id(dana, many)
    assert len(found) > 400
    assert sorted(found) == sorted(expected(**open_))
    backwards: list[tuple[str, ...]] = []
    path = address(many, "errors_all")
    while link := re.search(r'rel="next" href="([^"]+)"', dana.get(path).text):
        path = address(many, "errors_all") + link[1].replace("&amp;", "&")
    while True:
        text = dana.get(path).text
        backwards = rows_of(text) + backwards
        link = re.search(r'rel="prev" href="([^"]+)"', text)
        if not link:
            break
        path = address(many, "errors_all") + link[1].replace("&amp;", "&")
    assert backwards == found


def day(number: int) -> datetime:
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)


FILTERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"object": "Roster"}, {"object": "Roster"}),
    ({"reason": "required"}, {"reason": "required"}),
    ({"verdict": "blocked"}, {"verdict": "blocked"}),
    ({"verdict": "excluded", "object": "Enrollment"}, {"verdict": "excluded", "object": "Enrollment"}),
    ({"school_year": 2023}, {"school_year": 2023}),
    (
        {"first_from": "2024-01-03", "first_to": "2024-01-04"},
        {"first_seen_at__gte": day(2), "first_seen_at__lt": day(4)},
    ),
    ({"last_to": "2024-02-01"}, {"last_seen_at__lt": datetime(2024, 2, 2, tzinfo=UTC)}),
    ({"last_from": "2024-02-02"}, {"last_seen_at__gte": datetime(2024, 2, 2, tzinfo=UTC)}),
    ({"record": "k12"}, {"key": ["k12"]}),
    ({"record": '["k13"]', "object": "Behavior"}, {"key": ["k13"], "object": "Behavior"}),
]


@pytest.mark.parametrize(("query", "filters"), FILTERS, ids=lambda value: "-".join(map(str, value)))
@pytest.mark.parametrize("standing", ["open", "cleared", "resolved"])
def test_a_filter_shows_what_fits_and_all_of_it(
    standing: str, query: dict[str, Any], filters: dict[str, Any], many: World, as_person: AsPerson
) -> None:
    every: dict[str, dict[str, Any]] = {
        "open": {"resolved_at": None, "cleared_at": None},
        "cleared": {"resolved_at": None, "cleared_at__isnull": False},
        "resolved": {"resolved_at__isnull": False},
    }
    found = every_id(as_person("dana"), many, standing=standing, **query)
    assert sorted(found) == sorted(expected(district=many.lakeside, **every[standing], **filters))


def test_a_root_can_be_asked_for_by_its_key_alone(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import Hold

    hold = Hold.objects.filter(district=world.lakeside).order_by("-records").first()
    assert hold is not None
    found = every_id(as_person("dana"), world, root="|".join(part or "" for part in hold.root_key))
    held = rejections(district=world.lakeside, root_object=hold.root_object, root_key=hold.root_key, resolved_at=None)
    same = [
        row
        for row in expected(pk__in=held.exclude(verdict="failed").values("pk"))
        if row[1] != json.dumps(hold.root_key)
    ]
    assert same
    assert sorted(found) == sorted(same)


def test_a_school_is_found_through_rows_at_the_state_and_through_the_root(world: World, as_person: AsPerson) -> None:
    with psycopg.connect(world.url) as connection:
        enrollment, school = connection.execute(
            "select e.guid::text, c.school_guid::text from state.enrollment e join state.calendar c on "
            "(c.district_id, c.guid) = (e.district_id, e.calendar_guid) where e.district_id = %s limit 1",
            (world.lakeside,),
        ).fetchone() or ("", "")
        other = connection.execute(
            "select guid::text from state.school where district_id = %s and guid <> %s::uuid limit 1",
            (world.lakeside, school),
        ).fetchone()
        for key, root_object, root in (
            (enrollment, "Enrollment", enrollment),  # the state holds a row of it
            ("new", "School", school),  # its root is the school
            ("led", "Enrollment", enrollment),  # the state holds a row of its root
            ("lost", "Enrollment", "lost"),  # nobody can know
        ):
            connection.execute(
                "insert into hub_rejection (district_id, object, school_year, key, reason, verdict, message, advice, "
                "root_object, root_key, root_reason, first_seen_id, last_seen_id, first_seen_at, last_seen_at) values "
                "(%s, 'Enrollment', 2024, %s, 'by_hand', 'excluded', 'm', 'a', %s, %s, 'r', %s, %s, now(), now())",
                (world.lakeside, [key], root_object, [root], world.resync, world.resync),
            )
        sum_all(connection, world.lakeside)
    dana = as_person("dana")
    query = {"object": "Enrollment", "reason": "by_hand"}
    found = every_id(dana, world, school=json.dumps([school]), **query)
    assert {key for _, key, _ in found} == {f'["{enrollment}"]', '["new"]', '["led"]'}
    if other:
        assert every_id(dana, world, school=json.dumps(list(other)), **query) == []


def test_a_school_without_an_object_is_asked_back_and_nothing_breaks(world: World, as_person: AsPerson) -> None:
    with psycopg.connect(world.url) as connection:
        row = connection.execute(
            "select guid::text from state.school where district_id = %s", (world.lakeside,)
        ).fetchone()
    assert row is not None
    answer = as_person("dana").get(address(world, "errors_all", school=json.dumps(list(row))))
    assert answer.status_code == 200
    assert "Choose the object too" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        {"from": "rubbish"},
        {"from": "WzAsImZhaWxlZCJd"},
        {"record": "\0"},
        {"record": '["\\ud800"]'},
        {"record": "[1]"},
        {"root": "[]"},
        {"object": "NoSuchObject"},
        {"school_year": "x"},
        {"first_from": "yesterday"},
        {"standing": "'; drop table hub_rejection; --"},
    ],
)
def test_what_nobody_would_send_is_answered_and_breaks_nothing(
    query: dict[str, str], world: World, as_person: AsPerson
) -> None:
    for page in ("errors_all", "errors_export"):
        assert as_person("dana").get(address(world, page, **query)).status_code in (200, 302, 400)


def test_a_link_from_the_batch_page_leads_to_the_rejections_of_that_object(world: World, as_person: AsPerson) -> None:
    answer = as_person("dana").get(address(world, "errors", object="Enrollment"))
    assert answer.status_code == 302
    assert answer["Location"] == address(world, "errors_all", object="Enrollment")
