"""Reads a request's body, no further than its limit: what is larger is refused before a byte of it is read."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from upstate.hub.agent_door.refusing import RefusedError
from upstate.wire.arriving import MOST_PAYLOAD

_MOST_JSON = 1 << 20
_MOST_NUMBER = 2**63 - 1


def payload(request: HttpRequest) -> bytes:
    """The bytes of the body; RefusedError where they are too many, or fewer than was said."""
    return _read(request, MOST_PAYLOAD)


def message(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body; RefusedError where it is none."""
    try:
        said = json.loads(_read(request, _MOST_JSON) or b"{}")
    except (ValueError, RecursionError) as error:
        raise RefusedError("wrong", "The body is not JSON.") from error
    if not isinstance(said, dict):
        raise RefusedError("wrong", "The body is not a JSON object.")
    return said


def number(said: Any, name: str, *, least: int = 0, most: int = _MOST_NUMBER) -> int:
    """A whole number that came as JSON or as text of a query."""
    if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) <= len(str(_MOST_NUMBER)):
        said = int(said)
    if type(said) is not int or not least <= said <= most:
        raise RefusedError("wrong", f"{name} must be a whole number from {least} to {most}.")
    return int(said)


def _read(request: HttpRequest, most: int) -> bytes:
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not (told.isascii() and told.isdigit() and len(told) < len(str(_MOST_NUMBER))):
        raise RefusedError("wrong", "Content-Length cannot be read.")
    if int(told) > most:
        raise RefusedError("large", f"The body has {int(told)} bytes; {most} is the most.")
    try:
        read = request.read(int(told))
    except OSError as error:
        raise RefusedError("damaged", "The body was cut off on its way; send it again.") from error
    if len(read) != int(told):
        raise RefusedError("damaged", "The body was cut off on its way; send it again.")
    return bytes(read)
