"""A request of the state in a real browser, from both sides and to its end; with script and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World
from tests.web.test_worker import workers

pytestmark = [needs_chromium, pytest.mark.slow]

DUE = (datetime.now(UTC) + timedelta(days=14)).date().isoformat()
As = Callable[[str], Client]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_state_asks_and_the_district_reads_why_but_not_what(
    world: World, as_person: As, chromium: Browser, script: bool
) -> None:
    with served() as address:
        with visiting(chromium, address, as_person("sam"), 1024, script=script) as sam:
            sam.to("/requests/")
            page = sam.page
            page.get_by_role("link", name="Ask districts for data").first.click()
            if script:
                page.get_by_label("Find in districts").fill("lake")
                expect(page.get_by_label("Riverton")).to_be_hidden()
            page.get_by_label("Lakeside").check()
            page.get_by_label("Enrollment", exact=True).check()
            if script:
                expect(page.get_by_text("1 district marked")).to_be_visible()
            page.get_by_label("Reason").fill("The October count closes.")
            page.get_by_label("Due date").fill(DUE)
            page.get_by_role("button", name="Look it over").click()
            expect(page.get_by_role("heading", name="Look the request over")).to_be_visible()
            assert not script or sam.violations() == []
            page.get_by_role("button", name="Change it").click()
            expect(page.get_by_label("Lakeside")).to_be_checked()
            page.get_by_role("button", name="Look it over").click()
            page.get_by_role("button", name="Place it in 1 district").click()
            expect(page.get_by_text("The request is placed.")).to_be_visible()
            expect(page.get_by_text("waiting for its turn")).to_be_visible()
            assert not script or sam.violations() == []
            assert sam.complaints == []
        with visiting(chromium, address, as_person("dana"), 360, script=script) as dana:
            dana.to("/alerts/")
            page = dana.page
            page.get_by_role("link", name="State Resync Requested").click()
            expect(page.get_by_role("heading", name="State requests")).to_be_visible()
            expect(page.get_by_text("The October count closes.")).to_be_visible()
            expect(page.get_by_text("not disclosed")).to_be_visible()
            expect(page.get_by_role("table").get_by_text("Enrollment")).to_have_count(0)
            expect(page.get_by_role("button", name="Stop")).to_have_count(0)
            assert not script or dana.violations() == []
            assert dana.sideways() <= 0


def test_a_worker_runs_it_and_the_state_is_told_when_it_has_ended(
    world: World, as_person: As, chromium: Browser
) -> None:
    import uuid

    from upstate.hub.models import Alert

    as_person("sam").post(
        "/requests/place/",
        {
            "districts": [world.lakeside],
            "objects": ["School"],
            "reason": "It is needed.",
            "due_on": DUE,
            "token": str(uuid.uuid4()),
        },
    )
    with served() as address, workers(world), visiting(chromium, address, as_person("sam"), 1024) as sam:
        end = datetime.now(UTC) + timedelta(seconds=60)
        while not Alert.objects.filter(name="State Resync Finished").exists() and datetime.now(UTC) < end:
            sam.page.wait_for_timeout(200)
        sam.to("/alerts/")
        sam.page.get_by_role("link", name="State Resync Finished").click()
        expect(sam.page.locator("main").get_by_text("finished", exact=True)).to_be_visible()
        sam.page.get_by_role("link", name="1 of 1").click()
        expect(sam.page.get_by_role("heading", name="Resync")).to_be_visible()


def test_alerts_are_marked_all_at_once_counted_and_deleted(world: World, as_person: As, chromium: Browser) -> None:
    from upstate.hub.models import Alert, Person

    for number in range(3):
        Alert.objects.create(
            person=Person.objects.get(name="Dana"), process="Resync State Data", name=f"Alert {number}"
        )
    with served() as address, visiting(chromium, address, as_person("dana"), 1024) as visit:
        visit.to("/alerts/")
        page = visit.page
        page.get_by_label("Mark all on this page").check()
        expect(page.get_by_text("3 marked")).to_be_visible()
        page.get_by_label("Alert 1", exact=True).uncheck()
        expect(page.get_by_text("2 marked")).to_be_visible()
        page.get_by_role("button", name="Delete the marked ones").click()
        expect(page.get_by_text("2 alerts deleted.")).to_be_visible()
        assert list(Alert.objects.values_list("name", flat=True)) == ["Alert 1"]


def test_the_matrix_is_one_stop_for_tab_and_is_walked_with_arrows(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("sam"), 360) as sam:
        sam.to("/matrix/")
        page = sam.page
        assert page.locator("[data-matrix] tbody a[tabindex='0']").count() == 1
        page.locator("[data-matrix] tbody a").first.focus()
        for key in ("ArrowRight", "ArrowDown"):
            page.keyboard.press(key)
        where = "document.activeElement.closest('td').cellIndex + ' ' + document.activeElement.closest('tr').rowIndex"
        assert page.evaluate(where) == "2 2"
        page.keyboard.press("End")
        head = page.locator("[data-matrix] thead th").first.bounding_box()
        frame = page.locator(".matrix").bounding_box()
        assert head is not None
        assert frame is not None
        assert page.evaluate("document.querySelector('.matrix').scrollLeft") > 0
        assert abs(head["x"] - frame["x"]) < 2  # the district's name stays in sight
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_url("**/batch/#status-*")
        assert sam.complaints == []
