"""The hub of the simulated state as processes, and the districts' resyncs asked for all at once and waited for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import click
import psycopg
from psycopg import sql

from bench.state.districts import EDITION, YEAR, Made
from upstate.embedded import Cluster
from upstate.hub.start import Configuration, start

_PATIENCE = 60.0  # seconds for the hub to come up
_LOOK_AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that runs: its database, where its pages are, and its first process."""

    url: str
    address: str
    process: int


def fresh_state(cluster: Cluster, name: str, districts: Sequence[Made], partitions: int | None) -> str:
    """A new database with the hub set up and the districts added, read in-process; its URL."""
    with psycopg.connect(cluster.start(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(cluster.url())._replace(path=f"/{name}"))
    start(Configuration(url))
    from upstate.catalog import catalog_files, shipped_catalog
    from upstate.hub.districts import add_district
    from upstate.hub.people import seed_cast
    from upstate.hub.set_up import set_up

    catalog = set_up(url, catalog_files(shipped_catalog("k12")), partitions=partitions).catalog
    for each in districts:
        add_district(catalog, each.name, source_url=str(each.file), mapping="", school_year=YEAR, edition=EDITION)
    seed_cast()
    return url


@contextmanager
def running_hub(url: str, home: Path, at_once: int) -> Iterator[Hub]:
    """The hub's processes for the block: a web server and a worker."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "hub.log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
    environment = {**clean, "UPSTATE_HOME": str(home), "UPSTATE_DATABASE_URL": url, "UPSTATE_LOG": "json"}
    with log.open("wb") as out:
        line = [sys.executable, "-m", "upstate", "hub", "up", "--at-once", str(at_once)]
        process = subprocess.Popen(line, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + _PATIENCE
        while "The hub is ready: " not in (said := log.read_text()):
            if process.poll() is not None or time.monotonic() > end:
                raise click.ClickException(f"The hub does not come up: {said.strip()[-300:]}")
            time.sleep(0.1)
        yield Hub(url, said.split("The hub is ready: ")[1].split()[0], process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def ask_of_all(
    districts: Sequence[Made], *, everything: bool = True, objects: Sequence[str] | None = None
) -> list[int]:
    """Ask for all objects of each district, or for some and what they need, one after the other as fast as it goes; the
    resyncs' ids."""
    from upstate.hub.models import Person
    from upstate.hub.placing_resyncs import queue_resync
    from upstate.hub.planned import plan_resync

    person = Person.objects.get(name="Sam")
    asked = []
    for each in districts:
        planned = plan_resync(each.name, objects)
        asked.append(queue_resync(planned.plan, planned.district.zone_id, person=person, everything=everything).id)
    return asked


def wait_for_all(asked: Sequence[int], patience: float) -> list[float]:
    """Until all have ended; how many seconds each took from being asked for to its end, in their order."""
    from upstate.hub.models import Resync

    end = time.monotonic() + patience
    while Resync.objects.filter(id__in=asked, finished_at=None).exists():
        if time.monotonic() > end:
            left = Resync.objects.filter(id__in=asked, finished_at=None).count()
            raise click.ClickException(f"{left} of {len(asked)} resyncs have not ended after {patience:.0f} s.")
        time.sleep(_LOOK_AGAIN)
    ended = Resync.objects.filter(id__in=asked).order_by("id").values_list("placed_at", "finished_at")
    return [(finished - placed).total_seconds() for placed, finished in ended if finished is not None]


def unexpected(districts: Sequence[Made], asked: Sequence[int]) -> list[str]:
    """What ended otherwise than was planted: a line for each object of each district."""
    from upstate.hub.models import Order

    found = []
    for each, resync in zip(districts, asked, strict=True):
        for order in Order.objects.filter(resync=resync):
            counts = (order.failed, order.blocked, order.excluded)
            processed = order.created + order.updated + order.unchanged + sum(counts)
            wanted = tuple(each.expected.get(order.object, (0, 0, 0, 0)))
            if order.state != "landed" or (processed, *counts) != wanted:
                said = f"{order.state}, {(processed, *counts)}, not {wanted}"
                found.append(f"{each.name}, {order.object}: {said} {order.message}".strip())
    return found
