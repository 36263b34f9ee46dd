"""Running `upstate` as a process, and the small district that it sends."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from upstate.cli.main import main

CATALOG = {
    "School.toml": """
object = "School"
table = "school"
key = ["id"]
[[column]]
name = "id"
type = "integer"
required = true
[[column]]
name = "name"
type = "text"
length = 20
required = true
""",
    "Student.toml": """
object = "Student"
table = "student"
key = ["school_id", "number"]
[[column]]
name = "school_id"
type = "integer"
required = true
[[column]]
name = "number"
type = "integer"
required = true
[[reference]]
to = "School"
columns = ["school_id"]
""",
    "Bus.toml": """
object = "Bus"
table = "bus"
key = ["id"]
after = ["Student"]
[[column]]
name = "id"
type = "integer"
required = true
""",
}


def make_catalog(folder: Path) -> None:
    """Three objects: schools, students of them, and buses that come after but need neither."""
    folder.mkdir()
    for name, text in CATALOG.items():
        (folder / name).write_text(text, encoding="utf-8")


def make_source(file: Path) -> None:
    """Three schools, one without a name; nine students, three a school; two buses."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE school (id integer PRIMARY KEY, name text)")
        connection.execute("CREATE TABLE student (school_id integer, number integer, PRIMARY KEY (school_id, number))")
        connection.execute("CREATE TABLE bus (id integer PRIMARY KEY)")
        connection.executemany("INSERT INTO school VALUES (?, ?)", [(1, "North"), (2, "South"), (3, None)])
        connection.executemany("INSERT INTO student VALUES (?, ?)", [(s, n) for s in (1, 2, 3) for n in (1, 2, 3)])
        connection.executemany("INSERT INTO bus VALUES (?)", [(1,), (2,)])


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    error: str


@dataclass(frozen=True)
class Command:
    """`upstate` in an environment and a folder."""

    settings: dict[str, str]
    folder: Path

    @property
    def url(self) -> str:
        """The database that the commands use."""
        return self.settings["UPSTATE_DATABASE_URL"]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command under way."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
        return subprocess.Popen(
            [sys.executable, "-m", "upstate", *arguments],
            cwd=self.folder,
            env={**clean, "PYTHONIOENCODING": "utf-8", **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> Ended:
        """A command to its end, in a process of its own."""
        process = self.start(*arguments)
        out, error = process.communicate(timeout=120)
        return Ended(process.returncode, out, error)

    def call(self, *arguments: str) -> Ended:
        """A command to its end, in this process: many times as quick."""
        out, error = io.StringIO(), io.StringIO()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPSTATE_")}
        with (
            patch.dict(os.environ, {**clean, **self.settings}, clear=True),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(error),
        ):
            try:
                main(arguments)
            except SystemExit as ended:
                return Ended(int(ended.code or 0), out.getvalue(), error.getvalue())
        raise AssertionError("a command always exits")

    def done(self, *arguments: str) -> str:
        """What a command prints that must succeed."""
        ended = self.call(*arguments)
        assert ended.code == 0, ended.error
        return ended.out

    def json(self, *arguments: str) -> Any:
        """The JSON of a command that must succeed."""
        return json.loads(self.done(*arguments, "--json"))

    def fails(self, *arguments: str) -> str:
        """The one line of a command that must fail for what its user did."""
        ended = self.call(*arguments)
        assert ended.code == 1, (ended.code, ended.out, ended.error)
        assert ended.out == ""
        assert ended.error.startswith("upstate: ")
        assert ended.error.count("\n") == 1, ended.error
        return ended.error.removeprefix("upstate: ").strip()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query at the state."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()
