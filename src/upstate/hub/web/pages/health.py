"""For balancers and those who watch: whether this process answers, whether it is ready, and its metrics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from upstate.errors import DatabaseError
from upstate.hub.exposition import CONTENT_TYPE, exposed
from upstate.hub.metrics import metrics as all_metrics
from upstate.hub.readiness import not_ready
from upstate.hub.web.state import state_connection
from upstate.hub.web.watchers import may_watch

_PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers, whatever becomes of the database: starting it anew would mend nothing."""
    return HttpResponse("alive\n", content_type=_PLAIN)


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 where it can do its work, else 503 and one line that says what stands in the way."""
    line = not_ready()
    return HttpResponse(f"{line or 'ready'}\n", status=200 if line is None else 503, content_type=_PLAIN)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for this machine or whoever shows the token; to all others it is as if they were not there."""
    if not may_watch(request):
        return HttpResponse("There is nothing here.\n", status=404, content_type=_PLAIN)
    try:
        with state_connection() as connection:
            text = exposed(all_metrics(connection))
    except DatabaseError:
        return HttpResponse(f"{not_ready() or 'Try again.'}\n", status=503, content_type=_PLAIN)
    return HttpResponse(text, content_type=CONTENT_TYPE)
