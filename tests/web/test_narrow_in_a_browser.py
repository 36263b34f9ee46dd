"""Every confirmation and every page of the history at 360 pixels, by name: nothing in anyone's way, nothing cut off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from tests.waiting import wait_until
from tests.web.browser import Visit, needs_chromium, served, visiting
from tests.web.conftest import World
from tests.web.healing import at as errors_at
from tests.web.healing import root_school
from tests.web.test_history import made_runs
from tests.web.test_worker import state_of, workers

As = Callable[[str], Client]
pytestmark = [needs_chromium, pytest.mark.slow]

NOBODY = "11111111-1111-1111-1111-111111111111"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state("networkidle")


def district(world: World, path: str) -> str:
    return f"/d/{world.lakeside}/{path}"


def batch_confirm_part(visit: Visit, world: World) -> None:
    visit.to(district(world, "batch/"))
    visit.page.get_by_label("Enrollment", exact=True).check()
    press(visit.page, "Send Resync")


def batch_confirm_full(visit: Visit, world: World) -> None:
    visit.to(district(world, "batch/confirm/?every=1"))


def batch_confirm_behind_another(visit: Visit, world: World) -> None:
    assert world.selection
    visit.to(district(world, "batch/confirm/?object=School&check=0"))
    expect(visit.page.get_by_text("This one will wait for its turn")).to_be_visible()


def selective_confirm(visit: Visit, world: World) -> None:
    visit.to(district(world, "selective/"))
    visit.page.get_by_label("DIS object").select_option("School")
    visit.page.get_by_label("Records", exact=True).fill(f"{NOBODY}\nanother")
    press(visit.page, "Look it over")


def heal_confirm(visit: Visit, world: World) -> None:
    visit.to(errors_at(world, "heal/", root_school()))


def clear_confirm(visit: Visit, world: World) -> None:
    visit.to(district(world, "errors/all/?verdict=failed"))
    visit.page.locator("input[type=checkbox][name=record]").first.check()
    press(visit.page, "Clear the marked…")


def leftovers_to_decide(visit: Visit, world: World) -> None:
    visit.to(district(world, "leftovers/"))


def request_look(visit: Visit, world: World) -> None:
    visit.to("/requests/new/")
    visit.page.get_by_label("Lakeside").check()
    visit.page.get_by_label("Enrollment", exact=True).check()
    visit.page.get_by_label("Reason").fill("The October count closes.")
    visit.page.get_by_label("Due date").fill("2999-12-31")
    press(visit.page, "Look it over")


def year_switch(visit: Visit, world: World) -> None:
    visit.to(f"/zones/switch/?district={world.lakeside}&district={world.riverton}")


def history(visit: Visit, world: World) -> None:
    made_runs(world, 3)
    visit.to(district(world, "history/"))


def history_run(visit: Visit, world: World) -> None:
    visit.to(district(world, f"history/{world.resync}/"))
    expect(visit.page.get_by_role("heading", name="Receipt")).to_be_visible()


def history_run_that_runs(visit: Visit, world: World) -> None:
    visit.to(district(world, f"history/{world.selection}/"))


def history_run_of_a_request(visit: Visit, world: World) -> None:
    from upstate.hub.models import RequestedDistrict

    client = Client(SERVER_NAME="localhost")
    from upstate.hub.models import Person

    client.force_login(Person.objects.get(name="Sam"), backend="upstate.hub.web.signing_in.Passwords")
    wanted = {"districts": [world.lakeside], "objects": ["School"], "reason": "It is needed.", "due_on": "2999-12-31"}
    client.post("/requests/place/", {**wanted, "token": str(uuid.uuid4())})
    visit.to(district(world, f"history/{RequestedDistrict.objects.get().resync_id}/"))
    expect(visit.page.get_by_text("does not say which objects it has")).to_be_visible()


def history_rehearsal(visit: Visit, world: World) -> None:
    visit.to(district(world, "batch/confirm/?object=School&check=0"))
    press(visit.page, "Rehearse")
    from upstate.hub.models import Resync

    number = Resync.objects.latest("id").id
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    visit.to(district(world, f"history/{number}/"))
    expect(visit.page.get_by_text("This is a rehearsal: nothing was written.")).to_be_visible()


def history_compare(visit: Visit, world: World) -> None:
    (other,) = made_runs(world, 1)
    visit.to(district(world, "history/compare/?" + urlencode({"run": [world.resync, other]}, doseq=True)))


def verification_history(visit: Visit, world: World) -> None:
    visit.to(district(world, "verifications/"))


def verification(visit: Visit, world: World) -> None:
    visit.to(district(world, f"verifications/{world.verification}/"))


def selective_run(visit: Visit, world: World) -> None:
    number = world.selection
    with workers(world):
        wait_until(lambda: state_of(number) == "finished")
    visit.to(district(world, f"selective/{number}/"))


PAGES = (
    ("dana", batch_confirm_part),
    ("dana", batch_confirm_full),
    ("dana", batch_confirm_behind_another),
    ("dana", selective_confirm),
    ("dana", heal_confirm),
    ("dana", clear_confirm),
    ("sam", request_look),
    ("sam", year_switch),
    ("dana", history),
    ("dana", history_run),
    ("dana", history_run_that_runs),
    ("dana", history_run_of_a_request),
    ("dana", history_rehearsal),
    ("dana", history_compare),
    ("dana", verification_history),
    ("dana", verification),
    ("dana", selective_run),
)


@pytest.mark.parametrize(("who", "page"), PAGES, ids=[page.__name__ for _, page in PAGES])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    who: str, page: Callable[[Visit, World], None], world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person(who), 360) as visit:
        page(visit, world)
        assert visit.violations() == []
        assert visit.sideways() <= 0
        assert visit.page.locator("main .table").evaluate_all(_CUT) == []


def test_a_removal_that_waits_is_decided_on_a_narrow_screen(world: World, as_person: As, chromium: Browser) -> None:
    assert world.held
    with served() as address, visiting(chromium, address, as_person("sam"), 360) as visit:
        leftovers_to_decide(visit, world)
        assert visit.violations() == []
        assert visit.sideways() <= 0


def test_what_opens_on_a_narrow_screen_is_whole_and_moves_nothing(
    world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), 360) as visit:
        visit.to(district(world, "batch/"))
        visit.page.get_by_text("Legend").click()
        assert within(visit.page, ".batch__legend dl", 360)
        menu = visit.page.locator(".bar__menu > summary")
        before = menu.bounding_box()
        menu.click()
        assert menu.bounding_box() == before
        assert within(visit.page, ".bar__sheet", 360)
        assert visit.violations() == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_lists_to_pick_from_scroll_down_and_never_sideways(
    width: int, world: World, as_person: As, chromium: Browser
) -> None:
    assert world.lakeside
    with served() as address, visiting(chromium, address, as_person("sam"), width) as visit:
        visit.to("/requests/new/")
        lists = visit.page.locator(".pick__list")
        assert lists.evaluate_all("all => all.map(each => each.scrollWidth - each.clientWidth)") == [0, 0]


@pytest.mark.parametrize("width", [768, 1024])
def test_the_batch_page_stays_in_its_frame_where_the_window_is_not_wide(
    width: int, world: World, as_person: As, chromium: Browser
) -> None:
    with served() as address, visiting(chromium, address, as_person("dana"), width) as visit:
        visit.to(district(world, "batch/"))
        wider = "main => main.querySelector('.batch__table').scrollWidth - main.querySelector('.live').offsetWidth"
        assert visit.page.locator("main").evaluate(wider) <= 0


@pytest.mark.parametrize("width", [768, 1024, 1280])
def test_field_settings_have_room_for_whether_a_field_is_open_and_for_its_change(
    width: int, world: World, as_person: As, chromium: Browser
) -> None:
    assert world.lakeside
    with served() as address, visiting(chromium, address, as_person("sam"), width) as visit:
        visit.to("/fields/?text=School")
        narrowest = "all => Math.min(...all.map(each => each.offsetWidth))"
        assert visit.page.locator(".fields__lock, .fields__change").evaluate_all(narrowest) > 100


def within(page: Page, place: str, width: int) -> bool:
    """Whether what stands there is wholly between the edges of a window of this width."""
    box = page.locator(place).bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


# tables that hide something at their right, by what they are called
_CUT = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.getAttribute('aria-label'))"
