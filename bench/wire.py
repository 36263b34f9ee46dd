"""The hub's door behind HTTPS on loopback and the district's own agent, as processes of their own."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.db import connections

from bench.certificate import make_authority
from bench.distance import away
from bench.place import NAME, Place
from bench.watching import BenchError
from upstate.hub.start import Configuration, start

_PATIENCE = 60.0  # seconds for a process to come up or to end


@contextmanager
def agent_over_https(place: Place, database: str, source: str, *, round_trip: float = 0.0) -> Iterator[None]:
    """For the block, the district of that state is read by an agent of its own, which has nothing but HTTPS, and is so
    many seconds away from the hub, there and back.

    BenchError where hub or agent do not come up.
    """
    folder = place.folder / "wire"
    folder.mkdir(exist_ok=True)
    certificate, key = make_authority(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"https://localhost:{port}"
    start(Configuration(place.url(database)))
    secret = agent_key(NAME)
    connections.close_all()
    around = {"UPSTATE_HOME": str(place.folder / "home"), "UPSTATE_DATABASE_URL": place.url(database)}
    files = ("--certificate", str(certificate), "--certificate-key", str(key))
    with _running(folder, {**around, "UPSTATE_ADDRESS": address}, "hub", "serve", "--port", str(port), *files) as hub:
        _wait_for(hub, folder / "hub.log", lambda: _answers(f"{address}/readyz", certificate))
        with away(port, round_trip) if round_trip else nullcontext(port) as seen_at:
            file, log = folder / "agent.toml", folder / "agent.log"
            _configure(file, f"https://localhost:{seen_at}", certificate, place.source(source))
            with _running(folder, {"UPSTATE_AGENT_KEY": secret}, "agent", "run", "--config", str(file)) as agent:
                _wait_for(agent, log, lambda: f"works for https://localhost:{seen_at}" in log.read_text())
                yield


def _configure(file: Path, address: str, certificate: Path, source: str) -> None:
    ours = {"hub": {"url": address, "ca": str(certificate)}, "source": {"url": source}}
    lines = (
        f"[{table}]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        for table, values in ours.items()
    )
    file.write_text("".join(lines))


def agent_key(district: str) -> str:
    """A key for a district's own agent, as its operator gets one with a code from the Agents page."""
    from upstate.hub.agent_door.keys import exchange_code, make_code
    from upstate.hub.models import District, Person

    person, _ = Person.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
    made = exchange_code(make_code(person, District.objects.get(name=district)), "bench")
    if made is None:
        raise BenchError("the hub takes no agent for its district")
    return made[0]


@contextmanager
def _running(folder: Path, around: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        line = [sys.executable, "-m", "upstate", *arguments]
        process = subprocess.Popen(line, env={**clean, **around}, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], log: Path, so: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not so():
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text().strip().splitlines()[-1:]
            raise BenchError(f"hub and agent do not come together over HTTPS: {' '.join(said)}")
        time.sleep(0.1)


def _answers(address: str, certificate: Path) -> bool:
    trusted = ssl.create_default_context(cafile=str(certificate))
    try:
        with urllib.request.urlopen(address, context=trusted, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
