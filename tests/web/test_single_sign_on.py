"""Single sign-on: whom the provider vouches for comes in if the hub knows them, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.web.conftest import World, turn_to
from tests.web.page_text import faults, words
from tests.web.provider import CLIENT, SECRET, Provider, provider

from upstate.hub.web.configuration import SingleSignOn

LOGIN = "/single-sign-on/state/login/"


@pytest.fixture
def issuer(world: World) -> Iterator[Provider]:
    with provider() as made:
        turn_to(world.url, single_sign_on=SingleSignOn("State login", made.issuer, CLIENT, SECRET))
        yield made
    turn_to(world.url)


def come_back(browser: Client, next_page: str = "") -> str:
    """Go to the provider and come back with its word; the address one ends at, or the page's text."""
    away = browser.post(LOGIN + (f"?next={next_page}" if next_page else ""))
    assert away.status_code == 302
    state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
    back = browser.get("/single-sign-on/state/login/callback/", {"code": "a code", "state": state})
    return str(back.headers["Location"]) if back.status_code == 302 else f"{back.status_code} {words(back.text)}"


def test_the_sign_in_page_offers_the_provider_by_its_name(issuer: Provider) -> None:
    page = Client(SERVER_NAME="localhost").get("/sign-in/?next=/audit/")
    assert "Sign in with State login" in words(page.text)
    assert f"form-action 'self' {issuer.issuer}" in page.headers["Content-Security-Policy"]
    assert faults(page.text) == []


def test_a_person_with_a_verified_email_that_is_known_comes_in_and_goes_where_they_wanted(issuer: Provider) -> None:
    issuer.claims = {"sub": "17", "email": "Dana@lakeside.example", "email_verified": True}
    browser = Client(SERVER_NAME="localhost")
    assert come_back(browser, "/audit/") == "/audit/"
    assert browser.get("/d/1/").status_code == 200
    assert issuer.asked[0]["client_secret"] == [SECRET]
    assert issuer.asked[0]["code_verifier"][0]
    from upstate.hub.models import AuditEntry

    assert AuditEntry.objects.filter(action="signed in through single sign-on", where="Lakeside").count() == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "18", "email": "stranger@lakeside.example", "email_verified": True},
        {"sub": "18", "email": "dana@lakeside.example", "email_verified": False},
        {"sub": "18", "email": "dana@lakeside.example"},
        {"sub": "18"},
    ],
    ids=["a stranger", "not verified", "says nothing of it", "no e-mail"],
)
def test_nobody_else_comes_in_or_is_added(claims: dict[str, object], issuer: Provider) -> None:
    from upstate.hub.models import Person

    issuer.claims = claims
    browser = Client(SERVER_NAME="localhost")
    assert come_back(browser).startswith("403 ")
    assert browser.get("/d/1/").status_code == 302
    assert Person.objects.count() == 4


def test_someone_who_is_no_longer_active_stays_out_though_they_came_in_before(issuer: Provider) -> None:
    from upstate.hub.models import Person

    issuer.claims = {"sub": "17", "email": "dana@lakeside.example", "email_verified": True}
    assert come_back(Client(SERVER_NAME="localhost")) == "/"
    Person.objects.filter(name="Dana").update(is_active=False)
    assert come_back(Client(SERVER_NAME="localhost")).startswith("403 ")


def test_an_answer_that_was_not_asked_for_lets_nobody_in(issuer: Provider) -> None:
    issuer.claims = {"sub": "17", "email": "dana@lakeside.example", "email_verified": True}
    browser = Client(SERVER_NAME="localhost")
    answer = browser.get("/single-sign-on/state/login/callback/", {"code": "a code", "state": "made up"})
    assert answer.status_code == 403
    assert browser.get("/d/1/").status_code == 302
    assert not issuer.asked


def test_a_provider_that_does_not_answer_is_told_in_a_page_of_ours(world: World) -> None:
    turn_to(world.url, single_sign_on=SingleSignOn("State login", "http://127.0.0.1:9", CLIENT, SECRET))
    try:
        answer = Client(SERVER_NAME="localhost").post(LOGIN)
        assert answer.status_code == 503
        assert "does not answer" in words(answer.text)
    finally:
        turn_to(world.url)
