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
from upstate.hub.web.years import years_of

View = Callable[..., HttpResponseBase]


def needs(right: str | None, *, where: Literal["district", "state", "anywhere"] = "district") -> Callable[[View], View]:
    """Let only those in who hold a right: in the district of the address, for the state, or in any district at all.

    The view of a district is called with the District in place of its id, and finds it and the school year on the
    request. Who is signed out is sent to sign in; another district is not there (404); a right one lacks is a 403.
    None asks only that someone is signed in.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return _to_sign_in(request)
            if right is None:
                return view(request, *args, **values)
            if where == "district":
                values["district"] = _enter(request, person, values["district"])
                allowed = may(person, right, values["district"].id)
            else:
                allowed = may(person, right, None) if where == "state" else may_anywhere(person, right)
            if not allowed:
                raise PermissionDenied(right)
            return view(request, *args, **values)

        guarded.upstate_right = right  # type: ignore[attr-defined]
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


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page, and back to where one was: after a form, to the page that it stood on."""
    sent = request.method not in ("GET", "HEAD")
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
