"""What watching costs: a running resync watched by one person, and by fifty, turn and turn about."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

NAME = "Hillside"
_PATIENCE = 60.0  # seconds


def measure(
    url: str, folder: Path, key: str, rounds: int, scale: float, crowd: int, say: Callable[[str], None]
) -> tuple[int, dict[int, list[float]], dict[int, int]]:
    """Resync a made-up district again and again, watched by one and by `crowd` in turns.

    Returns its records, and by watchers the seconds each resync took by the database's clock, and how often was looked.
    What the watchers' own browsers do runs at the lowest priority: theirs are other machines.
    """
    from upstate.demo import Recipe, make_district
    from upstate.hub.districts import add_district
    from upstate.hub.in_force import catalog_in_force

    place = folder / f"{NAME.lower()}.sqlite"
    records = make_district(Recipe(scale=scale, seed=2024, edition="KY", school_year=2024), place, None).total
    known, _ = add_district(catalog_in_force(), NAME, source_url=str(place), mapping="", school_year=2024, edition="KY")
    environment = {**os.environ, "UPSTATE_HOME": str(folder), "UPSTATE_DATABASE_URL": url, "UPSTATE_SECRET_KEY": key}
    took: dict[int, list[float]] = {1: [], crowd: []}
    looked = {1: 0, crowd: 0}
    with _pages(environment) as address:
        _resync(environment, url, known.zone_id, lambda: None)  # the first load is another thing than those that follow
        page = f"/d/{known.id}/batch/"
        for number in range(rounds):
            for people in (1, crowd) if number % 2 else (crowd, 1):
                with _watched(address, page, people) as (open_it, looks):
                    took[people].append(_resync(environment, url, known.zone_id, open_it))
                looked[people] += sum(looks)
        often = f"{looked[1]:,} looks of one, {looked[crowd]:,} of {crowd}"
        say(f"watched {2 * rounds} resyncs of {records:,} records: {often}")
    return records, took, looked


def _resync(environment: Mapping[str, str], url: str, zone: int, meanwhile: Callable[[], None]) -> float:
    """Send everything, and do something as soon as it runs; the seconds from its start to its end."""
    line = [sys.executable, "-m", "upstate", "resync", NAME, "--all", "--everything", "--json"]
    running = "select exists (select from hub_resync where zone_id = %s and state = 'running')"
    newest = (
        "select extract(epoch from finished_at - started_at)::float8 from hub_resync where zone_id = %s "
        "order by id desc limit 1"
    )
    with (
        psycopg.connect(url, autocommit=True) as connection,
        subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sending,
    ):
        while sending.poll() is None and connection.execute(running, (zone,)).fetchone() == (False,):
            time.sleep(0.02)
        meanwhile()
        if sending.wait() != 0:
            raise subprocess.CalledProcessError(sending.returncode, line)
        row = connection.execute(newest, (zone,)).fetchone()
    return float(row[0]) if row else 0.0


@contextmanager
def _pages(environment: Mapping[str, str]) -> Iterator[str]:
    """The pages, served by a process of their own as in a hub; yields their address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    line = [sys.executable, "-m", "upstate", "hub", "serve", "--port", str(port)]
    server = subprocess.Popen(line, env={**environment, "UPSTATE_ADDRESS": address}, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _PATIENCE
        while True:
            with suppress(URLError, ConnectionError), urlopen(f"{address}/alive/", timeout=5):
                break
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError("The pages do not come up.")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(_PATIENCE)


@contextmanager
def _watched(address: str, page: str, people: int) -> Iterator[tuple[Callable[[], None], list[int]]]:
    """So many people who will look at the page, as their browsers would: what has them open it, and how often they
    looked, at the end."""
    looks: list[int] = []
    line = ["nice", "-n", "19", sys.executable, "-m", "bench.onlookers", address, _cookie(), str(people), page]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdin is not None
        assert watching.stdout is not None
        watching.stdout.readline()
        asked = watching.stdin

        def open_it() -> None:
            asked.write("open\n")
            asked.flush()

        yield open_it, looks
        watching.stdin.close()
        looks.append(int(watching.stdout.read() or 0))


def _cookie() -> str:
    from django.test import Client

    from upstate.hub.models import Person

    browser: Any = Client(SERVER_NAME="localhost")
    browser.force_login(Person.objects.get(name="Sam"), backend="upstate.hub.web.signing_in.Passwords")
    return f"upstate_session={browser.cookies['upstate_session'].value}"
