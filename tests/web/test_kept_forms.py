"""Who is signed out in the middle of a form loses nothing of it: signed in again, they have it before them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from playwright.sync_api import Browser, Page, expect
from tests.web.browser import needs_chromium, served, visiting
from tests.web.conftest import World, turn_to
from tests.web.page_text import faults, words
from tests.web.provider import CLIENT, SECRET, provider

from upstate.hub.web.configuration import SingleSignOn

As = Callable[[str], Client]
PASSWORD = "a password of the tests"
WHY = "The board meets on Friday,\nand 5 < 6 \"schools\" & 'others' are wrong."
FAR = "2999-12-31"

# url name: whose it is, the address, what is sent, and what stands on the page that comes back
FORMS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "request_new": (
        "sam",
        "/requests/new/",
        {"districts": ["@lakeside"], "objects": ["School", "Calendar"], "reason": WHY, "due_on": FAR},
        'name="objects" value="Calendar" checked',
    ),
    "request_place": (
        "sam",
        "/requests/place/",
        {"districts": ["@lakeside"], "every_object": "on", "reason": WHY, "due_on": FAR},
        f'name="due_on" value="{FAR}"',
    ),
    "zones_switched": (
        "sam",
        "/zones/switched/",
        {"to": "next", "district": "@riverton", "year-2": "2024", "reason": WHY},
        "Switch all the same",
    ),
    "zone_change": ("sam", "/zones/@lakeside/change/", {"edition": "MT", "seen": ""}, 'value="MT" selected'),
    "errors_clear": (
        "dana",
        "/d/@lakeside/errors/clear/",
        {"record": 'School ["11111111-1111-1111-1111-111111111111"]', "why": WHY},
        "Clear 1 record?",
    ),
    "leftovers_decide": (
        "sam",
        "/d/@lakeside/leftovers/held/@held/",
        {"why": WHY, "decision": "approve"},
        "1 removal waits for approval",
    ),
    "selective_confirm": (
        "dana",
        "/d/@lakeside/selective/confirm/",
        {"object": "School", "by": "key", "records": "11111111-1111-1111-1111-111111111111\nand another"},
        "and another</textarea>",
    ),
    "selective_send": (
        "dana",
        "/d/@lakeside/selective/send/",
        {"object": "District", "by": "key", "rows": '[["1"]]', "parents": "1", "since": "0", "token": "x"},
        'name="rows" value="[[&quot;1&quot;]]"',
    ),
    "role_add": ("sam", "/roles/add/", {"name": "Auditor", "rights": ["batch.view"]}, 'value="Auditor"'),
    "role": ("sam", "/roles/1/", {"name": "Renamed", "rights": ["batch.view"]}, 'value="Renamed"'),
    "person_add": (
        "dana",
        "/people/add/",
        {"email": "new@lakeside.example", "name": "New", "role": "1", "where": "@lakeside"},
        'value="new@lakeside.example"',
    ),
    "tokens_make": ("dana", "/tokens/make/", {"name": "nightly", "days": "365"}, 'value="nightly"'),
    "state_settings_change": (
        "sam",
        "/settings/change/",
        {"there": ["districts_verify", "state_verifies"], "on": "state_verifies", "leftovers_of_object": "17"},
        'value="17"',
    ),
    "agent_quiet_change": (
        "dana",
        "/d/@lakeside/agent/quiet/change/",
        {"time_zone": "UTC", "district_quiet": "mon 07:00-08:00"},
        'value="mon 07:00-08:00"',
    ),
}


@pytest.fixture
def with_passwords(world: World) -> World:
    from upstate.hub.models import Person

    for each in Person.objects.all():
        each.set_password(PASSWORD)
        each.save(update_fields=["password"])
    return world


def form_of(world: World, name: str) -> tuple[str, str, dict[str, Any], str]:
    who, path, fields, stands = FORMS[name]
    path = re.sub(r"@\w+", lambda found: str(world.value(found[0])), path)
    sent = {
        key: [world.value(each) for each in value] if isinstance(value, list) else world.value(value)
        for key, value in fields.items()
    }
    if name.startswith("request"):
        sent["token"] = str(uuid.uuid4())
    return who, path, sent, stands


def hidden(page: str) -> dict[str, list[str]]:
    """The hidden fields of the first form in the page's own part."""
    form = re.search(r"<main.*?<form.*?</form>", page, re.DOTALL)
    assert form is not None
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form[0]):
        found.setdefault(name, []).append(unescape(value))
    return found


def done(world: World) -> tuple[int, ...]:
    """How much there is of all that a form could make; signing in is not counted."""
    from upstate.hub.models import AuditEntry, Person, Resync, Role, StateRequest, Token

    audited = AuditEntry.objects.exclude(action="signed in").count()
    return (audited, *(kind.objects.count() for kind in (Person, Resync, Role, StateRequest, Token)))


def sign_in(browser: Client, who: str, page: str) -> Any:
    mail = {"dana": "dana@lakeside.example", "sam": "sam@state.example", "olive": "olive@riverton.example"}[who]
    return browser.post("/sign-in/", {**hidden(page), "email": mail, "password": PASSWORD})


def test_every_form_that_is_kept_is_tried_here(world: World) -> None:
    patterns = [each for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
    assert {each.name for each in patterns if getattr(each.callback, "upstate_keeps", False)} == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_comes_back_filled_in_once_one_has_signed_in_and_nothing_is_done(
    name: str, with_passwords: World
) -> None:
    who, path, sent, stands = form_of(with_passwords, name)
    before, browser = done(with_passwords), Client(SERVER_NAME="localhost")
    asked = browser.post(path, sent)
    assert asked.status_code == 401
    assert "What you wrote is kept: sign in, and it is shown again." in words(asked.text)
    assert faults(asked.text) == []
    assert not browser.cookies.get("upstate_session")  # nothing is stored for someone who may be anyone
    kept = sign_in(browser, who, asked.text)
    assert (kept.status_code, faults(kept.text)) == (200, [])
    fields = hidden(kept.text)
    assert fields.pop("kept_again") == ["1"]
    fields.pop("csrfmiddlewaretoken")
    assert fields == {key: list(map(str, v)) if isinstance(v, list) else [str(v)] for key, v in sent.items()}
    assert f'action="{path}"' in kept.text
    back = browser.post(path, {**fields, "kept_again": "1"})
    assert (back.status_code, faults(back.text)) == (200, [])
    assert "What you wrote is back: look it over and send it." in words(back.text)
    assert stands in back.text
    if WHY in sent.values():
        assert WHY in unescape(back.text).replace("\r", "")
    assert done(with_passwords) == before


def test_a_wrong_password_does_not_cost_the_form(with_passwords: World) -> None:
    who, path, sent, _ = form_of(with_passwords, "zones_switched")
    browser = Client(SERVER_NAME="localhost")
    asked = browser.post(path, sent)
    again = browser.post("/sign-in/", {**hidden(asked.text), "email": "sam@state.example", "password": "wrong"})
    assert "What you wrote is kept" in words(again.text)
    assert hidden(sign_in(browser, who, again.text).text)["reason"] == [WHY]


def test_who_leaves_it_goes_to_the_page_that_the_form_stood_on(with_passwords: World) -> None:
    _, path, sent, _ = form_of(with_passwords, "zones_switched")
    browser = Client(SERVER_NAME="localhost")
    asked = browser.post(path, sent, headers={"Referer": "http://localhost/zones/switch/?district=2"})
    assert 'href="/zones/switch/?district=2"' in sign_in(browser, "sam", asked.text).text


@pytest.mark.parametrize("spoil", [lambda text: text[:-1], lambda text: "x" + text, lambda text: "nonsense"])
def test_a_form_that_was_not_sealed_here_is_not_shown(spoil: Callable[[str], str], with_passwords: World) -> None:
    who, path, sent, _ = form_of(with_passwords, "zones_switched")
    browser = Client(SERVER_NAME="localhost")
    asked = browser.post(path, sent).text
    (sealed,) = hidden(asked)["kept"]
    answer = sign_in(browser, who, asked.replace(sealed, spoil(sealed)))
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")


def test_what_someone_else_wrote_asks_for_the_same_right(with_passwords: World) -> None:
    _, path, sent, _ = form_of(with_passwords, "errors_clear")
    browser = Client(SERVER_NAME="localhost")
    kept = sign_in(browser, "olive", browser.post(path, sent).text)
    assert browser.post(path, hidden(kept.text)).status_code == 404  # Lakeside is nothing to Olive


def test_an_old_secret_keeps_a_form_of_our_own_page_and_none_of_another(world: World, as_person: As) -> None:
    """As for who signed in in another window: the form's secret is from before."""
    _, path, sent, stands = form_of(world, "zones_switched")
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.cookies = as_person("sam").cookies
    old = {**sent, "csrfmiddlewaretoken": "a" * 64}
    here = browser.post(path, old, headers={"Origin": "http://localhost"})
    assert here.status_code == 403
    assert "You signed in or out since this page was opened, so nothing was done." in words(here.text)
    assert faults(here.text) == []
    back = browser.post(path, hidden(here.text), headers={"Origin": "http://localhost"})
    assert (back.status_code, stands in back.text, WHY in unescape(back.text)) == (200, True, True)
    for origin in ({"Origin": "https://elsewhere.example"}, {}):
        there = browser.post(path, old, headers=origin)
        assert there.status_code == 403
        assert WHY not in unescape(there.text)
        assert "Reload the page" in words(there.text)


def test_a_form_is_kept_through_single_sign_on_without_the_ids_of_records(with_passwords: World) -> None:
    from django.contrib.sessions.models import Session

    own_id = "a-student-number-of-the-district"
    with provider() as issuer:
        turn_to(with_passwords.url, single_sign_on=SingleSignOn("State login", issuer.issuer, CLIENT, SECRET))
        issuer.claims = {"sub": "17", "email": "dana@lakeside.example", "email_verified": True}
        for name, there in (("selective_confirm", None), ("errors_clear", WHY)):
            browser = Client(SERVER_NAME="localhost")
            _, path, sent, _ = form_of(with_passwords, name)
            if "records" in sent:
                sent["records"] = own_id
            page = browser.post(path, sent).text
            kept = {"kept": hidden(page)["kept"]}
            away = browser.post("/single-sign-on/state/login/?next=/sign-in/kept/", kept)
            stored = [str(each.get_decoded()) for each in Session.objects.all()]
            assert any("kept" in each for each in stored)
            state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
            landed = browser.get("/single-sign-on/state/login/callback/", {"code": "a", "state": state}, follow=True)
            assert landed.redirect_chain[-1] == ("/sign-in/kept/", 302)
            fields = hidden(landed.text)
            assert "records" not in fields
            assert fields.get("why") == (None if there is None else [there])
            assert own_id not in landed.text
            assert browser.get("/sign-in/kept/").headers["Location"] == "/"  # shown once, then forgotten
    turn_to(with_passwords.url)


# ---- in a browser


def signed_out(page: Page) -> None:
    """As after a day, or when an administrator closed and opened the account: the session is gone."""
    page.context.clear_cookies(name="upstate_session")


def sign_in_there(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("What you wrote is kept")).to_be_visible()
    page.get_by_label("E-mail").fill("sam@state.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Show the form again").click()


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_long_form_is_finished_though_one_was_signed_out_in_the_middle(
    script: bool, with_passwords: World, as_person: As, chromium: Browser
) -> None:
    from upstate.hub.models import StateRequest, YearSwitch

    with served() as address, visiting(chromium, address, as_person("sam"), 360, script=script) as visit:
        page = visit.page
        visit.to("/requests/new/")
        page.get_by_label("Riverton").check()
        page.get_by_label("Calendar", exact=True).check()
        page.get_by_label("Reason").fill(WHY)
        page.get_by_label("Due date").fill(FAR)
        signed_out(page)
        page.get_by_role("button", name="Look it over").click()
        assert visit.violations() == [] if script else True
        sign_in_there(page)
        expect(page.get_by_label("Reason")).to_have_value(WHY)
        expect(page.get_by_label("Riverton")).to_be_checked()
        expect(page.get_by_label("Calendar", exact=True)).to_be_checked()
        assert visit.violations() == [] if script else True
        page.get_by_role("button", name="Look it over").click()
        signed_out(page)
        page.get_by_role("button", name=re.compile("Place it")).click()
        sign_in_there(page)
        assert not StateRequest.objects.exists()
        page.get_by_role("button", name="Look it over").click()
        page.get_by_role("button", name=re.compile("Place it")).click()
        expect(page.get_by_text("The request is placed.")).to_be_visible()
        assert [each.replace("\r", "") for each in StateRequest.objects.values_list("reason", flat=True)] == [WHY]

        visit.to(f"/zones/switch/?district={with_passwords.lakeside}&to=back")
        page.get_by_label("Why go back?").fill("Too early.")
        signed_out(page)
        page.get_by_role("button", name="Go back a year").click()
        sign_in_there(page)
        expect(page.get_by_text("a resync has not ended")).not_to_be_visible()
        expect(page.get_by_label("Why go back?")).to_have_value("Too early.")
        page.get_by_role("button", name="Go back a year").click()
        expect(page.get_by_text("is back at the one before")).to_be_visible()
        assert YearSwitch.objects.get(zone__district=with_passwords.lakeside).reason == "Too early."


@needs_chromium
@pytest.mark.slow
def test_a_reason_survives_a_sign_in_in_another_window(with_passwords: World, as_person: As, chromium: Browser) -> None:
    held = with_passwords.held
    with served() as address, visiting(chromium, address, as_person("sam")) as visit:
        page = visit.page
        visit.to(f"/d/{with_passwords.lakeside}/leftovers/")
        page.get_by_label("Why?").fill("These two schools closed.")
        signed_out(page)
        other = page.context.new_page()
        other.goto(address + "/sign-in/")
        other.get_by_label("E-mail").fill("sam@state.example")
        other.get_by_label("Password", exact=True).fill(PASSWORD)
        other.get_by_role("button", name="Sign in").click()
        other.wait_for_url(lambda at: "sign-in" not in at)
        page.get_by_role("button", name="Discard the removal").click()
        expect(page.get_by_text("You signed in or out since this page was opened")).to_be_visible()
        assert visit.violations() == []
        page.get_by_role("button", name="Show the form again").click()
        expect(page.get_by_label("Why?")).to_have_value("These two schools closed.")
        page.get_by_role("button", name="Discard the removal").click()
        expect(page.get_by_text("Removals that waited")).to_be_visible()
    from upstate.hub.models import HeldRemoval

    found = HeldRemoval.objects.get(id=held)
    assert (found.state, found.reason) == ("discarded", "These two schools closed.")
