"""Personal tokens: shown once, kept as a hash, ended by time or by hand, counted, and noted in the audit list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.utils import timezone
from tests.api.conftest import Caller, line_of
from tests.web.conftest import World
from tests.web.page_text import faults, words

Browser = Callable[[str], Client]


def person(name: str) -> Any:
    from upstate.hub.models import Person

    return Person.objects.get(name=name.title())


def made_on_the_page(browser: Client) -> str:
    """A token, as its owner copies it from the page."""
    answer = browser.post("/tokens/make/", {"name": "nightly resync", "days": 30})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    assert faults(answer.text) == []
    found = re.search(r'id="made-token"[^>]* value="([^"]+)"', answer.text)
    assert found is not None
    return found.group(1)


def test_a_token_made_on_the_page_lets_a_script_in_and_is_never_shown_again(world: World, as_person: Browser) -> None:
    dana = as_person("dana")
    secret = made_on_the_page(dana)
    assert [each["name"] for each in Caller(secret).get("/districts")["districts"]] == ["Lakeside"]
    again = dana.get("/tokens/").text
    assert secret not in again
    assert secret[:12] in again
    assert "nightly resync" in words(again)


def test_the_database_never_holds_a_token_itself(world: World, as_person: Browser) -> None:
    secret = made_on_the_page(as_person("dana"))
    Caller(secret).get("/districts")
    with psycopg.connect(world.url) as connection:
        tables = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        assert "hub_token" in tables
        for table in tables:
            held = connection.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" AS t'.encode()).fetchone()
            assert secret not in ((held or ("",))[0] or ""), table


def test_a_revoked_token_is_refused_at_once_and_only_its_owner_can_revoke_it(world: World, as_person: Browser) -> None:
    from upstate.hub.models import Token

    secret = made_on_the_page(as_person("dana"))
    address = f"/tokens/{Token.objects.get().id}/revoke/"
    assert as_person("sam").post(address).status_code == 404
    assert Caller(secret).get("/districts")
    dana = as_person("dana")
    assert dana.post(address).status_code == 302
    assert "revoked" in words(dana.get("/tokens/").text)
    line_of(Caller(secret).call("get", "/districts"), 401)
    assert dana.post(address).status_code == 404


def test_an_expired_token_and_one_of_someone_who_is_not_active_any_more_are_refused(world: World) -> None:
    from upstate.hub.models import Person, Token
    from upstate.hub.tokens import make_token

    old, left = make_token(person("dana"), "old", 1), make_token(person("olive"), "left", 1)
    Token.objects.filter(name="old").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Caller(left.secret).get("/districts")
    Person.objects.filter(name="Olive").update(is_active=False)
    for secret in (old.secret, left.secret):
        answer = Caller(secret).call("get", "/districts")
        line_of(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic ZGFuYTpkYW5h", "Bearer x\u00e9", "Bearer " + "x" * 9000]
)
def test_whatever_is_no_token_is_a_401_in_one_line(header: str, world: World) -> None:
    answer = Client(SERVER_NAME="localhost", headers={"Authorization": header}).get("/api/v1/districts")
    line_of(answer, 401)


def test_a_role_that_is_taken_away_is_gone_from_the_token_too(world: World, caller: Callable[[str], Caller]) -> None:
    from upstate.hub.models import Grant

    dana = caller("dana")
    assert dana.get("/districts")["districts"]
    Grant.objects.filter(person=person("dana")).delete()
    assert dana.get("/districts")["districts"] == []
    dana.refused(404, f"/districts/{world.lakeside}/status")


def test_making_and_revoking_are_in_the_audit_list_without_the_token(world: World, as_person: Browser) -> None:
    from upstate.hub.models import AuditEntry, Token

    secret = made_on_the_page(as_person("dana"))
    as_person("dana").post(f"/tokens/{Token.objects.get().id}/revoke/")
    entries = list(AuditEntry.objects.filter(action__contains="token").order_by("id"))
    assert [(entry.action, entry.district_id) for entry in entries] == [
        ("made a token", world.lakeside),
        ("revoked a token", world.lakeside),
    ]
    assert all("nightly resync" in entry.subject and secret not in entry.subject for entry in entries)


def test_wrong_tokens_are_slowed_down_and_right_ones_from_there_are_not(
    world: World, caller: Callable[[str], Caller]
) -> None:
    wrong = Caller("upstate_" + "x" * 43)
    statuses = [wrong.call("get", "/districts").status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    answer = wrong.call("get", "/districts")
    line_of(answer, 429)
    assert int(answer.headers["Retry-After"]) == 900
    assert caller("dana").get("/districts")
    # nor does it lock anyone out of the pages
    from upstate.hub.throttling import may_try

    assert may_try("dana@lakeside.example", "127.0.0.1")


def test_a_token_is_good_for_so_many_requests_a_minute(world: World, caller: Callable[[str], Caller]) -> None:
    from upstate.hub.models import Token
    from upstate.hub.tokens import MOST_A_MINUTE

    dana = caller("dana")
    dana.get("/districts")
    Token.objects.update(requests=MOST_A_MINUTE)
    answer = dana.call("get", "/districts")
    line_of(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    Token.objects.update(counted_from=timezone.now() - timedelta(minutes=1))
    assert dana.get("/districts")
    assert Token.objects.get().requests == 1


def test_a_form_that_makes_no_sense_makes_no_token(world: World, as_person: Browser) -> None:
    from upstate.hub.models import Token

    dana = as_person("dana")
    for form in ({"name": "", "days": 30}, {"name": "x", "days": 100_000}, {"name": "   ", "days": 30}, {}):
        answer = dana.post("/tokens/make/", form)
        assert answer.status_code == 400
        assert faults(answer.text) == []
    assert Token.objects.count() == 0


def test_there_is_an_end_to_the_tokens_of_one_person(world: World, as_person: Browser) -> None:
    from upstate.hub.models import Token
    from upstate.hub.tokens import MOST_IN_FORCE, make_token

    for number in range(MOST_IN_FORCE):
        make_token(person("dana"), f"token {number}", 30)
    answer = as_person("dana").post("/tokens/make/", {"name": "one more", "days": 30})
    assert answer.status_code == 400
    assert "Revoke one" in words(answer.text)
    assert Token.objects.count() == MOST_IN_FORCE
