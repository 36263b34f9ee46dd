"""From a root to healed in a real browser: by keyboard, watched to the end; and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from tests.waiting import PATIENCE, wait_until
from tests.web.batch_form import resyncs
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World
from tests.web.healing import at, mend_school, own_source, root_school
from tests.web.test_worker import workers

pytestmark = [needs_chromium, pytest.mark.slow]
As = Callable[[str], Client]


def looked_again(page: Page) -> Page:
    page.get_by_role("link", name="Look again").click()
    return page


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, False)])
def test_dana_heals_a_root_and_finds_in_the_log_what_resolved_it(
    width: int, script: bool, world: World, as_person: As, chromium: Browser, tmp_path: Path
) -> None:
    source, root = own_source(world, tmp_path), root_school()
    mend_school(source, root.key[0])
    with served() as address, visiting(chromium, address, as_person("dana"), width, script=script) as visit:
        page = visit.page
        visit.to(at(world, ""))
        button = page.get_by_role("link", name=f"Heal School {root.key[0]}")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Heal School")
        if script:
            assert visit.violations() == []
        assert visit.sideways() <= 0
        page.get_by_role("button", name="Heal", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#messages")).to_contain_text("sends School")
        number = resyncs(world)[-1][0]
        if script:
            assert visit.violations() == []
        with workers(world):
            if not script:  # then the page says how to look again
                wait_until(lambda: "no errors" in "".join(looked_again(page).locator(".run__on").all_inner_texts()))
            on = page.locator("#run").get_by_text(f"landed, and what it held back went on as resync {number + 1}.")
            expect(on).to_be_visible(timeout=PATIENCE * 1000)
            expect(page.locator(".run__on .status__word")).to_have_text("no errors", timeout=PATIENCE * 1000)
        if script:
            assert visit.violations() == []
        assert visit.sideways() <= 0
        page.get_by_role("link", name="The record in the Error Log").click()
        expect(page.get_by_text("Nothing is open against this record.")).to_be_visible()
        expect(page.locator(".finding").last).to_contain_text(f"by resync {number}")
        assert visit.complaints == []
