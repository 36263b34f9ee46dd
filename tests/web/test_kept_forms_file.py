"""A file is not kept with the form that it came with: whoever chose it is told so, wherever they see the form again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import faults, words
from tests.web.test_kept_forms import PASSWORD, hidden, sign_in

GONE = "The file you chose is not kept: choose it again"


@pytest.fixture
def path(world: World) -> str:
    from upstate.hub.models import Person

    dana = Person.objects.get(name="Dana")
    dana.set_password(PASSWORD)
    dana.save(update_fields=["password"])
    return f"/d/{world.lakeside}/selective/confirm/"


def test_a_file_that_came_with_a_form_is_asked_for_again_wherever_the_form_is_seen(path: str) -> None:
    browser = Client(SERVER_NAME="localhost")
    file = SimpleUploadedFile("keys.csv", b"guid\n1\n")
    asked = browser.post(path, {"object": "School", "by": "key", "records": "", "file": file})
    wrong = browser.post("/sign-in/", {**hidden(asked.text), "email": "dana@lakeside.example", "password": "wrong"})
    kept = sign_in(browser, "dana", wrong.text)
    assert [GONE in words(each.text) for each in (asked, wrong, kept)] == [True] * 3
    back = browser.post(path, hidden(kept.text))
    assert "What you wrote is back, but the file you chose is not: choose it again" in words(back.text)
    assert "The file is not kept. Choose it again." in words(back.text)
    assert "Name at least one" not in words(back.text)
    assert faults(back.text) == []


def test_of_a_form_without_a_file_no_file_is_spoken_of(path: str) -> None:
    browser = Client(SERVER_NAME="localhost")
    asked = browser.post(path, {"object": "School", "by": "key", "records": "a"})
    kept = sign_in(browser, "dana", asked.text)
    back = browser.post(path, hidden(kept.text))
    assert not any("not kept" in words(each.text) for each in (asked, kept, back))
