"""Connecting a district's own agent: one-time codes, and the keys that it got for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from upstate.hub.agent_door.keys import CODE_LASTS, make_code, revoke_key
from upstate.hub.models import AgentKey, District, Source
from upstate.hub.rights import may
from upstate.hub.web.needs import needs
from upstate.hub.web.request import Request

_KEPT = 20  # rows of keys that are revoked


@never_cache
@require_POST
@needs("agents.change")
def agent_code(request: Request, district: District) -> HttpResponse:
    """Make a code and show it, this once. No redirect: on its way to another page it would have to be kept."""
    context = {
        "code": make_code(request.user, district),
        "minutes": int(CODE_LASTS.total_seconds() // 60),
        "address": request.build_absolute_uri("/").rstrip("/"),
        "reads_here": Source.objects.filter(district=district).exclude(url="").exists(),
    }
    return render(request, "hub/agent_code.html", context)


@require_POST
@needs("agents.change")
def agent_revoke(request: Request, district: District, number: int) -> HttpResponse:
    """End a key at once."""
    begins = revoke_key(request.user, district, number)
    if begins is None:
        raise Http404("There is no such key.")
    messages.success(request, f"The key {begins}… is revoked. The agent that shows it is refused from now on.")
    return redirect("agent", district=district.id)


def keys_of(request: Request, district: District) -> dict[str, Any]:
    """What the page of an agent says of its keys."""
    keys = AgentKey.objects.filter(district=district).order_by("-id")
    return {
        "keys": list(keys.filter(revoked_at=None)),
        "revoked": list(keys.exclude(revoked_at=None)[:_KEPT]),
        "may_change": may(request.user, "agents.change", district.id),
    }
