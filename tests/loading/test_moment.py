"""A moment of a state on three servers: nothing of it is between the two commits of a landing."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from tests.loading.desk import Desk
from tests.loading.servers import clusters, make_servers
from tests.loading.test_changes import START

from upstate.loading.entering import landing
from upstate.loading.moment import one_moment
from upstate.loading.placing import servers_of_state

__all__ = ["clusters", "make_servers"]  # fixtures


@pytest.fixture
def partitions() -> int | None:
    return 4


def seen(url: str, snapshot: str, query: str) -> int:
    """A number, as it was at that moment."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot)))
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_all_snapshots_are_of_one_moment_and_a_landing_is_waited_for(desk: Desk) -> None:
    for district in (1, 2, 3):
        desk.resync(START, district=district)
    servers = servers_of_state(desk.connection)
    task = desk.task(desk.place(["School"], 1), "School", 1)
    desk.deliver(task, [{"id": 9, "name": "New"}])
    with desk.reconnected() as waiting, desk.reconnected() as keeping:
        waiting.connection.execute("set lock_timeout = '200ms'")
        with (
            landing(desk.connection, task),
            pytest.raises(psycopg.errors.LockNotAvailable),
            one_moment(waiting.connection, keeping.connection, servers),
        ):
            raise AssertionError("a landing is under way")
    with desk.reconnected() as waiting, desk.reconnected() as keeping:
        with one_moment(waiting.connection, keeping.connection, servers) as (hub, named):
            for district in (1, 2, 3):
                desk.send("School", [{"id": 9, "name": "New"}], district=district)
            landed = seen(desk.url, hub, "select count(*) from hub_order where state = 'landed'")
            names = dict(zip(sorted(named), desk.servers, strict=True))
            schools = sum(seen(url, named[name], "select count(*) from state.school") for name, url in names.items())
        assert (landed, schools) == (9, 6)
    assert sum(len(desk.rows("school", district)) for district in (1, 2, 3)) == 9
