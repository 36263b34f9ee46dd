"""The hub's own server as a process, for what only its real sockets show."""

from __future__ import annotations

import http.client
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from torment.proxy import free_port

PATIENCE = 60.0  # seconds


@contextmanager
def serving(
    database_url: str, home: Path, authority: tuple[Path, Path] | None = None, **settings: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`upstate hub serve` over this database, for the block: the process, and its port. With `authority`, over TLS."""
    port = free_port()
    words = ["hub", "serve", "--port", str(port)]
    if authority is not None:
        words += ["--certificate", str(authority[0]), "--certificate-key", str(authority[1])]
    around = {"UPSTATE_HOME": str(home), "UPSTATE_DATABASE_URL": database_url, **settings}
    log = home / "serve.log"
    with program(log, *words, **around) as process:
        end = time.monotonic() + PATIENCE
        while not alive(port, None if authority is None else authority[0]):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, "the hub does not come up"
            time.sleep(0.1)
        yield process, port


@contextmanager
def program(log: Path, *words: str, **around: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Upstate as a process of its own, told to end after the block; what it says is in `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    with log.open("wb") as out:
        line = [sys.executable, "-m", "upstate", *words]
        process = subprocess.Popen(line, env={**clean, **around}, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def alive(port: int, ca: Path | None = None) -> bool:
    """Whether a hub answers at this port; with `ca`, over TLS."""
    if ca is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    else:
        trust = ssl.create_default_context(cafile=str(ca))
        connection = http.client.HTTPSConnection("localhost", port, timeout=5, context=trust)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/alive/")
        return connection.getresponse().status == http.client.OK
    return False
