"""The hub's own server as a process, for what only its real sockets show."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from torment.proxy import free_port

PATIENCE = 60.0  # seconds


@contextmanager
def serving(database_url: str, home: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`upstate hub serve` over this database, for the block: the process, and its port."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    around = {**clean, "UPSTATE_HOME": str(home), "UPSTATE_DATABASE_URL": database_url, **settings}
    line = [sys.executable, "-m", "upstate", "hub", "serve", "--port", str(port)]
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(line, env=around, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + PATIENCE
        while not alive(port):
            assert process.poll() is None, (home / "serve.log").read_text()
            assert time.monotonic() < end, "the hub does not come up"
            time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def alive(port: int) -> bool:
    """Whether a hub answers at this port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/alive/")
        return connection.getresponse().status == http.client.OK
    return False
