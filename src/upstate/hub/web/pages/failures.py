"""The pages for what went wrong: in the look of the others, one line that says what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from upstate.hub.web.kept_form import FIELD, KeptForm, is_from_here


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: what was sent cannot be understood."""
    says = "What was sent is not what this page sends. Go back, reload the page and try again."
    return failure(request, 400, "This cannot be understood", says)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403: a form without its secret, as after signing in in another window; one of ours is kept where it can be."""
    kept = _kept(request) if is_from_here(request) else None
    says = "You signed in or out since this page was opened, so nothing was done."
    if kept is None:
        return failure(request, 403, "This form is too old", f"{says} Reload the page and send it again.")
    return render(request, "hub/kept.html", {"kept": kept, "says": says}, status=403)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: a right is missing."""
    says = (
        "Your roles do not include the right to do this. Ask an administrator of your district or of the state for it."
    )
    return failure(request, 403, "You may not do this", says)


def not_there(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: there is no such page, or none for this person."""
    return failure(request, 404, "There is no such page", "Check the address, or start from the first page.")


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """500: our own fault. Drawn without the frame, which might be what broke."""
    return HttpResponse(render_to_string("hub/broken.html"), status=500)


def failure(request: HttpRequest, status: int, title: str, says: str) -> HttpResponse:
    """A page with a heading and one line; also for a view that cannot go on."""
    return render(request, "hub/failure.html", {"title": title, "message": says}, status=status)


def _kept(request: HttpRequest) -> KeptForm | None:
    """The form that a page of ours sent, or that the sign-in page kept; None where it cannot be shown again."""
    if request.resolver_match and getattr(request.resolver_match.func, "upstate_keeps", False):
        return KeptForm.of(request)
    return KeptForm.read(request.POST.get(FIELD, ""))
