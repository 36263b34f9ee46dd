"""How the door says no: one line, one word for the agent's program, one status; nothing was done."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse

from upstate.errors import DatabaseError, FencedError, UpstateError, WireError
from upstate.wire.protocol import Refusal

_STATUS: Mapping[Refusal, int] = {
    "key": 401,
    "absent": 404,
    "fenced": 409,
    "catalog": 409,
    "damaged": 400,
    "wire": 422,
    "large": 413,
    "busy": 429,
    "often": 429,
    "away": 503,
    "wrong": 400,
}
_AWAY_SECONDS = 2.0
_log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


class RefusedError(Exception):
    """What is asked for is not done: `word` tells the program why, the message a person; `wait` when to come again."""

    def __init__(self, word: Refusal, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.word = word
        self.wait = wait


def answers(view: View) -> View:
    """Whatever goes wrong in a view becomes an answer of one line."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        try:
            return view(request, *args, **values)
        except RefusedError as error:
            return refused(error.word, str(error), error.wait)
        except FencedError as error:
            return refused("fenced", error.message)
        except WireError as error:
            return refused("wire", error.message)
        except DatabaseError as error:
            return refused("away", error.message, _AWAY_SECONDS)
        except UpstateError as error:
            return refused("wrong", error.message)
        except (SuspiciousOperation, UnicodeDecodeError):
            return refused("wrong", "The request cannot be read.")
        except Exception:  # noqa: BLE001 - an agent is told in its own form, whatever went wrong
            _log.exception("%s %s", request.method, request.path)
            return said({"error": "The hub met an error of its own. Its log says more.", "why": "away"}, 500)

    return answered


def refused(word: Refusal, message: str, wait: float | None = None) -> HttpResponse:
    """The answer that is a refusal."""
    answer = said({"error": " ".join(message.split()), "why": word}, _STATUS[word])
    if wait is not None:
        answer.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    if word == "key":
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def said(body: dict[str, Any], status: int = 200) -> HttpResponse:
    """An answer in JSON that nobody on its way keeps."""
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
