"""Room on disk: where the server's data lie, if seen from here, and where this machine keeps its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from upstate.hub.doctor.finding import Finding, good, must_mend
from upstate.hub.postgres import Connection, database_errors, statement

_LEAST = 2 << 30  # bytes
_LEAST_SHARE = 0.05


@database_errors()
def room_findings(connection: Connection, home: Path) -> Iterator[Finding]:
    """Of every disk that can be seen from here."""
    row = connection.execute(statement("doctor_room")).fetchone()
    size, folder = row if row is not None else (0, None)
    told = f"The database takes {_bytes(size)}"
    local = connection.info.host.startswith("/") or connection.info.hostaddr in ("127.0.0.1", "::1")
    if folder is not None and local and Path(folder).is_dir():
        yield _room("room for data", Path(folder), told)
    else:
        yield good("room for data", f"{told}; the server's disk cannot be seen from here.")
    if home.is_dir():
        yield _room("room at home", home, f"UPSTATE_HOME is {home}")


def _room(check: str, folder: Path, told: str) -> Finding:
    disk = shutil.disk_usage(folder)
    says = f"{told}; {_bytes(disk.free)} of {_bytes(disk.total)} are free there."
    if disk.free < _LEAST or disk.free < disk.total * _LEAST_SHARE:
        return must_mend(check, says, "Make room: without it landings fail, and in the end the server stops.")
    return good(check, says)


def _bytes(size: int) -> str:
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1024:
            return f"{value:,.0f} {unit}"
        value /= 1024
    return f"{value:,.1f} TB"
