"""How the API answers: JSON that keeps moments whole, and one shape for everything that goes wrong."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer

from upstate.errors import DatabaseError, UpstateError
from upstate.hub.api.bearer import TooOftenError, UnknownTokenError

_NO_TOKEN = "This needs a token: send it as Authorization: Bearer. Make one on the page My tokens."  # noqa: S105
_UNKNOWN = "This token is unknown, expired or revoked. Make a new one on the page My tokens."
_CHALLENGE = {"WWW-Authenticate": "Bearer"}

_log = logging.getLogger(__name__)


class Json(BaseRenderer):
    """JSON with moments as ISO 8601, to the microsecond."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        """The text of an answer."""
        return _text(data)


def said(status: int, line: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer that is one line about what went wrong."""
    body = _text({"error": " ".join(line.split())})
    return HttpResponse(body, "application/json; charset=utf-8", status, headers={**_NOT_KEPT, **(headers or {})})


def answer_errors(api: NinjaAPI) -> None:
    """Let every error of an operation become one line."""
    handlers: tuple[tuple[type[Exception], Callable[..., HttpResponse]], ...] = (
        (UpstateError, _ours),
        (AuthenticationError, lambda *_: said(401, _NO_TOKEN, _CHALLENGE)),
        (UnknownTokenError, lambda *_: said(401, _UNKNOWN, _CHALLENGE)),
        (TooOftenError, _too_often),
        (PermissionDenied, lambda _, error: said(403, str(error))),
        (Http404, lambda _, error: said(404, str(error))),
        (SuspiciousOperation, lambda _, error: said(400, str(error))),
        (ValidationError, _invalid),
        (HttpError, lambda _, error: said(error.status_code, str(error))),
        (Exception, _broken),
    )
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


_NOT_KEPT = {"Cache-Control": "no-store"}


def _ours(_: HttpRequest, error: UpstateError) -> HttpResponse:
    return said(503 if isinstance(error, DatabaseError) else 400, error.message)


def _too_often(_: HttpRequest, error: TooOftenError) -> HttpResponse:
    return said(429, str(error), {"Retry-After": str(math.ceil(error.wait))})


def _invalid(_: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = [str(part) for part in first["loc"] if part not in ("body", "query", "path", "wanted", "chosen")]
    place = ".".join(where) or "the body"
    return said(400, f"{place}: {first['msg']}.")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("%s %s", request.method, request.path, exc_info=error)
    return said(500, "The hub met an error of its own. Its log says more.")


def _text(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, default=_plain).encode("utf-8", "backslashreplace")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
