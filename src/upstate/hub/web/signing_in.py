"""Signing in with a password: the check itself, where a person comes from, and the throttle around both."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from upstate.hub.models import Person
from upstate.hub.throttling import forget_failures, may_try, note_failure


class Passwords(BaseBackend):
    """Finds a person by e-mail and password; whoever is not active is not found."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002
        email: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Person | None:
        """The person, or None; an unknown e-mail takes as long as a wrong password."""
        if email is None or password is None:
            return None
        try:
            person = Person.objects.get_by_natural_key(email)
        except Person.DoesNotExist:
            Person().set_password(password)
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: int) -> Person | None:
        """The person of a session, while they are active."""
        return Person.objects.filter(pk=user_id, is_active=True).first()


def attempt(request: HttpRequest, email: str, password: str) -> Person | None:
    """One attempt to sign in: the person, or None. The caller asks `throttled` first."""
    person = Passwords().authenticate(request, email, password)
    if person is None:
        note_failure(email, address_of(request))
    else:
        forget_failures(email)
    return person


def throttled(request: HttpRequest, email: str) -> bool:
    """Whether this account, or this address, has failed too often of late to be listened to."""
    return not may_try(email, address_of(request))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the last address that the web server of ours in front adds, where there is one."""
    if settings.UPSTATE_BEHIND_PROXY and (told := request.headers.get("X-Forwarded-For", "")):
        return told.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR") or "")
