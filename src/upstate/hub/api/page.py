"""The reference of the API as a page of ours: Swagger's own needs inline style, which our policy forbids."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.hub.api.described import described
from upstate.hub.api.site import PREFIX, api


@require_GET
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every operation and every shape; it tells nothing of anyone's data, so anyone may read it."""
    return render(request, "hub/api.html", {"api": described(api.get_openapi_schema(path_prefix=PREFIX))})
