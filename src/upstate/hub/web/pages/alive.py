"""Whether this process can answer: for balancers, and for `upstate hub up`."""

from __future__ import annotations

from django.db import connection as control
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from upstate.hub.postgres import database_errors


@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """200 where the state's database answers; the error's own page (503) where it does not."""
    with database_errors(), control.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")
