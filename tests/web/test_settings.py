"""What the web settings promise: secure over https, usable over http on this machine, wrong ones told in one line."""

from __future__ import annotations

import logging
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from tests.web.conftest import KEY, World, turn_to

from upstate.cli.settings import Settings
from upstate.cli.web_settings import read_web_settings
from upstate.errors import ConfigError
from upstate.hub.web.configuration import SingleSignOn, WebConfiguration


def test_the_deployment_checks_have_nothing_against_a_hub_on_https(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_to(world.url, address="https://upstate.example.gov", secret_key="7hX" * 30 + "abcdefghijkl")
    try:
        with monkeypatch.context() as meanwhile:
            meanwhile.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)  # left by the browser of another test
            call_command("check", deploy=True, fail_level="WARNING", stdout=StringIO(), stderr=StringIO())
        assert (settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE) == (True, True)
    finally:
        turn_to(world.url)


def test_over_https_plain_http_is_sent_on_and_told_to_stay_away(world: World) -> None:
    turn_to(world.url, address="https://upstate.example.gov")
    try:
        browser = Client(SERVER_NAME="upstate.example.gov")
        assert browser.get("/sign-in/").headers["Location"] == "https://upstate.example.gov/sign-in/"
        secure = browser.get("/sign-in/", secure=True)
        assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert secure.cookies["upstate_csrf"]["secure"]
        assert secure.cookies["upstate_csrf"]["httponly"]
    finally:
        turn_to(world.url)


def test_a_demo_on_this_machine_works_without_https(world: World) -> None:
    answer = Client(SERVER_NAME="127.0.0.1").get("/sign-in/")
    assert answer.status_code == 200
    assert not answer.cookies["upstate_csrf"]["secure"]
    assert "Strict-Transport-Security" not in answer.headers


def test_a_host_that_is_not_ours_is_refused(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL, logger="django"):
        assert Client(SERVER_NAME="elsewhere.example").get("/sign-in/").status_code == 400


def test_the_address_of_a_visitor_is_believed_only_from_a_proxy_of_ours(world: World) -> None:
    from upstate.hub.models import SignInAttempt

    form = {"email": "dana@lakeside.example", "password": "wrong"}
    headers = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    for behind in (False, True):
        turn_to(world.url, behind_proxy=behind)
        Client(SERVER_NAME="localhost").post("/sign-in/", form, headers=headers, REMOTE_ADDR="192.0.2.1")
    turn_to(world.url)
    seen = list(SignInAttempt.objects.order_by("id").values_list("address", flat=True))
    assert seen == ["192.0.2.1", "203.0.113.7"]


def test_static_files_are_served_as_they_lie_and_may_be_kept_for_a_year(world: World) -> None:
    from django.templatetags.static import static

    answer = Client(SERVER_NAME="localhost").get(static("hub/upstate.css"))
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert b"".join(answer).startswith(b"/* Upstate")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"UPSTATE_MAIL_URL": "mail.example.gov"}, "UPSTATE_MAIL_URL cannot be read"),
        ({"UPSTATE_MAIL_URL": "smtp://u:p@mail.example.gov:many"}, "UPSTATE_MAIL_URL cannot be read"),
        ({"UPSTATE_MAIL_URL": "smtp://mail.example.gov"}, "UPSTATE_MAIL_FROM"),
        ({"UPSTATE_OIDC_ISSUER": "https://login.example.gov"}, "UPSTATE_OIDC_CLIENT"),
        ({"UPSTATE_ADDRESS": "upstate.example.gov"}, "address is wrong"),
        ({"UPSTATE_ADDRESS": "https://example.gov/upstate"}, "address is wrong"),
        ({"UPSTATE_SECRET_KEY": "short"}, "at least 50"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_in_one_line(
    environment: dict[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=told):
        read_web_settings(Settings(tmp_path, None), environment).settings()


def test_a_home_makes_its_own_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    first, second = (read_web_settings(Settings(tmp_path, None), {}) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) > 80
    assert [(file.name, oct(file.stat().st_mode & 0o777)) for file in (tmp_path / "hub").iterdir()] == [
        ("secret-key", "0o600")
    ]


def test_everything_that_can_be_set_arrives(tmp_path: Path) -> None:
    environment = {
        "UPSTATE_ADDRESS": "https://upstate.example.gov/",
        "UPSTATE_SECRET_KEY": KEY,
        "UPSTATE_BEHIND_PROXY": "1",
        "UPSTATE_MAIL_URL": "smtp://us%40er:p%3Ass@mail.example.gov:2525",
        "UPSTATE_MAIL_FROM": "upstate@example.gov",
        "UPSTATE_OIDC_ISSUER": "https://login.example.gov/realm",
        "UPSTATE_OIDC_CLIENT": "upstate",
        "UPSTATE_OIDC_SECRET": "s",
        "UPSTATE_OIDC_NAME": "State login",
    }
    made = read_web_settings(Settings(tmp_path, None), environment)
    values = made.settings()
    assert values["UPSTATE_ADDRESS"] == "https://upstate.example.gov"
    assert values["ALLOWED_HOSTS"] == ["upstate.example.gov"]
    assert (values["EMAIL_HOST_USER"], values["EMAIL_HOST_PASSWORD"], values["EMAIL_PORT"]) == ("us@er", "p:ss", 2525)
    assert "form-action 'self' https://login.example.gov;" in values["UPSTATE_CONTENT_SECURITY_POLICY"]
    assert isinstance(made, WebConfiguration)
    assert made.single_sign_on == SingleSignOn("State login", "https://login.example.gov/realm", "upstate", "s")
