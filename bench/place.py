"""Where it is measured: a PostgreSQL of our own, and in it and beside it the made-up district, written once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

import upstate
from upstate.demo import Recipe, make_district
from upstate.embedded import Cluster

NAME, YEAR, EDITION = "Lakeside", 2024, "KY"
_FROM = ("demo", "catalogs/k12")  # what a made-up district depends on besides its recipe

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a PostgreSQL that runs, and the district in it: database `district`, file `district.sqlite`."""

    folder: Path

    @property
    def cluster(self) -> Cluster:
        """The PostgreSQL, as shipped."""
        return Cluster(self.folder / "postgres")

    @property
    def file(self) -> Path:
        """The district as a SQLite file."""
        return self.folder / "district.sqlite"

    @property
    def postmaster(self) -> int:
        """The process id of the server."""
        return int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        """The URL of one of the server's databases."""
        return urlunsplit(urlsplit(self.cluster.url())._replace(path=f"/{database}"))

    def source(self, kind: str) -> str:
        """Where the district is read: "postgresql" or "sqlite"."""
        return self.url("district") if kind == "postgresql" else str(self.file)

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A connection outside any transaction."""
        return psycopg.connect(self.url(database), autocommit=True)

    def fresh_database(self, name: str, like: str = "template0") -> None:
        """An empty database of that name, or one like another, whatever was there."""
        self.drop_database(name)
        create = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(like))
        with self.connect("upstate") as connection:
            connection.execute(create)

    def drop_database(self, name: str) -> None:
        """No database of that name."""
        with self.connect("upstate") as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def prepare(folder: Path, scale: float, say: Say) -> Place:
    """Start the server in a folder and see that this scale's district is there, as PostgreSQL and as SQLite.

    What an earlier run left in the folder is used again where recipe and maker are the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # where the server cannot be root it must pass through
    place = Place(folder.resolve())
    place.cluster.start()
    with place.connect("upstate") as connection:
        # it would come by in the middle of one step or another; we do its work ourselves, between the steps
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
    made = place.folder / "district.json"
    wanted = {"scale": scale, "maker": _fingerprint()}
    if not made.exists() or json.loads(made.read_text()) != wanted:
        made.unlink(missing_ok=True)
        _make(place, Recipe(scale=scale, school_year=YEAR, edition=EDITION), say)
        made.write_text(json.dumps(wanted))
    return place


def _make(place: Place, recipe: Recipe, say: Say) -> None:
    place.fresh_database("district")
    for target in (place.url("district"), str(place.file)):
        made = make_district(recipe, target)
        kind = "PostgreSQL" if target != str(place.file) else "SQLite"
        say(f"made the district in {kind}: {made.total:,} rows in {made.seconds:.0f} s")
    with place.connect("district") as connection:
        connection.execute("vacuum (analyze)")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    home = Path(upstate.__file__).parent
    for part in _FROM:
        for file in sorted((home / part).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(home)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def remove(place: Place) -> None:
    """Stop the server and take the folder away."""
    place.cluster.stop()
    shutil.rmtree(place.folder, ignore_errors=True)
