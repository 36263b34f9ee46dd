"""The state at a glance: every district and object, each as it stands, each leading on."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_worker import placed

As = Callable[[str], Client]


def row(page: str, district: int) -> str:
    """The cells of a district."""
    found = re.search(rf'<tr><th scope="row"><a[^>]*href="/d/{district}/">.*?</tr>', page)
    assert found is not None
    return found[0]


def test_each_district_has_a_row_and_each_object_it_is_offered_a_cell_that_leads_to_it(
    world: World, as_person: As
) -> None:
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.models import District, Order

    page = as_person("sam").get("/matrix/").text
    assert faults(page) == []
    cells = row(page, world.lakeside)
    offered = catalog_in_force().offered("KY", frozenset())
    assert cells.count('class="m m--') == len(offered)
    assert f'href="/d/{world.lakeside}/batch/#status-Enrollment"' in cells
    red = [o for o in Order.objects.filter(resync=world.resync) if (o.failed + o.blocked + o.excluded) * 100 > _all(o)]
    assert cells.count("m--red") == len(red) > 0
    assert row(page, world.riverton).count("m--never") > 40
    assert District.objects.count() == page.count('<th scope="row">')


def _all(order: object) -> int:
    names = ("created", "updated", "unchanged", "failed", "blocked", "excluded")
    return sum(int(getattr(order, name)) for name in names)


def test_a_resync_that_waits_is_gray_and_last_years_runs_are_not_this_years(world: World, as_person: As) -> None:
    from upstate.hub.models import Zone

    placed("Lakeside", "Enrollment")
    page = as_person("sam").get("/matrix/").text
    assert row(page, world.lakeside).count("m--gray") == 7
    Zone.objects.filter(district=world.lakeside).update(school_year=2025)
    cells = row(as_person("sam").get("/matrix/").text, world.lakeside)
    assert re.search(r"m--never\"[^>]*#status-Enrollment", cells)
    assert re.search(r"m--(green|yellow|red)\"[^>]*#status-Plan\"", cells)  # not bound to a year


def test_what_the_last_full_resync_did_not_have_is_found_before_it(world: World, as_person: As) -> None:
    from upstate.hub.models import Order, Resync

    # as if LepKY was not offered when everything was sent again, and is offered now
    later = Resync.objects.get(id=world.resync)
    later.pk = None
    later.save()
    before = Order.objects.get(resync=world.resync, object="LepKY")
    Order.objects.filter(resync=world.resync).exclude(object="LepKY").update(resync=later)
    Order.objects.filter(id=before.id).update(created=5, failed=0, blocked=0, excluded=0)
    cells = row(as_person("sam").get("/matrix/").text, world.lakeside)
    assert re.search(r"m--green\"[^>]*#status-LepKY\"", cells)
    assert re.search(r"m--(green|yellow|red)\"[^>]*#status-Enrollment\"", cells)
    assert "m--never" not in cells


def test_it_is_filtered_by_name_edition_and_status(world: World, as_person: As) -> None:
    from upstate.hub.models import Zone

    Zone.objects.filter(district=world.riverton).update(edition="ME")
    placed("Lakeside", "School")
    sam = as_person("sam")
    for query, seen in (
        ("name=lake", {world.lakeside}),
        ("edition=ME", {world.riverton}),
        ("status=gray", {world.lakeside}),
        ("status=purple", {world.lakeside, world.riverton}),
    ):
        page = sam.get(f"/matrix/?{query}").text
        assert {int(each) for each in re.findall(r'<th scope="row"><a[^>]*href="/d/(\d+)/"', page)} == seen, query
    assert "No district fits." in words(sam.get("/matrix/?name=nowhere").text)


def test_two_hundred_districts_take_no_more_queries_than_two(world: World, as_person: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from upstate.hub.models import District, Zone

    sam = as_person("sam")
    with CaptureQueriesContext(connection) as first:
        sam.get("/matrix/")  # and parses the catalog, once
    with CaptureQueriesContext(connection) as few:
        sam.get("/matrix/")
    districts = District.objects.bulk_create(District(name=f"District {number:03}") for number in range(198))
    Zone.objects.bulk_create(Zone(district=each, school_year=2024, edition="KY") for each in districts)
    with CaptureQueriesContext(connection) as many:
        assert sam.get("/matrix/").text.count('<th scope="row">') == 200
    assert len(many) == len(few) <= len(first) <= 12
