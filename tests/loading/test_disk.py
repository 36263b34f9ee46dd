"""A full disk at the hub: nothing of a landing is left behind, and it lands once there is room."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import DiskFull
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Row, describe

from upstate.errors import LandingError
from upstate.loading.landing import land


def mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(cluster_url: str) -> Iterator[Path]:
    """A folder with room for 3 MB, where the server may keep tables in the tablespace `small`."""
    with (
        tempfile.TemporaryDirectory(prefix="upstate-disk-") as folder,
        psycopg.connect(cluster_url, autocommit=True) as c,
    ):
        Path(folder).chmod(0o711)
        disk = Path(folder) / "disk"
        disk.mkdir()
        (data,) = c.execute("show data_directory").fetchone() or ("",)
        owner = Path(data).stat()
        if not mount(
            "-t", "tmpfs", "-o", f"size=3m,mode=700,uid={owner.st_uid},gid={owner.st_gid}", "tmpfs", str(disk)
        ):
            pytest.skip("a small disk must be mounted, and this user may not")
        try:
            c.execute(f"create tablespace small location '{disk}'")
            yield disk
            c.execute("drop tablespace small")
        finally:
            subprocess.run(["umount", str(disk)], check=True)


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
