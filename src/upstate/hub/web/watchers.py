"""Who may read the metrics: whoever shows the token, or, where none is set, who asks on this machine itself."""

from __future__ import annotations

import ipaddress
import secrets

from django.conf import settings
from django.http import HttpRequest

# a web server in front speaks for others, and may well run on this machine
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def may_watch(request: HttpRequest) -> bool:
    """Whether this request may read the metrics."""
    token: str = settings.UPSTATE_METRICS_TOKEN
    if token:
        kind, _, shown = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and secrets.compare_digest(shown.strip().encode(), token.encode())
    return not any(name in request.headers for name in _FORWARDED) and _is_here(request.META.get("REMOTE_ADDR", ""))


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
