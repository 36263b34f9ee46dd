"""The pages for what went wrong: in the look of the others, one line that says what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be understood."""
    return _say(
        request,
        400,
        "This cannot be understood",
        "What was sent is not what this page sends. Go back, reload the page and try again.",
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its secret, as after signing out in another window."""
    return _say(
        request,
        403,
        "This form is too old",
        "You signed in or out since this page was opened, so nothing was done. Reload the page and send the form again.",
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a right is missing."""
    return _say(
        request,
        403,
        "You may not do this",
        "Your roles do not include the right for this page. Ask an administrator of your district or of the state for it.",
    )


def not_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is no such page, or none for this person."""
    return _say(request, 404, "There is no such page", "Check the address, or start from the first page.")


def broken(request: HttpRequest) -> HttpResponse:
    """500: our own fault."""
    return render(request, "hub/broken.html", status=500)


def _say(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    return render(request, "hub/failure.html", {"title": title, "message": message}, status=status)
