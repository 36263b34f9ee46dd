"""Who may call which operation, against the one written table; a new operation without a row fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import resolve, reverse
from tests.api.conftest import ROOT, Caller, line_of
from tests.web.conftest import World
from tests.web.test_access import POLICY, ROWS, WHOS

OURS = [row for row in ROWS if row.get("by") == "token"]


def test_every_operation_has_a_row_in_the_table(world: World) -> None:
    from upstate.hub.api.site import PREFIX, api

    paths = api.get_openapi_schema(path_prefix=PREFIX)["paths"]
    operations = {
        (resolve(re.sub(r"\{\w+\}", "1", path)).view_name, method)
        for path, methods in paths.items()
        for method in methods
    }
    assert len(operations) > 5
    assert {(row["page"], row.get("method", "get")) for row in OURS} == operations


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row['page']}-{row.get('method', 'get')}")
def test_each_of_the_cast_is_answered_as_the_table_says(
    row: dict[str, Any], world: World, caller: Callable[[str], Caller]
) -> None:
    path = reverse(row["page"], kwargs={name: world.value(value) for name, value in row.get("with", {}).items()})
    assert path.startswith(ROOT)
    met = {}
    for who in WHOS:
        how: dict[str, Any] = {"data": row.get("data", {})}
        if row.get("method") == "post":
            how["content_type"] = "application/json"
        answer = caller(who).call(row.get("method", "get"), path, **how)
        met[who] = answer.status_code
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.status_code >= 400:
            line_of(answer, answer.status_code)
    assert met == {who: row[who] for who in WHOS}


def test_someone_who_is_signed_in_still_needs_a_token(world: World, as_person: Callable[[str], Any]) -> None:
    line_of(as_person("dana").get(f"{ROOT}/districts"), 401)
