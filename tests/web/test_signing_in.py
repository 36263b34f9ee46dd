"""Signing in and out, forgotten passwords, and what slows guessing down."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from tests.web.conftest import World
from tests.web.page_text import words

ADDRESS = "203.0.113.7"
PASSWORD = "correct horse battery"


@pytest.fixture
def browser(world: World) -> Client:
    from upstate.hub.models import Person

    for person in Person.objects.all():
        person.set_password(PASSWORD)
        person.save()
    return Client(SERVER_NAME="localhost", enforce_csrf_checks=False)


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> int:
    return browser.post("/sign-in/", {"email": email, "password": password}, REMOTE_ADDR=ADDRESS).status_code


def test_the_right_password_leads_to_ones_own_district(browser: Client) -> None:
    answer = browser.post("/sign-in/", {"email": "Dana@Lakeside.example ", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1] == ("/d/1/", 302)
    assert "Dana" in words(answer.text)


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(browser: Client) -> None:
    wrong = browser.post("/sign-in/", {"email": "dana@lakeside.example", "password": "wrong"})
    unknown = browser.post("/sign-in/", {"email": "nobody@lakeside.example", "password": "wrong"})
    said = [words(answer.text) for answer in (wrong, unknown)]
    assert "do not belong together" in said[0]
    assert said[0] == said[1]


def test_after_five_failures_an_account_is_not_listened_to_even_with_the_right_password(browser: Client) -> None:
    assert [sign_in(browser, "dana@lakeside.example", "wrong") for _ in range(5)] == [200] * 5
    assert sign_in(browser, "DANA@lakeside.example") == 429
    assert sign_in(browser, "rhea@lakeside.example") == 302


def test_an_address_that_tries_many_accounts_is_not_listened_to_either(browser: Client) -> None:
    from upstate.hub.throttling import MOST_OF_ADDRESS, note_failure

    for number in range(MOST_OF_ADDRESS):
        note_failure(f"someone{number}@lakeside.example", ADDRESS)
    assert sign_in(browser, "dana@lakeside.example") == 429


def test_old_failures_do_not_count_and_a_success_forgets_the_others(browser: Client) -> None:
    from django.db.models.functions import Now

    from upstate.hub.models import SignInAttempt
    from upstate.hub.throttling import WINDOW

    for _ in range(5):
        sign_in(browser, "dana@lakeside.example", "wrong")
    SignInAttempt.objects.update(at=Now() - WINDOW)
    assert sign_in(browser, "dana@lakeside.example") == 302
    assert not SignInAttempt.objects.exists()


def test_signing_in_never_leads_to_another_site(browser: Client) -> None:
    answer = browser.post(
        "/sign-in/?next=https://elsewhere.example/",
        {"email": "dana@lakeside.example", "password": PASSWORD, "next": "//elsewhere.example/"},
    )
    assert answer.headers["Location"] == "/"


def test_who_is_no_longer_active_is_signed_out_at_once(browser: Client) -> None:
    from upstate.hub.models import Person

    sign_in(browser, "dana@lakeside.example")
    Person.objects.filter(name="Dana").update(is_active=False)
    assert browser.get("/d/1/").status_code == 302
    assert sign_in(browser, "dana@lakeside.example") == 200


def test_a_form_without_its_secret_is_refused(world: World) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.post("/sign-in/", {"email": "dana@lakeside.example", "password": PASSWORD}).status_code == 403


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_a_forgotten_password_is_set_anew_through_a_mail_whose_link_works_once(browser: Client) -> None:
    mail.outbox = []
    answer = browser.post("/password/forgotten/", {"email": "dana@lakeside.example"})
    assert "on its way" in words(answer.text)
    (letter,) = mail.outbox
    assert letter.to == ["dana@lakeside.example"]
    link = re.search(r"http://localhost(/password/\S+)", str(letter.body))
    assert link is not None
    assert "too common" in words(browser.post(link[1], {"password": "password1234"}).text)
    for _ in range(5):
        sign_in(browser, "dana@lakeside.example", "wrong")
    assert browser.post(link[1], {"password": "another good one 5"}).status_code == 302
    assert browser.get(link[1]).status_code == 404
    assert sign_in(browser, "dana@lakeside.example", "another good one 5") == 302


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_asking_for_a_mail_tells_nobody_who_may_sign_in_and_cannot_be_asked_for_ever(browser: Client) -> None:
    mail.outbox = []
    known, unknown = (
        browser.post("/password/forgotten/", {"email": f"{who}@lakeside.example"}).text.replace(who, "")
        for who in ("dana", "nobody")
    )
    assert words(known) == words(unknown)
    assert len(mail.outbox) == 1
    for _ in range(4):
        browser.post("/password/forgotten/", {"email": "dana@lakeside.example"})
    assert browser.post("/password/forgotten/", {"email": "dana@lakeside.example"}).status_code == 429
    assert len(mail.outbox) == 5


def test_an_expired_session_in_the_middle_of_a_form_says_that_nothing_was_done(
    world: World, as_person: Callable[[str], Client]
) -> None:
    out = as_person("out")
    answer = out.post("/d/1/", {}, headers={"Referer": "http://localhost/d/1/?year=2023"}, follow=True)
    assert answer.redirect_chain == [("/sign-in/?next=/d/1/%3Fyear%3D2023", 302)]
    assert "nothing was done" in words(answer.text)


def test_a_live_part_of_a_page_takes_the_reader_to_the_sign_in_page(
    world: World, as_person: Callable[[str], Client]
) -> None:
    headers = {"HX-Request": "true", "Referer": "http://localhost/d/1/"}
    answer = as_person("out").get("/d/1/", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in/?next=/d/1/")


def test_who_signs_in_and_out_stands_in_the_audit_list(browser: Client) -> None:
    from upstate.hub.models import AuditEntry

    sign_in(browser, "dana@lakeside.example")
    browser.post("/sign-out/")
    said = list(AuditEntry.objects.order_by("id").values_list("who", "action", "where"))
    who = "Dana (dana@lakeside.example)"
    assert said == [(who, "signed in", "Lakeside"), (who, "signed out", "Lakeside")]
