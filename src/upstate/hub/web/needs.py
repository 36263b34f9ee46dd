"""The one gate before a view: who is it, may they, in which district, for which school year."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from upstate.hub.models import District, Person
from upstate.hub.rights import belongs, may, may_anywhere
from upstate.hub.web.kept_form import KeptForm, is_shown_again, lost_a_file
from upstate.hub.web.pages.account import ask_who
from upstate.hub.web.years import years_of

View = Callable[..., HttpResponseBase]


_BACK = "You were signed out, so nothing was done. What you wrote is back: look it over and send it."
_BACK_WITHOUT_FILE = (
    "You were signed out, so nothing was done. What you wrote is back, but the file you chose is not: choose it again, "
    "look it over and send it."
)


def needs(
    right: str | None, *, where: Literal["district", "state", "anywhere"] = "district", again: View | None = None
) -> Callable[[View], View]:
    """Let only those in who hold a right: in the district of the address, for the state, or in any district at all.

    The view of a district is called with the District in place of its id, and finds it and the school year on the
    request. Who is signed out is sent to sign in; another district is not there (404); a right one lacks is a 403.
    None asks only that someone is signed in.

    `again` draws the page of a form filled in with what was sent, and does nothing: a form of which whoever sent it was
    signed out in the middle is kept, and comes back by it once they have signed in.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return _to_sign_in(request, keep=again is not None)
            if where == "district" and right is not None:
                values["district"] = _enter(request, person, values["district"])
                allowed = may(person, right, values["district"].id)
            elif right is not None:
                allowed = may(person, right, None) if where == "state" else may_anywhere(person, right)
            else:
                allowed = True
            if not allowed:
                raise PermissionDenied(right)
            if again is not None and is_shown_again(request):
                messages.warning(request, _BACK_WITHOUT_FILE if lost_a_file(request) else _BACK)
                return again(request, *args, **values)
            return view(request, *args, **values)

        guarded.upstate_right = right  # type: ignore[attr-defined]
        guarded.upstate_keeps = again is not None  # type: ignore[attr-defined]
        return guarded

    return gate


def _enter(request: HttpRequest, person: Person, number: int) -> District:
    """The district of an address, for those who belong there; it and its year are noted on the request."""
    if not belongs(person, number):
        raise Http404("There is no such district.")
    district = District.objects.select_related("zone").filter(id=number, zone__isnull=False).first()
    if district is None:
        raise Http404("There is no such district.")
    asked = request.GET.get("year") or str(district.zone.school_year)
    years = {str(offered.year): offered.year for offered in years_of(district.zone)}
    if asked not in years:
        raise Http404(f"{district.name} has no such school year.")
    request.district, request.year = district, years[asked]  # type: ignore[attr-defined]
    return district


def _to_sign_in(request: HttpRequest, *, keep: bool) -> HttpResponseBase:
    """To the sign-in page, and back to where one was: after a form, to the page that it stood on.

    A form that is to be kept stays in the page that asks who one is.
    """
    sent = request.method not in ("GET", "HEAD")
    if keep and request.method == "POST":
        return ask_who(request, KeptForm.of(request), _same_page(request))
    if sent:
        messages.warning(request, "You were signed out, so nothing was done. Sign in and do it again.")
    live = request.headers.get("HX-Request") == "true"
    page = _same_page(request) if sent or live else request.get_full_path()
    answer = redirect_to_login(page, resolve_url("sign_in"))
    return HttpResponse(status=401, headers={"HX-Redirect": answer.url}) if live else answer


def _same_page(request: HttpRequest) -> str:
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return resolve_url("home")
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")
