"""Going to the provider of single sign-on, and coming back from it, with the form that someone was sending."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.http import require_GET
from requests import RequestException

from upstate.hub.web.kept_form import FIELD, KeptForm
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.account import show_kept
from upstate.hub.web.pages.failures import failure
from upstate.hub.web.request import Request

View = Callable[..., HttpResponseBase]
_AWAY = "The provider does not answer. Try again in a while, or sign in with your password."


def _if_it_answers(view: View) -> View:
    @wraps(view)
    def asked(request: HttpRequest, **values: Any) -> HttpResponseBase:
        try:
            return view(request, **values)
        except RequestException:
            return failure(request, 503, "You are not signed in", _AWAY)

    return asked


def _keeping(view: View) -> View:
    @wraps(view)
    def asked(request: HttpRequest, **values: Any) -> HttpResponseBase:
        form = KeptForm.read(request.POST.get(FIELD, ""))
        if form is not None:  # the provider sends nothing of ours along, so it waits in the session meanwhile
            request.session[FIELD] = form.without_records.sealed
        return view(request, **values)

    return asked


@require_GET
@needs(None)
def kept(request: Request) -> HttpResponse:
    """The form that was kept for who came in through single sign-on; it is forgotten here by being shown once."""
    form = KeptForm.read(request.session.pop(FIELD, ""))
    return redirect("home") if form is None else show_kept(request, form, resolve_url("home"))


login = _keeping(_if_it_answers(views.login))
callback = _if_it_answers(views.callback)
