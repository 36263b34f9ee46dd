"""Who calls: a personal token in the header Authorization. Wrong ones are counted by address, right ones by minute."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer

from upstate.hub.models import Person
from upstate.hub.throttling import may_try, note_failure
from upstate.hub.tokens import MOST_A_MINUTE, use_token
from upstate.hub.web.signing_in import address_of


@dataclass(frozen=True, slots=True)
class Caller:
    """The person that a token stands for, and the name they gave the token."""

    person: Person
    token: str


class Request(HttpRequest):
    """A request of the API as its operations get it."""

    auth: Caller


class UnknownTokenError(Exception):
    """The token is not, or no longer, in force."""


class TooOftenError(Exception):
    """Too many requests: the message says what of, `wait` how many seconds to wait."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class Bearer(HttpBearer):
    """Lets in whoever shows a token in force."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The caller; UnknownTokenError or TooOftenError where there is none, or none now."""
        used = use_token(token)
        if used is None:
            # apart from the attempts to sign in: a script gone wrong must lock nobody out
            place = f"tokens from {address_of(request)}"
            if not may_try(place, place):
                raise TooOftenError("Too many wrong tokens came from this address. Wait a quarter of an hour.", 900)
            note_failure(place, place)
            raise UnknownTokenError
        if used.seconds_to_wait:
            raise TooOftenError(f"A token is good for {MOST_A_MINUTE} requests a minute.", used.seconds_to_wait)
        return Caller(used.person, used.name)
