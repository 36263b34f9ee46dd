"""No page of the Error Log reads its table from end to end, however many rejections there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from tests.databases import let_go
from tests.waiting import wait_until
from tests.web.conftest import World
from tests.web.rejected import sum_all

MANY = 30_000
FILTERS: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    ("errors", {}),
    ("errors_policy", {}),
    ("errors_all", {}),
    ("errors_all", {"object": "Roster", "verdict": "blocked"}),
    ("errors_all", {"reason": "unknown_code"}),
    ("errors_all", {"record": "no such key"}),
    ("errors_all", {"root": "no such key"}),
    ("errors_all", {"root": "no such key", "standing": "resolved"}),
    ("errors_all", {"first_from": "2024-02-10", "first_to": "2024-02-10"}),
    ("errors_all", {"last_from": "2031-01-01"}),
    ("errors_all", {"standing": "resolved"}),
    ("errors_all", {"standing": "cleared"}),
]


OTHERS = (
    "select from pg_stat_activity "
    "where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
)


def read_from_end_to_end(world: World) -> tuple[int, int]:
    """How often, and how many rows of, the rejections' table was read without an index until now."""
    let_go()  # a session tells its counts when it ends, which is a moment after it was closed here
    with psycopg.connect(world.url, autocommit=True) as connection:
        wait_until(lambda: connection.execute(OTHERS).fetchone() is None, "somebody stays in the database")
        row = connection.execute(
            "select seq_scan, seq_tup_read from pg_stat_user_tables where relname = 'hub_rejection'"
        ).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.slow
def test_every_first_page_goes_by_an_index(world: World, as_person: Callable[[str], Client]) -> None:
    fill = Path(__file__).parents[2] / "bench" / "sql" / "rejections.sql"
    with psycopg.connect(world.url, autocommit=True) as connection:
        values = {"district": world.lakeside, "resync": world.resync, "rejections": MANY}
        connection.execute(fill.read_bytes(), values)
        sum_all(connection, world.lakeside)
        connection.execute("vacuum analyze")
    before = read_from_end_to_end(world)
    for page, query in FILTERS:
        answer = as_person("dana").get(reverse(page, kwargs={"district": world.lakeside}), query)
        assert answer.status_code == 200
        assert read_from_end_to_end(world) == before, (page, query)
    as_person("dana").get(reverse("errors_all", kwargs={"district": world.lakeside}))
    with psycopg.connect(world.url) as connection:
        connection.execute("select max(message) from hub_rejection")
    assert read_from_end_to_end(world) != before  # the measure itself measures
