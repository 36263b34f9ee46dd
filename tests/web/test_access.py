"""Who may see what: every address of the hub as each of the cast, against the one written table."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.web.conftest import PEOPLE, World
from tests.web.page_text import faults

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "access.toml").read_text())["row"]
WHOS = (*PEOPLE, "out")
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


def names(patterns: list[Any]) -> Iterator[str]:
    """The names of the addresses of a urlconf, however deep."""
    for each in patterns:
        if isinstance(each, URLResolver):
            space = f"{each.namespace}:" if each.namespace else ""
            yield from (space + name for name in names(each.url_patterns))
        elif isinstance(each, URLPattern):
            yield each.name or f"an address without a name: {each.pattern}"


def test_every_address_has_a_row_in_the_table_and_every_row_an_address(world: World) -> None:
    assert {row["page"] for row in ROWS} == set(names(get_resolver().url_patterns))


# rows with `by = "token"` are operations of the API: tests/api/test_access.py
@pytest.mark.parametrize(
    "row", [row for row in ROWS if "by" not in row], ids=lambda row: f"{row['page']}-{row.get('method', 'get')}"
)
def test_each_of_the_cast_sees_what_the_table_says_and_no_more(
    row: dict[str, Any], world: World, as_person: Callable[[str], Client]
) -> None:
    address = reverse(row["page"], kwargs={name: world.value(value) for name, value in row.get("with", {}).items()})
    data = {name: world.value(value) for name, value in row.get("data", {}).items()}
    met, wrong = {}, {}
    for who in WHOS:
        answer = getattr(as_person(who), row.get("method", "get"))(address, data)
        met[who] = answer.status_code
        assert answer.headers["Content-Security-Policy"] == POLICY
        whole = answer.headers.get("Content-Type", "").startswith("text/html") and "<html" in answer.text
        if whole and (found := faults(answer.text)):
            wrong[who] = found
    assert met == {who: row[who] for who in WHOS}
    assert wrong == {}
