"""Going to the provider of single sign-on, and coming back from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponseBase
from requests import RequestException

from upstate.hub.web.pages.failures import failure

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


login = _if_it_answers(views.login)
callback = _if_it_answers(views.callback)
