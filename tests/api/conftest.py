"""The hub of the web tests, and callers: someone of the cast with a token of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import World, as_person, made_world, world

__all__ = ["as_person", "made_world", "world"]

ROOT = "/api/v1"


@dataclass(frozen=True)
class Caller:
    """Calls the API with a token, or without one ("")."""

    token: str

    def call(self, method: str, path: str, **how: Any) -> Any:
        """An answer, as Django's client gives it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        client = Client(SERVER_NAME="localhost", headers=headers, enforce_csrf_checks=True)
        return getattr(client, method)(path if path.startswith(ROOT) else ROOT + path, **how)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.call("get", path, data=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        """An answer to a POST of JSON."""
        return self.call("post", path, data=body, content_type="application/json")

    def refused(self, status: int, path: str, **query: Any) -> str:
        """The one line of a GET that must fail."""
        return line_of(self.call("get", path, data=query), status)


def line_of(answer: Any, status: int) -> str:
    """The one line of an answer that says what went wrong, in the one shape that there is for it."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert list(body) == ["error"]
    line: str = body["error"]
    assert line == " ".join(line.split())
    assert line
    return line


@pytest.fixture
def caller(world: World) -> Callable[[str], Caller]:
    """Someone of the cast with a new token; "out" for a caller without one."""

    def made(name: str) -> Caller:
        from upstate.hub.models import Person
        from upstate.hub.tokens import make_token

        if name == "out":
            return Caller("")
        return Caller(make_token(Person.objects.get(name=name.title()), "a test", 1).secret)

    return made
