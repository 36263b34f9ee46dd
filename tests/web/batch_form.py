"""The batch page as tests read it and send its forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import psycopg
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words

As = Callable[[str], Client]
ENROLLMENT = [
    "District",
    "School",
    "Calendar",
    "ScheduleStructure",
    "PersonIdentity",
    "StructureGradeLevel",
    "Enrollment",
]


def at(world: World, name: str = "", district: int | None = None) -> str:
    return f"/d/{district or world.lakeside}/batch/{name and name + '/'}"


def offered(page: str) -> list[str]:
    """The objects whose box can be marked, from the top."""
    return re.findall(r'name="object" value="(\w+)"', page)


def rows(page: str) -> list[str]:
    """Every object of the table, from the top."""
    return re.findall(r'data-row="(\w+)"', page)


def cell(page: str, kind: str, name: str) -> str:
    """The words of one cell of a row."""
    found = re.search(rf'<td[^>]* id="{kind}-{name}".*?</td>', page, re.DOTALL)
    assert found is not None
    return words(unescape(found[0]))


def form_of(page: str) -> dict[str, Any]:
    """What the confirmation's form would send."""
    form = page[page.index("data-once") :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


def confirmed(browser: Client, world: World, **choice: Any) -> dict[str, Any]:
    answer = browser.get(at(world, "confirm"), choice)
    assert answer.status_code == 200
    return form_of(answer.text)


def resyncs(world: World, zone_of: int | None = None) -> list[tuple[Any, ...]]:
    with psycopg.connect(world.url) as connection:
        return connection.execute(
            "SELECT resync.id, resync.state, resync.mode, resync.chosen, resync.objects, resync.asked_by "
            "FROM hub_resync AS resync JOIN hub_zone AS zone ON zone.id = resync.zone_id "
            "WHERE zone.district_id = %s ORDER BY resync.id",
            [zone_of or world.lakeside],
        ).fetchall()


def change(world: World, query: str, *values: Any) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute(query.encode(), values)


# ---- the table
