"""The floor: COPY piped into COPY, and one read of everything on both sides; nothing that moves records costs less."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from bench.place import Place
from bench.shipped import Shipped
from bench.watching import Command, Run, Seen, run
from upstate.embedded.programs import program_folder

_TIME = re.compile(r"^Time: ([0-9.]+) ms", re.MULTILINE)
_ROWS = re.compile(r"^COPY (\d+)$", re.MULTILINE)


def prepare_floor(place: Place, tables: Iterable[Shipped]) -> None:
    """A database `floor` with the tables, empty, each with its primary key and no reference to any other."""
    place.fresh_database("floor")
    with place.connect("floor") as connection:
        for shipped in tables:
            for statement in shipped.landing:
                connection.execute(statement)


def load(place: Place, tables: Sequence[Shipped]) -> tuple[Run, dict[str, float], int]:
    """Copy the tables from the district into `floor`: the run, its seconds by object, the rows.

    Two psql, each with one connection for all tables and a pipe for each: `psql | psql` without starting anew for
    every table. A pass through Python takes half as long again.
    """
    with TemporaryDirectory() as folder:
        pipes = [Path(folder) / str(number) for number in range(len(tables))]
        for pipe in pipes:
            os.mkfifo(pipe)
        pairs = list(zip(tables, pipes, strict=True))
        out = [_copy(sql.SQL("({})").format(shipped.rows), "to", pipe) for shipped, pipe in pairs]
        into = [_copy(sql.Identifier(shipped.table), "from", pipe) for shipped, pipe in pairs]
        with _psql(place, "district", out) as sender, _psql(place, "floor", into) as receiver:
            done = run([sender, receiver], place.postmaster)
    seconds = [float(time) / 1000 for time in _TIME.findall(done.said[1])]
    by_object = {shipped.object: taken for shipped, taken in zip(tables, seconds, strict=True)}
    return done, by_object, sum(map(int, _ROWS.findall(done.said[1])))


def read_district(place: Place, source: str, tables: Iterable[Shipped]) -> Run:
    """Read what is shipped once at the district, every column of every row; Python's own start is not counted."""
    if source == "postgresql":
        return _read(place, "district", [sql.SQL("({})").format(shipped.rows) for shipped in tables])
    queries = [shipped.rows.as_string() for shipped in tables]
    reader = Command("read SQLite", [sys.executable, "-m", "bench.sqlite_reading", place.file, *queries])
    done = run([reader], place.postmaster)
    seconds, cpu = map(float, done.said[0].split())
    return Run(seconds, (), (Seen(reader.name, cpu=cpu),))


def read_state(place: Place, database: str, tables: Iterable[Shipped]) -> Run:
    """Read the state's rows of what is shipped once, every column of every row."""
    return _read(place, database, [sql.Identifier("state", shipped.table) for shipped in tables])


def _read(place: Place, database: str, selections: Iterable[sql.Composable]) -> Run:
    with _psql(place, database, [_copy(each, "to", Path("/dev/null")) for each in selections]) as reader:
        return run([reader], place.postmaster)


def _copy(what: sql.Composable, direction: str, where: Path) -> str:
    return f"\\copy {what.as_string()} {direction} '{where}' (format binary)"


@contextmanager
def _psql(place: Place, database: str, lines: Iterable[str]) -> Iterator[Command]:
    """A psql that will run these lines one after the other and say how long each took."""
    with TemporaryDirectory() as folder:
        script = Path(folder) / "script"
        script.write_text("\n".join(["\\timing on", *lines, ""]))
        program = program_folder() / "psql"
        settings = ["--no-psqlrc", "--set=ON_ERROR_STOP=1"]
        yield Command(f"psql in {database}", [program, *settings, f"--file={script}", place.url(database)])
