"""A Selective Sync in a real browser: from the form to what was not there; and without script, from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from tests.waiting import PATIENCE, wait_until
from tests.web.batch_form import change, resyncs
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World
from tests.web.test_selective import NOBODY, at, schools
from tests.web.test_worker import state_of, workers

pytestmark = [needs_chromium, pytest.mark.slow]
As = Callable[[str], Client]


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, False)])
def test_dana_sends_a_school_and_reads_which_id_was_not_there(
    width: int, script: bool, world: World, as_person: As, chromium: Browser, tmp_path: Path
) -> None:
    guid, there = next(iter(schools(world).items()))
    change(world, "UPDATE state.school SET address = 'Changed' WHERE guid = %s", guid)
    with served() as address, visiting(chromium, address, as_person("dana"), width, script=script) as visit:
        page = visit.page
        visit.to(at(world))
        if script:
            assert visit.violations() == []
        assert visit.sideways() <= 0
        page.get_by_label("DIS object").select_option("School")
        if script:
            page.get_by_label("Records", exact=True).fill(f"{guid}, {NOBODY}")
        else:
            (tmp_path / "keys.csv").write_text(f"guid\n{guid}\n{NOBODY}\n", encoding="utf-8")
            page.get_by_label("Or a CSV file").set_input_files(tmp_path / "keys.csv")
        page.get_by_role("button", name="Look it over").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Send 2 records of School for 2023-2024")
        if script:
            assert visit.violations() == []
        assert visit.sideways() <= 0
        page.get_by_role("button", name="Send 2 records").press("Enter")
        expect(page.locator("#messages")).to_contain_text("of 2 records of School is placed.")
        number = resyncs(world)[-1][0]
        with workers(world):
            wait_until(lambda: state_of(number) == "finished")
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("heading", name="1 of 2 is not there")).to_be_visible(timeout=PATIENCE * 1000)
        expect(page.locator("#missing ~ .records")).to_have_text(NOBODY)
        if script:
            assert visit.violations() == []
        assert visit.sideways() <= 0
        assert schools(world)[guid] == there
        visit.to(at(world))
        if script:
            assert visit.violations() == []
            page.get_by_label(f"Mark resync {number}").check()
        else:
            page.get_by_label(f"Mark resync {number}").check()
        page.get_by_role("button", name="Delete the marked").click()
        expect(page.locator("#messages")).to_contain_text("1 entry deleted from the history.")
        assert visit.complaints == []
