"""The Batch page in a real browser: marking, sending, watching to the end, and looking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from tests.web.batch_form import ENROLLMENT, at, change, resyncs
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World
from tests.web.test_worker import workers

pytestmark = [needs_chromium, pytest.mark.slow]

As = Callable[[str], Client]


def marked(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("input[name=object]:checked", "boxes => boxes.map(box => box.value)")
    return found


def said(page: Page) -> str:
    return page.locator("[data-said]").inner_text()


def test_dana_signs_in_marks_enrollment_sends_it_watches_to_the_end_and_finds_it_in_the_history(
    world: World, chromium: Browser
) -> None:
    from upstate.hub.models import Person

    dana = Person.objects.get(name="Dana")
    dana.set_password("correct horse battery")
    dana.save()
    with served() as address, workers(world), visiting(chromium, address) as visit:
        page = visit.page
        visit.to(at(world))
        page.get_by_label("E-mail").fill("dana@lakeside.example")
        page.get_by_label("Password", exact=True).fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Resync Data For The Current School Year (2023-2024)")
        page.get_by_label("Enrollment", exact=True).check()
        assert sorted(marked(page)) == sorted(ENROLLMENT)
        assert said(page) == (
            "Marked with Enrollment, as it needs them: District, School, Calendar, ScheduleStructure, PersonIdentity "
            "and StructureGradeLevel."
        )
        assert page.locator("[data-count]").inner_text() == "7 of 55 objects"
        page.get_by_role("button", name="Send Resync").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Partial resync of 7 objects for 2023-2024")
        assert page.get_by_text("added for Enrollment").count() == 6
        page.get_by_role("button", name="Send Resync").click()
        (*_, (number, _, _, chosen, objects, who)) = resyncs(world)
        assert (chosen, objects, who) == (["Enrollment"], ENROLLMENT, "Dana")
        expect(page.locator("#batch-live")).to_contain_text(f"Last: resync {number} of Dana", timeout=60_000)
        expect(page.locator("#results-Enrollment .split__said")).to_have_text(
            re.compile(r"^Processed: \d+ Errors: \d+$")
        )
        page.locator("#results-Enrollment .split__said").focus()
        expect(page.locator("#split-Enrollment")).to_be_visible()
        assert visit.violations() == []
        page.keyboard.press("Escape")
        expect(page.locator("#split-Enrollment")).to_be_hidden()
        page.get_by_role("link", name=f"resync {number}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Resync {number}")
        assert page.locator("tbody th[scope=row]").all_inner_texts()[: len(ENROLLMENT)] == ENROLLMENT
        page.get_by_role("link", name=f"Compare with resync {world.resync}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Resync {world.resync} and resync {number}")
        assert visit.violations() == []
        assert visit.complaints == []
        assert [each for each in visit.asked if not each.startswith(address)] == []


def test_unmarking_warns_of_what_would_lack_its_parent_and_offers_both_ways_out(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        page, warning = visit.page, visit.page.locator("[data-warning]")
        visit.to(at(world))
        page.get_by_label("Enrollment", exact=True).check()
        page.get_by_label("Calendar", exact=True).uncheck()
        expect(warning).to_contain_text("Without Calendar, this would be sent without what it needs: Enrollment.")
        assert "Calendar" not in marked(page)
        assert visit.violations() == []
        page.get_by_role("button", name="Mark Calendar again").click()
        assert sorted(marked(page)) == sorted(ENROLLMENT)
        page.get_by_label("Calendar", exact=True).uncheck()
        page.get_by_role("button", name="Unmark Enrollment too").click()
        assert marked(page) == []
        expect(warning).to_be_hidden()


def test_what_was_marked_only_with_an_object_goes_with_it_and_what_others_need_stays(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        page = visit.page
        visit.to(at(world))
        page.get_by_label("Calendar", exact=True).check()
        page.get_by_label("Enrollment", exact=True).check()
        page.get_by_label("Enrollment", exact=True).uncheck()
        assert marked(page) == ["District", "School", "Calendar"]
        assert said(page).startswith("Unmarked with Enrollment, as nothing else needs them: ScheduleStructure")


def test_without_check_dependencies_only_what_is_marked_is_marked(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana")) as visit:
        page = visit.page
        visit.to(at(world))
        page.get_by_label("Check dependencies").uncheck()
        page.get_by_label("Enrollment", exact=True).check()
        assert marked(page) == ["Enrollment"]
        page.get_by_label("Check dependencies").check()
        assert sorted(marked(page)) == sorted(ENROLLMENT)
        page.get_by_label("Check dependencies").uncheck()
        assert sorted(marked(page)) == sorted(ENROLLMENT)


def test_the_header_box_marks_all_and_branches_fold_by_keyboard(world: World, as_person: As, chromium: Browser) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), 360) as visit:
        page = visit.page
        visit.to(at(world))
        page.get_by_label("Mark all: a full resync").focus()
        page.keyboard.press("Space")
        assert len(marked(page)) == 55
        assert page.locator("[data-count]").inner_text() == "All 55 objects: a full resync"
        page.get_by_label("Roster", exact=True).uncheck()
        assert page.locator("#every").evaluate("box => box.indeterminate")
        toggle = page.get_by_role("button", name="Objects under Calendar")
        toggle.focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-row=Enrollment]")).to_be_hidden()
        expect(page.locator("[data-row=BehaviorType]")).to_be_visible()
        assert toggle.get_attribute("aria-expanded") == "false"
        assert visit.sideways() <= 0
        page.get_by_role("button", name="Expand all").click()
        expect(page.locator("[data-row=Enrollment]")).to_be_visible()


def test_without_script_the_planner_adds_what_is_needed_and_the_resync_is_sent(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), script=False) as visit:
        page = visit.page
        visit.to(at(world))
        page.get_by_label("Enrollment", exact=True).check()
        page.get_by_role("button", name="Send Resync").click()
        assert page.locator("h1").inner_text() == "Partial resync of 7 objects for 2023-2024"
        page.get_by_role("button", name="Send Resync").click()
        assert "is placed and begins in a moment." in page.locator("#messages").inner_text()
        assert page.get_by_role("link", name="Look again").is_visible()
        assert resyncs(world)[-1][3] == ["Enrollment"]


def test_a_card_that_is_open_stays_open_while_other_rows_change(world: World, as_person: As, chromium: Browser) -> None:
    dana = as_person("dana")
    with served() as address, visiting(chromium, address, dana) as visit:
        page = visit.page
        visit.to(at(world))
        page.locator("#results-Roster .split__said").focus()
        before: Any = page.locator("#results-Roster").element_handle()
        change(world, "UPDATE hub_order SET state = 'failed', message = 'Gone.' WHERE object = 'School'")
        page.evaluate(
            "htmx.trigger('#batch-live', 'load'); htmx.ajax('GET', "
            "document.querySelector('#batch-live').getAttribute('hx-get'), "
            "{target: '#batch-live', swap: 'outerHTML'})"
        )
        expect(page.locator("#status-School")).to_have_text("did not land")
        assert before.evaluate("cell => cell.isConnected")
        expect(page.locator("#split-Roster")).to_be_visible()
