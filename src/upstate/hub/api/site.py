"""The API put together: its subjects, who may call, how it answers; /api/v1 in web/urls.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from upstate.hub.api import districts, leftovers, rejections, resyncs, selections, shapes, status, verifications
from upstate.hub.api.answering import Json, answer_errors, said
from upstate.hub.api.bearer import Bearer

PREFIX = "/api/v1/"
_SAYS = (
    "What administrators do on the pages, for scripts: plan a resync, start it, follow it, read its results, what did "
    "not land, and the history. Send a personal token, made on the page My tokens, in the header "
    '`Authorization: Bearer TOKEN`; it may what its person may. Whatever goes wrong is `{"error": "one line"}`.'
)


class Api(NinjaAPI):
    """NinjaAPI with answers that nobody keeps, and operations named by what they are."""

    def create_response(self, request: HttpRequest, data: Any, **how: Any) -> HttpResponse:
        """An answer; it may be about what only its caller may see."""
        answer = super().create_response(request, data, **how)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses of the operations; a method that one does not know is told in the API's own shape."""
        patterns, app, namespace = super().urls
        for each in patterns:
            if isinstance(each, URLPattern):
                each.callback = _one_shape(each.callback)
        return patterns, app, namespace

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        """The description, with the one answer that every operation gives when something goes wrong."""
        schema = super().get_openapi_schema(**how)
        schema["components"]["schemas"]["Problem"] = shapes.Problem.model_json_schema()
        wrong = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "What went wrong", "content": wrong}
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name: it is unique, and no module's path belongs in a reference."""
        return operation.view_func.__name__


def _one_shape(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # no cookie is looked at, so there is nothing to forge
    def answer(request: HttpRequest, **values: Any) -> HttpResponseBase:
        answer = view(request, **values)
        if isinstance(answer, HttpResponseNotAllowed):
            allowed = answer.headers["Allow"]
            return said(405, f"{request.method} is not for this address; it takes {allowed}.", {"Allow": allowed})
        return answer

    return answer


def _made() -> Api:
    made = Api(
        title="Upstate",
        version="1",
        description=_SAYS,
        urls_namespace="api",
        docs_url=None,  # the page of api/page.py takes its place: Swagger's own needs what our policy forbids
        auth=Bearer(),
        renderer=Json(),
    )
    answer_errors(made)
    for each in (districts, resyncs, status, rejections, selections, verifications, leftovers):
        made.add_router("", each.router)
    return made


api = _made()


@csrf_exempt
def nothing_there(_request: HttpRequest, rest: str) -> HttpResponse:
    """404 in the API's own shape for whatever is no operation."""
    return said(404, f"There is nothing at {PREFIX}{rest[:100]}. See {PREFIX} for what there is.")
