"""My tokens: what scripts sign in with; each is shown once, when it is made."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from upstate.errors import ConfigError
from upstate.hub.models import Token
from upstate.hub.tokens import MadeToken, make_token, revoke_token
from upstate.hub.web.forms import Form
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request

_DAYS = ((30, "30 days"), (90, "90 days"), (365, "A year"))
_KEPT = 50  # rows of those that are over


class NewToken(Form):
    """A token to be made."""

    name = forms.CharField(
        label="What for", max_length=100, help_text="What will use it, such as: nightly resync on the SIS server."
    )
    days = forms.TypedChoiceField(label="In force for", choices=_DAYS, coerce=int, initial=90)


@never_cache
@require_GET
@needs(None)
def tokens(request: Request) -> HttpResponse:
    """One's own tokens, and a form for another."""
    return _page(request, NewToken())


def _again(request: Request) -> HttpResponse:
    return _page(request, NewToken(request.POST))


@never_cache
@require_POST
@needs(None, again=_again)
def tokens_make(request: Request) -> HttpResponse:
    """Make a token and show it, this once. No redirect: on its way to another page it would have to be kept."""
    form = NewToken(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        made = make_token(request.user, form.cleaned_data["name"], form.cleaned_data["days"])
    except ConfigError as error:
        form.add_error(None, error.message)
        return _page(request, form, status=400)
    return _page(request, NewToken(), made)


@require_POST
@needs(None)
def tokens_revoke(request: Request, number: int) -> HttpResponse:
    """End one of one's own tokens, at once."""
    name = revoke_token(request.user, number)
    if name is None:
        raise Http404("There is no such token.")
    messages.success(request, f"The token “{name}” is revoked. Whatever used it is refused from now on.")
    return redirect("tokens")


def _page(request: Request, form: NewToken, made: MadeToken | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = Token.objects.filter(person=request.user).order_by("-id")
    in_force = list(rows.filter(revoked_at=None, expires_at__gt=now))
    over = list(rows.exclude(id__in=[token.id for token in in_force])[:_KEPT])
    context = {"form": form, "made": made, "in_force": in_force, "over": over}
    return render(request, "hub/tokens.html", context, status=status)
