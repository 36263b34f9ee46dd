"""Every page of the table of who may see what, in a real browser: for everyone, at every width, asking nobody else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import PEOPLE, World

pytestmark = [needs_chromium, pytest.mark.slow]

WIDTHS = (360, 1024, 1600)
ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "access.toml").read_text())["row"]


def pages(world: World, as_person: Callable[[str], Client]) -> Iterator[tuple[str, str]]:
    """Each page of the table that answers with a page of HTML: who sees it best, and its address."""
    for row in ROWS:
        who = next((each for each in ("sam", *PEOPLE, "out") if row[each] == 200), None)
        if who is None or row.get("method", "get") != "get":
            continue
        address = reverse(row["page"], kwargs={name: world.value(value) for name, value in row.get("with", {}).items()})
        data = {name: world.value(value) for name, value in row.get("data", {}).items()}
        answer = as_person(who).get(address, data)
        if answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in answer.content:
            yield who, answer.request["PATH_INFO"] + ("?" + answer.request["QUERY_STRING"] if data else "")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_shuts_anyone_out_scrolls_sideways_asks_elsewhere_or_complains(
    width: int, world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    wrong: dict[str, list[str]] = {}
    with served() as address:
        for who, path in pages(world, as_person):
            with visiting(chromium, address, as_person(who), width) as visit:
                visit.to(path)
                found = [*visit.violations(), *visit.complaints]
                if visit.sideways() > 0:
                    found.append(f"it is {visit.sideways()} pixels wider than the window")
                found += [f"it asked {each}" for each in visit.asked if not each.startswith(address)]
                if found:
                    wrong[f"{path} as {who}"] = found
    assert wrong == {}


def test_moments_are_said_in_the_readers_zone_and_in_utc_without_script(
    world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    dana = as_person("dana")
    with served() as address:
        said = []
        for script in (True, False):
            with visiting(chromium, address, dana, script=script) as visit:
                visit.to(f"/d/{world.lakeside}/")
                said.append((visit.page.locator("time").first.inner_text(), visit.page.locator("footer").inner_text()))
    (there, zone), (here, utc) = said
    assert "America/Chicago" in zone
    assert "UTC" in utc
    assert here.endswith(" UTC")
    assert there != here.removesuffix(" UTC")


def test_everything_of_the_frame_is_reached_by_keyboard_and_the_menu_closes_with_escape(
    world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), 360) as visit:
        visit.to(f"/d/{world.lakeside}/")
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        summary = page.locator("details.bar__menu > summary")
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.bar__menu").evaluate("menu => menu.open")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.bar__menu') !== null")
        page.keyboard.press("Escape")
        assert not page.locator("details.bar__menu").evaluate("menu => menu.open")
        assert summary.evaluate("element => element === document.activeElement")
