"""A disk with little room, mounted where this user may; the test is skipped elsewhere."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest


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
