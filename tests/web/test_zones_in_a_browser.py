"""The switch of the school year in a real browser: refused, gone on with for a reason, and what is due after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World

pytestmark = [needs_chromium, pytest.mark.slow]
As = Callable[[str], Client]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_years_of_two_districts_are_switched_with_a_reason_for_the_one_not_ready(
    world: World, as_person: As, chromium: Browser, script: bool
) -> None:
    with served() as address:
        with visiting(chromium, address, as_person("sam"), 1024, script=script) as sam:
            sam.to("/zones/")
            page = sam.page
            page.get_by_role("checkbox", name="Lakeside").check()
            page.get_by_role("checkbox", name="Riverton").check()
            page.get_by_role("button", name="Switch to the next school year").click()
            expect(page.get_by_role("heading", name="Riverton: 2023-2024 to 2024-2025")).to_be_visible()
            expect(page.get_by_text("None of 2023-2024 has")).to_be_visible()
            assert not script or sam.violations() == []
            page.get_by_role("button", name="Switch all the same").click()  # the browser asks for the reason
            expect(page.get_by_role("heading", name="Switch to the next school year")).to_be_visible()
            page.get_by_label("Why go on all the same?").fill("Riverton closes in June.")
            page.get_by_role("button", name="Switch all the same").click()
            expect(page.get_by_text("The school year of 2 districts is switched.")).to_be_visible()
            expect(page.get_by_text("start of the school year is due in 2 districts")).to_be_visible()
            assert not script or sam.violations() == []
            page.get_by_role("link", name="Riverton", exact=True).click()
            expect(page.get_by_text("Riverton closes in June.")).to_be_visible()
            assert sam.complaints == []
        with visiting(chromium, address, as_person("dana"), 360, script=script) as dana:
            dana.to("/alerts/")
            dana.page.get_by_role("link", name="Start-of-Year Resync Due").click()
            expect(dana.page.get_by_role("heading", name="2024-2025")).to_be_visible()


def test_a_zone_is_changed_by_keyboard_alone(world: World, as_person: As, chromium: Browser) -> None:
    from upstate.hub.models import Zone

    with served() as address, visiting(chromium, address, as_person("sam"), 1024) as sam:
        sam.to(f"/zones/{world.lakeside}/")
        page = sam.page
        page.get_by_label("Edition").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # the reporting entity
        page.get_by_label("Enrollment, next year").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Lakeside is changed")).to_be_visible()
        zone = Zone.objects.get(district=world.lakeside)
        assert zone.switches == ["reporting_entity"]
        assert "Enrollment" not in zone.next_year
        assert "Enrollment" in zone.previous_year
