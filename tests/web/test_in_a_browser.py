"""Every page of the table of who may see what, in a real browser: for everyone, at every width, asking nobody else."""

from __future__ import annotations

import re
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from tests.web.browser import Visit, needs_chromium, served, visiting
from tests.web.conftest import PEOPLE, World
from tests.web.test_history import made_runs

pytestmark = [needs_chromium, pytest.mark.slow]

WIDTHS = (360, 1024, 1600)
SHARES = 3  # of the pages, so that more than one process may look at them
ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "access.toml").read_text())["row"]


def pages(world: World, as_person: Callable[[str], Client], rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each page of these rows that answers with a page of HTML: who sees it best, and its address."""
    browsers = {who: as_person(who) for who in (*PEOPLE, "out")}
    for row in rows:
        who = next((each for each in ("sam", *PEOPLE, "out") if row[each] == 200), None)
        if who is None or row.get("method", "get") != "get":
            continue
        address = reverse(row["page"], kwargs={name: world.value(value) for name, value in row.get("with", {}).items()})
        data = {name: world.value(value) for name, value in row.get("data", {}).items()}
        answer = browsers[who].get(address, data)
        if answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in answer.content:
            yield who, answer.request["PATH_INFO"] + ("?" + answer.request["QUERY_STRING"] if data else "")


def pages_with_something_on_them(world: World, as_person: Callable[[str], Client]) -> Iterator[tuple[str, str]]:
    """Pages that stand empty in the world of the table, or are not in it: two runs compared, a request, what failed."""
    from upstate.hub.models import StateRequest

    (other,) = made_runs(world, 1)
    wanted = {"districts": [world.lakeside], "objects": ["School"], "reason": "It is needed.", "due_on": "2999-12-31"}
    as_person("sam").post("/requests/place/", {**wanted, "token": str(uuid.uuid4())})
    root = {"object": "School", "key": "no such key"}
    yield "dana", f"/d/{world.lakeside}/history/compare/?run={world.resync}&run={other}"
    yield "sam", f"/requests/{StateRequest.objects.get().id}/"
    yield "dana", f"/d/{world.lakeside}/requests/"
    yield "dana", f"/d/{world.lakeside}/batch/"
    yield "dana", "/alerts/"
    yield "dana", f"/d/{world.lakeside}/errors/record/?{urlencode(root)}&values=1"
    yield "dana", f"/d/{world.lakeside}/batch/?year=2023"
    yield "dana", "/nowhere/"
    yield "dana", f"/d/{world.riverton}/"
    yield "rhea", "/people/"
    yield "sam", "/alerts/?from=nonsense"


@pytest.mark.parametrize("share", [*range(SHARES), "with something on them"])
def test_no_page_shuts_anyone_out_scrolls_sideways_asks_elsewhere_or_complains(
    share: int | str, world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    if isinstance(share, int):
        looked_at = set(pages(world, as_person, ROWS[share::SHARES]))
    else:
        looked_at = set(pages_with_something_on_them(world, as_person))
    assert looked_at
    wrong: dict[str, list[str]] = {}
    with served() as address, ExitStack() as stack:
        windows: dict[str, Visit] = {}
        for who, path in sorted(looked_at):
            if who not in windows:
                windows[who] = stack.enter_context(visiting(chromium, address, as_person(who), WIDTHS[0]))
            if found := list(faults(windows[who], path)):
                wrong[f"{path} as {who}"] = found
    assert wrong == {}


def faults(visit: Visit, path: str) -> Iterator[str]:
    """What is wrong with a page, opened in a narrow window that is then widened."""
    visit.widen(WIDTHS[0])
    visit.to(path)
    for width in WIDTHS:
        visit.widen(width)
        yield from (f"{width} pixels wide: {each}" for each in visit.violations())
        if visit.sideways() > 0:
            yield f"it is {visit.sideways()} pixels wider than a window of {width}"
    asked, complaints = visit.meet()
    refused = "the server responded with a status of 4"  # what Chromium says of a page that says so itself
    yield from (each for each in complaints if refused not in each)
    yield from (f"it asked {each}" for each in asked if not each.startswith(visit.address))


@pytest.mark.parametrize("who", PEOPLE)
def test_each_of_the_cast_meets_each_page_as_the_table_says_with_a_way_on(
    who: str, world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    wrong: dict[str, Any] = {}
    browser = as_person(who)
    with served() as address, visiting(chromium, address, browser) as visit:
        for row in ROWS:
            if row.get("method", "get") != "get" or "by" in row or not _is_page(row, world, browser):
                continue
            parts = {name: world.value(value) for name, value in row.get("with", {}).items()}
            data = {name: world.value(value) for name, value in row.get("data", {}).items()}
            path = reverse(row["page"], kwargs=parts) + "?" + urlencode(data)
            answer = visit.page.goto(address + path)
            assert answer is not None
            page = visit.page
            met = answer.status if not answer.request.redirected_from else 302
            headings = page.get_by_role("heading", level=1).count()
            if (met, headings) != (row[who], 1) or page.get_by_role("link").count() == 0:
                wrong[path] = (met, row[who], headings)
        elsewhere = [each for each in visit.asked if not each.startswith(address)]
    assert (wrong, elsewhere) == ({}, [])


def _is_page(row: dict[str, Any], world: World, browser: Client) -> bool:
    """Whether a row answers this person with a page, at once or after being sent on."""
    parts = {name: world.value(value) for name, value in row.get("with", {}).items()}
    data = {name: world.value(value) for name, value in row.get("data", {}).items()}
    answer = browser.get(reverse(row["page"], kwargs=parts), data, follow=True)
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    return html and not answer.streaming and b"<html" in answer.content


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_that_breaks_says_so_in_the_look_of_the_others(
    width: int, world: World, as_person: Callable[[str], Client], chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError("a slip of ours")

    monkeypatch.setattr("upstate.hub.web.pages.overview.catalog_in_force", breaks)
    with served() as address, visiting(chromium, address, as_person("dana"), width) as visit:
        visit.to(f"/d/{world.lakeside}/")
        expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        assert "a slip of ours" not in visit.page.content()
        assert visit.violations() == []
        assert visit.sideways() <= 0


def test_pages_print_without_what_only_a_screen_needs(
    world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        for path in ("", "batch/", "errors/", "errors/all/", f"history/{world.resync}/"):
            visit.to(f"/d/{world.lakeside}/{path}")
            visit.page.emulate_media(media="print")
            for part in (".frame__side", ".bar__person", ".head__tools", ".filter", ".foot"):
                assert visit.page.locator(part).locator("visible=true").count() == 0, (path, part)
            assert visit.page.locator("h1").is_visible()
            hidden = "all => all.filter(each => each.scrollWidth > each.clientWidth && "
            hidden += "getComputedStyle(each).overflowX !== 'visible').length"
            assert visit.page.locator(".table").evaluate_all(hidden) == 0, path
            assert visit.page.pdf()[:5] == b"%PDF-"
            visit.page.emulate_media(media="screen")


@pytest.mark.parametrize(
    ("who", "path", "sheets"), [("dana", "/d/{}/batch/", 3), ("sam", "/requests/new/", 4), ("sam", "/matrix/", 1)]
)
def test_a_table_is_printed_as_a_table_on_few_sheets(
    who: str, path: str, sheets: int, world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person(who)) as visit:
        visit.to(path.format(world.lakeside))
        printed = visit.page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= sheets
        visit.page.emulate_media(media="print")
        assert visit.page.locator("input[name=object]").locator("visible=true").count() == 0 or "requests" in path


def test_a_resync_is_sent_by_keyboard_alone(
    world: World, as_person: Callable[[str], Client], chromium: Browser
) -> None:
    from upstate.hub.models import Resync

    def tab_to(page: Page, name: str) -> None:
        said = "document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText ?? ''"
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate(said).strip() == name:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"where one is cannot be seen at {name}"
                return
        raise AssertionError(f"{name} is not reached by Tab")

    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        page = visit.page
        visit.to(f"/d/{world.lakeside}/")
        tab_to(page, "Resync State Data – Batch")
        page.keyboard.press("Enter")
        page.wait_for_url("**/batch/")
        tab_to(page, "Enrollment")
        page.keyboard.press("Space")
        tab_to(page, "Send Resync")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Partial resync of 7 objects for 2023-2024")
        tab_to(page, "Send Resync")
        page.keyboard.press("Enter")
        expect(page.locator("#messages")).to_contain_text("is placed and begins in a moment.")
        assert Resync.objects.order_by("-id")[0].chosen == ["Enrollment"]


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
