"""Rejections as tests of the Error Log ask for them, and many of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.test import Client

AsPerson = Callable[[str], Client]

if TYPE_CHECKING:
    from tests.web.conftest import World


def address(world: World, page: str, **query: Any) -> str:
    from django.urls import reverse

    path = reverse(page, kwargs={"district": world.lakeside})
    return f"{path}?{urlencode(query)}" if query else path


def rejections(**filters: Any) -> Any:
    from upstate.hub.models import Rejection

    return Rejection.objects.filter(**filters)


@pytest.fixture
def many(world: World) -> World:
    """Lakeside with some hundreds of rejections more, of many objects, years, moments and standings."""
    with psycopg.connect(world.url) as connection:
        connection.execute(
            """
            insert into hub_rejection (district_id, object, school_year, key, reason, "column", verdict, records,
                message, advice, root_object, root_key, root_reason, first_seen_id, last_seen_id, first_seen_at,
                last_seen_at, resolved_at, cleared_at)
            select %(district)s, (array['Roster', 'Enrollment', 'Behavior'])[1 + n %% 3], 2022 + n %% 3,
                array['k' || n], (array['required', 'out_of_range'])[1 + n %% 2], 'c', 'failed', 1, 'm' || n, 'a',
                (array['Roster', 'Enrollment', 'Behavior'])[1 + n %% 3], array['k' || n], 'required',
                %(resync)s, %(resync)s,
                timestamptz '2024-01-01 00:00+00' + n %% 7 * interval '1 day', timestamptz '2024-02-01 00:00+00',
                case when n %% 5 = 0 then timestamptz '2024-03-01' end,
                case when n %% 5 = 1 then timestamptz '2024-03-01' end
            from generate_series(1, 600) as n
            """,
            {"district": world.lakeside, "resync": world.resync},
        )
        sum_all(connection, world.lakeside)
    return world


def sum_all(connection: psycopg.Connection[Any], district: int) -> None:
    from upstate.loading.settling import sum_up

    with connection.cursor() as cursor:
        for (name,) in cursor.execute("select distinct object from hub_rejection").fetchall():
            sum_up(cursor, {"district": district, "object": name})
