"""A full disk at the hub: nothing of a landing is left behind, and it lands once there is room."""

from pathlib import Path

import pytest
from psycopg.errors import DiskFull
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Row, describe
from tests.small_disk import mount

from upstate.errors import LandingError
from upstate.loading.landing import land


def test_a_full_disk_stops_a_landing_that_succeeds_when_there_is_room(small_disk: Path, make_desk: MakeDesk) -> None:
    desk = make_desk({"Doc.toml": describe("Doc", "id integer!, text text")})
    desk.send("Doc", [{"id": 0, "text": "small"}])
    desk.connection.execute("alter table state.doc set tablespace small")
    before = desk.versions()
    rows: list[Row] = [{"id": n, "text": f"{n} " * 300} for n in range(1, 8000)]
    task = desk.task(desk.place(["Doc"], 1), "Doc")
    desk.deliver(task, [*rows, {"id": None}])
    with pytest.raises(LandingError, match="No space left on device") as full:
        land(desk.connection, task)
    assert isinstance(full.value.__cause__, DiskFull)
    assert "\n" not in full.value.message
    assert (desk.versions(), desk.rejections()) == (before, {})
    assert mount("-o", "remount,size=64m", str(small_disk))
    counts = land(desk.connection, task)
    assert (counts.created, counts.failed, counts.leftovers) == (7999, 1, 1)
    desk.connection.execute("drop schema state cascade")  # or the tablespace cannot go
