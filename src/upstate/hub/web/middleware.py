"""What every answer carries, and the one place where an error of ours becomes a page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from upstate.errors import DatabaseError, UpstateError
from upstate.hub.web.pages.failures import failure

Answer = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurityPolicy:
    """Says on every answer what a browser may load: only what comes from here. Django 5.2 has no such part itself."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the policy unless it brought its own."""
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", settings.UPSTATE_CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class Probes:
    """Answers those who watch before anything else looks: by number and not by name, without https or session."""

    PATHS = ("/healthz", "/readyz", "/metrics")

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's own answer for the addresses of those who watch."""
        if request.path_info in self.PATHS:
            answer: HttpResponseBase = resolve(request.path_info).func(request)
            return answer
        return self._answer(request)


class OneLineErrors:
    """Turns an UpstateError that no view met into a page with its one line; 503 where the database is gone."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer as it is; errors come through `process_exception`."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page with the error's line, or None for what is not ours."""
        if not isinstance(error, UpstateError):
            return None
        status = 503 if isinstance(error, DatabaseError) else 400
        return failure(request, status, "This did not work", error.message)
