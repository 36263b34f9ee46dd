"""What someone writes into an address by hand gets an answer, never a page that breaks."""

from __future__ import annotations

import base64
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PEOPLE, World

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "access.toml").read_text())["row"]
PLACES: tuple[list[Any], ...] = (
    [],
    [0],
    [0, None],
    [0, "a"],
    [0, True],
    [0, 10**30],
    [1, -(10**30)],
    [0, 1, 2],
    [0, 1, "a", 2, "x", [], {}],
)
TEXTS = ("\x00", "x" * 5_000, "\ud7ff", "9" * 20, "9999-12-31", "0001-01-01", "2024-13-45", "Enrollment")
LONG = bool(os.environ.get("UPSTATE_LONG"))
NAMES = ("year", "run", "seen", "every", "values")  # what addresses carry besides the fields of a page


def pages(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each page that can be looked at: who sees it best, its address, and the query it wants."""
    for row in ROWS:
        who = next((each for each in ("sam", *PEOPLE, "out") if row[each] == 200), None)
        if who is None or row.get("method", "get") != "get" or "by" in row:
            continue
        parts = {name: world.value(value) for name, value in row.get("with", {}).items()}
        yield who, reverse(row["page"], kwargs=parts), row.get("data", {})


def test_a_place_in_a_list_that_is_written_by_hand_is_refused(world: World, as_person: Callable[[str], Client]) -> None:
    spelled = [base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=") for place in PLACES]
    met = {}
    for who, address, data in pages(world):
        browser = as_person(who)
        browser.raise_request_exception = False
        for place in (*spelled, "nonsense", "€"):
            status = browser.get(address, {**data, "from": place}).status_code
            met[address, place] = status
    assert {each for each in met.items() if each[1] >= 500} == set()
    assert 400 in met.values()


def tries(names: list[str]) -> Iterator[dict[str, str]]:
    """Queries with something wrong in them: every text in every field at once, and each field by itself with texts in
    turn; with UPSTATE_LONG in the environment, with every text."""
    yield from (dict.fromkeys(names, text) for text in TEXTS)
    for place, name in enumerate(names):
        yield from ({name: text} for text in (TEXTS if LONG else (TEXTS[place % len(TEXTS)],)))


@pytest.mark.slow
def test_no_filter_breaks_whatever_is_written_into_it(world: World, as_person: Callable[[str], Client]) -> None:
    broken = []
    for who, address, data in pages(world):
        browser = as_person(who)
        browser.raise_request_exception = False
        answer = browser.get(address, data)
        fields = [] if answer.streaming else re.findall(r'name="(\w+)"', answer.text)
        for written in tries(sorted({*fields, *NAMES, *data})):
            answer = browser.get(address, {**data, **written})
            if answer.status_code >= 500:
                broken.append((address, sorted(written)[:1], next(iter(written.values()))[:20]))
    assert broken == []
