"""Where rounds take place: a PostgreSQL, the district's file, and for each start of a round a database to be copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from bench.certificate import make_authority
from bench.editing import chosen, edits
from bench.state.districts import Made, make_districts, records_at
from bench.state.hub import ask_of_all, fresh_state
from bench.wire import agent_key
from psycopg import sql

from torment.actors import Actor, clean_environment, program
from torment.end_state import WATCH
from torment.plots import Plot, Start
from torment.proxy import free_port
from upstate.catalog import read_catalog, shipped_catalog
from upstate.embedded import Cluster
from upstate.hub.start import Configuration, start

LEASE = 4  # seconds; the shorter, the more often a process is stopped past it
AGENTS = 2
_ALTERED = 40  # one in so many rows


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that rounds share. `keys` are the agents'; `resyncs`, by how a round starts, each in a template."""

    folder: Path
    cluster: Cluster
    district: Made
    authority: tuple[Path, Path]
    port: int
    keys: tuple[str, ...]
    resyncs: dict[Start, int]
    objects: Sequence[str] | None

    def url(self, database: str) -> str:
        """The URL of one of the server's databases."""
        return url_of(self.cluster, database)

    def fresh(self, plot_start: Start) -> str:
        """A database of a round's own, as its start wants it, with the resync asked for; its URL."""
        with psycopg.connect(self.cluster.start(), autocommit=True) as connection:
            connection.execute("drop database if exists round with (force)")
            template = sql.Identifier(_name(plot_start))
            connection.execute(sql.SQL("create database round template {}").format(template))
            # A copied sequence does not log what it still has in hand, so that a crash would have it say the same
            # numbers again; after a checkpoint it does.
            connection.execute("checkpoint")
        return self.url("round")

    def actors(self, plot: Plot, hub: str, logs: Path) -> list[Actor]:
        """The processes of a round; `hub` is what agents take for the hub's address."""
        logs.mkdir(parents=True, exist_ok=True)
        address = f"https://localhost:{self.port}"
        state = {
            **clean_environment(),
            "UPSTATE_HOME": str(self.folder / "home"),
            "UPSTATE_DATABASE_URL": self.url("round"),
            "UPSTATE_ADDRESS": address,
            "UPSTATE_LEASE_SECONDS": str(LEASE),
        }
        certificate = ("--certificate", str(self.authority[0]), "--certificate-key", str(self.authority[1]))
        serve = program("hub", "serve", "--port", str(self.port), *certificate)
        actors = [Actor("hub", 0, serve, state, logs / "hub.log")]
        work = program("hub", "work")
        actors += [Actor("worker", each, work, state, logs / f"worker-{each}.log") for each in range(plot.workers)]
        for number in range(plot.agents):
            file = logs / f"agent-{number}.toml"
            file.write_text(
                f'[hub]\nurl = "{hub}"\nca = "{self.authority[0]}"\n[source]\nurl = "{self.district.file}"\n'
            )
            around = {**clean_environment(), "UPSTATE_AGENT_KEY": self.keys[number]}
            run = program("agent", "run", "--config", str(file))
            actors.append(Actor("agent", number, run, around, logs / f"agent-{number}.log"))
        return actors


def set_stage(folder: Path, scale: float, say: Callable[[str], object], objects: Sequence[str] | None = None) -> Stage:
    """Make everything for rounds that send these objects and what they need, or all; but not the template for changes,
    which takes a round: see `add_changes`."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    (folder / "home").mkdir(exist_ok=True)
    cluster = Cluster(folder / "postgres")
    (district,) = make_districts(folder / "districts", 1, records_at(scale), say)
    url = fresh_state(cluster, _name("first load"), [district], None)
    with psycopg.connect(url, autocommit=True) as connection:
        # nothing here needs to survive the machine; what a killed process leaves is in the system's hands either way
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
    keys = tuple(agent_key(district.name) for _ in range(AGENTS))
    resync = _asked(url, district, objects, everything=True)
    return Stage(folder, cluster, district, make_authority(folder), free_port(), keys, {"first load": resync}, objects)


def add_changes(stage: Stage) -> None:
    """Keep the state as the last round left it, with some of it altered, as the start of rounds that send changes."""
    with psycopg.connect(stage.cluster.start(), autocommit=True) as connection:
        name = sql.Identifier(_name("changes"))
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} template round").format(name))
    url = stage.url(_name("changes"))
    with psycopg.connect(url, autocommit=True) as connection:
        _alter(connection)
        connection.execute("drop schema torment cascade")
    stage.resyncs["changes"] = _asked(url, stage.district, stage.objects, everything=False)


def url_of(cluster: Cluster, database: str) -> str:
    """The URL of one of a server's databases."""
    return urlunsplit(urlsplit(cluster.url())._replace(path=f"/{database}"))


def _asked(url: str, district: Made, objects: Sequence[str] | None, *, everything: bool) -> int:
    """Ask for a resync, with landings watched from now on; its id."""
    start(Configuration(url))
    from django.db import connections

    (resync,) = ask_of_all([district], everything=everything, objects=objects)
    with psycopg.connect(url) as connection:
        connection.execute(WATCH.encode())
    connections.close_all()
    return resync


def _name(plot_start: Start) -> str:
    return "template_" + plot_start.replace(" ", "_")


def _alter(connection: psycopg.Connection[Any]) -> None:
    """Empty a value in one of 40 rows of every table, and take one of 40 away where no other object points at them."""
    objects = read_catalog(shipped_catalog("k12")).objects.values()
    for statement in edits(objects, _ALTERED):
        connection.execute(statement, {"number": 0})
    pointed_at = {reference.to for obj in objects for reference in obj.references}
    for obj in objects:
        if obj.name not in pointed_at:
            table = sql.Identifier("state", obj.table)
            gone = sql.SQL("delete from {} where {}").format(table, chosen(obj, _ALTERED))
            connection.execute(gone, {"number": 1})
