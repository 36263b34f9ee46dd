"""Signing in through the state's own identity provider (OpenID Connect): only people whom the hub knows come in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from upstate.hub.auditing import audit
from upstate.hub.models import Person
from upstate.hub.web.home import home_district
from upstate.hub.web.pages.failures import failure

_REFUSED = "You are not signed in"
_UNKNOWN = (
    "The provider says who you are, but nobody with that verified e-mail address may sign in here. "
    "Ask an administrator of your district or of the state to add you."
)
_FAILED = "The provider did not confirm who you are. Try again, or sign in with your password."


class NoSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody adds themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def add_message(self, *args: Any, **values: Any) -> None:
        """Nothing is said: the page that comes next tells enough."""


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Ties whoever the provider vouches for to the person with the same verified e-mail."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person. Who is not known, or not active, gets a page that says what to do."""
        person = sociallogin.user if sociallogin.is_existing else self._person(sociallogin)
        if person is None or not person.is_active:
            raise ImmediateHttpResponse(failure(request, 403, _REFUSED, _UNKNOWN))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)
        audit(person, "signed in through single sign-on", home_district(person))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never: an administrator adds people."""
        return False

    def on_authentication_error(self, request: HttpRequest, *args: Any, **values: Any) -> None:  # noqa: ARG002
        """The provider said no, or something unreadable."""
        raise ImmediateHttpResponse(failure(request, 403, _REFUSED, _FAILED))

    @staticmethod
    def _person(sociallogin: Any) -> Person | None:
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        return Person.objects.filter(email__in=[email.lower() for email in verified]).first()
