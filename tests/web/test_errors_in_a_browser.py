"""The Error Log in a real browser: roots open by keyboard, marks and clearing work; without script it works too."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World

pytestmark = [needs_chromium, pytest.mark.slow]
AsPerson = Callable[[str], Client]


def log(world: World, page: str = "errors") -> str:
    return reverse(page, kwargs={"district": world.lakeside})


@pytest.mark.parametrize("width", [360, 1280])
def test_a_root_opens_by_keyboard_to_the_records_it_holds_back(
    width: int, world: World, as_person: AsPerson, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), width) as visit:
        visit.to(log(world))
        first = visit.page.locator(".held__open").first
        first.locator("summary").focus()
        visit.page.keyboard.press("Enter")
        expect(first.locator(".records li").first).to_be_visible()
        assert visit.violations() == []
        assert visit.sideways() <= 0
        first.locator(".records a").first.click()
        expect(visit.page.locator("h1 .key")).to_be_visible()
        assert visit.violations() == []
        assert visit.complaints == []


def test_without_script_a_root_leads_to_a_page_of_what_it_holds(
    world: World, as_person: AsPerson, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), script=False) as visit:
        visit.to(log(world))
        first = visit.page.locator(".held__open").first
        first.locator("summary").click()
        first.locator(".held__records a").click()
        expect(visit.page.locator("tbody tr").first).to_be_visible()


def test_marked_rejections_are_cleared_with_a_reason_and_put_back(
    world: World, as_person: AsPerson, chromium: Browser
) -> None:
    from upstate.hub.models import Rejection

    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        page = visit.page
        visit.to(log(world, "errors_all") + "?verdict=failed")
        boxes = page.locator("tbody input[name=record]")
        page.locator("[data-pick-all]").check()
        assert boxes.evaluate_all("all => all.every((each) => each.checked)")
        boxes.nth(1).uncheck()
        assert page.locator("[data-pick-all]").evaluate("each => each.indeterminate")
        page.locator("[data-pick-all]").uncheck()
        page.locator("[data-pick-all]").check()
        page.locator("[data-pick-all]").uncheck()
        boxes.first.check()
        page.get_by_role("button", name="Clear the marked").click()
        expect(page.locator("h1")).to_have_text("Clear 1 record?")
        assert visit.violations() == []
        page.get_by_label("Why?").fill("the school has closed")
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(page.locator("#messages")).to_contain_text("Cleared")
        cleared = Rejection.objects.filter(cleared_at__isnull=False).count()
        assert cleared > 0
        visit.to(log(world, "errors_all") + "?standing=cleared")
        assert page.locator("tbody tr").count() == min(cleared, 50)
        page.locator("tbody th a.key").first.click()
        page.get_by_role("button", name="Put back on the lists").click()
        expect(page.locator("#messages")).to_contain_text("back on the lists")
        assert visit.complaints == []


def test_the_list_is_exported_as_a_file(world: World, as_person: AsPerson, chromium: Browser, tmp_path: Path) -> None:
    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        visit.to(log(world, "errors_all") + "?verdict=failed")
        shown = visit.page.locator("tbody tr").count()
        with visit.page.expect_download() as download:
            visit.page.get_by_text("Export these as CSV").click()
        download.value.save_as(tmp_path / "rejections.csv")
    with (tmp_path / "rejections.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == shown
    assert {row["verdict"] for row in rows} == {"failed"}


def test_a_link_to_an_object_opens_its_fields(world: World, as_person: AsPerson, chromium: Browser) -> None:
    with served() as address, visiting(chromium, address, as_person("sam")) as visit:
        visit.to(reverse("fields") + "#School")
        assert visit.page.locator("#School").evaluate("each => each.open")
        assert not visit.page.locator("#Roster").evaluate("each => each.open")
        visit.page.get_by_role("button", name="Give to the state: School address").click()
        expect(visit.page.locator("#messages")).to_contain_text("School.address belongs to the state")
        assert visit.page.locator("#School").evaluate("each => each.open")
        assert visit.violations() == []
