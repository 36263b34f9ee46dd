"""The one gate of the agent's door: whose agent comes, by its key; nothing of the body is read before that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from upstate.hub.agent_door.keys import MOST_A_MINUTE, use_key
from upstate.hub.agent_door.refusing import RefusedError, answers
from upstate.hub.throttling import may_try, note_failure
from upstate.hub.web.signing_in import address_of

_NO_KEY = "This needs an agent's key. Connect the agent with a code from the hub's Agents page: upstate agent init."
_WRONG_KEY = "This key is unknown or revoked. Connect the agent anew with a code from the hub's Agents page."


@dataclass(frozen=True, slots=True)
class Visitor:
    """An agent that has shown a key in force: the key's id, and the district whose agent it is."""

    key: int
    district: int


Visit = Callable[..., HttpResponse]


def for_agents(method: str) -> Callable[[Visit], Visit]:
    """Let only agents in who show a key; the view is called with the request, the Visitor, and the address's parts."""

    def gate(view: Visit) -> Visit:
        @csrf_exempt
        @answers
        @require_http_methods([method])
        @wraps(view)
        def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
            return view(request, _visitor(request), **parts)

        return guarded

    return gate


def slow_down_guessing(request: HttpRequest) -> str:
    """The place that this request is counted for if it fails; RefusedError where too many came from there."""
    place = f"agents from {address_of(request)}"
    if not may_try(place, place):
        line = "Too many wrong keys or codes came from this address. Wait a quarter of an hour."
        raise RefusedError("often", line, 900)
    return place


def _visitor(request: HttpRequest) -> Visitor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        raise RefusedError("key", _NO_KEY)
    used = use_key(secret.strip())
    if used is None:
        # apart from attempts to sign in, and from those with a right key: an agent gone wrong must lock nobody out
        place = slow_down_guessing(request)
        note_failure(place, place)
        raise RefusedError("key", _WRONG_KEY)
    if used.seconds_to_wait:
        line = f"A district may ask {MOST_A_MINUTE} times a minute, with all its keys together."
        raise RefusedError("often", line, used.seconds_to_wait)
    return Visitor(used.id, used.district)
