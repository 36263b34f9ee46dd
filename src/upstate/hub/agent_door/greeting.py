"""An agent comes in: with a code for its first key, to say hello, for the catalog, for another key."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.db import connection as control
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from upstate.errors import ConfigError
from upstate.hub.agent_door.bodies import message
from upstate.hub.agent_door.catalog_at_hand import catalog_at_hand
from upstate.hub.agent_door.keys import exchange_code, rotate_key
from upstate.hub.agent_door.refusing import RefusedError, answers, said
from upstate.hub.agent_door.visiting import Visitor, for_agents, slow_down_guessing
from upstate.hub.agents import note_seen
from upstate.hub.models import District
from upstate.hub.postgres import database_errors, statement
from upstate.hub.throttling import note_failure
from upstate.wire.arriving import MOST_PAYLOAD, MOST_RECORDS
from upstate.wire.protocol import heartbeat_of

_WRONG_CODE = "This code is wrong, was used, or is older than half an hour. Make a new one on the hub's Agents page."


@csrf_exempt
@answers
@require_POST
def enroll(request: HttpRequest) -> HttpResponse:
    """A key for a code: shown this once."""
    place = slow_down_guessing(request)
    sent = message(request)
    made = exchange_code(_text(sent, "code"), _text(sent, "place"))
    if made is None:
        note_failure(place, place)
        raise RefusedError("key", _WRONG_CODE)
    secret, district = made
    return said({"key": secret, "district": district.name})


@for_agents("POST")
def hello(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Who the agent is for, and what time it is at the hub. `fresh`: what it held before is read by nobody any more."""
    sent = message(request)
    note_seen([visitor.district], _text(sent, "place"), _text(sent, "version"))
    if sent.get("fresh") is True:
        _release(visitor)
    district = District.objects.select_related("zone", "source").get(pk=visitor.district)
    return said(
        {
            "district": district.name,
            "school_year": district.zone.school_year,
            "edition": district.zone.edition,
            "remote": not district.source.url,
            "version": version("upstate"),
            "time": timezone.now().isoformat(),
            "catalog": catalog_at_hand().stamp,
            "heartbeat_seconds": heartbeat_of(settings.UPSTATE_LEASE_SECONDS),
            "most_bytes": MOST_PAYLOAD,
            "most_records": MOST_RECORDS,
        }
    )


@for_agents("GET")
def catalog(_: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001
    """The catalog in force."""
    at_hand = catalog_at_hand()
    return HttpResponse(at_hand.sent, "application/json", headers={"Cache-Control": "no-store"})


@for_agents("POST")
def rotate(_: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Another key in place of the one that was shown."""
    return said({"key": rotate_key(visitor.key)})


@csrf_exempt
def nothing_there(_: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001
    """No such request in this version of the protocol."""
    line = "The hub does not know this request. Its version may be older than the agent's: update the hub first."
    return said({"error": line, "why": "wrong"}, 404)


@database_errors()
def _release(visitor: Visitor) -> None:
    with control.cursor() as cursor:
        cursor.execute(statement("release_reader").decode(), {"reader": visitor.key})


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise ConfigError(f"{name} must be a text.")
    return " ".join(value.encode("utf-8", "replace").decode().split())[:200]
