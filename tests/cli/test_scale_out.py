"""The page on scaling out, command by command as it stands there, on three servers with the whole K-12 catalog."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.cli.command import Command

from upstate.demo import Recipe, make_district
from upstate.embedded import Cluster

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "scale-out.md"
pytestmark = pytest.mark.slow


def commands() -> list[list[str]]:
    """What the page has a person type for partitions on other servers, without the program's name."""
    section = PAGE.read_text(encoding="utf-8").split("## Partitions on other PostgreSQL servers")[1]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("upstate ")]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Three servers as they are shipped: the hub's own, and two by the names that the page has for them."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # where the server cannot be root it must pass through
    with ExitStack() as stack:
        found = {}
        for name in ("hub", "db1", "db2"):
            cluster = Cluster(tmp_path / name)
            stack.callback(cluster.stop)
            found[f"postgresql://upstate@{name}.example/state"] = cluster.start()
        yield found


@pytest.fixture
def database(servers: dict[str, str]) -> str:
    """The hub's."""
    return servers.pop("postgresql://upstate@hub.example/state")


def held(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from state.enrollment").fetchone()
    assert row is not None
    return int(row[0])


def test_the_page_s_commands_do_what_it_says(database: str, servers: dict[str, str], tmp_path: Path) -> None:
    upstate = Command({"UPSTATE_DATABASE_URL": database, "UPSTATE_HOME": str(tmp_path / "home")}, tmp_path)
    made = make_district(Recipe(scale=0.0005, school_year=2024), tmp_path / "lakeside.sqlite", None)
    said = {}
    for words in commands():
        ended = upstate.run(*(servers.get(word, word) for word in words))
        assert ended.code == 0, (words, ended)
        said[" ".join(words[:2]) + (" --references" if "--references" in words else "")] = ended.out
    assert "made  table state.enrollment, to read, in 16 partitions on 2 servers" in said["hub init"]
    assert "made  table state.enrollment, in 8 partitions, on upstate_2" in said["hub init"]
    assert "0 rows without a parent" in said["verify Lakeside --references"]
    assert "\nEqual: " in said["verify Lakeside"]
    rows = [held(url) for url in servers.values()]
    assert min(rows) == 0 < max(rows) == held(database)
    (line,) = (line for line in said["database digest"].splitlines() if line.endswith(" Enrollment"))
    assert line.split()[1:3] == [f"{max(rows):,}", "1"]
    expected = made.expected["Enrollment"]
    assert max(rows) == expected.processed - expected.failed - expected.blocked - expected.excluded
    again = upstate.run("hub", "init")
    assert again.out == "Nothing to do: the hub is ready, with 62 objects.\n"


def test_servers_without_partitions_or_more_servers_than_partitions_are_one_clear_line(
    database: str, servers: dict[str, str], tmp_path: Path
) -> None:
    upstate = Command({"UPSTATE_DATABASE_URL": database, "UPSTATE_HOME": str(tmp_path / "home")}, tmp_path)
    url = next(iter(servers.values()))
    ended = upstate.run("hub", "init", "--server", url)
    assert (ended.code, ended.error.strip()) == (
        1,
        "upstate: --server needs --partitions: at least as many as there are servers.",
    )
    ended = upstate.run("hub", "init", "--partitions", "2", *(2 * ("--server", url)))
    assert ended.code == 1
    assert "A server is named twice" in ended.error
    away = "postgresql://upstate@localhost:1/state"
    ended = upstate.run("hub", "init", "--partitions", "2", "--server", url, "--server", away)
    assert ended.code == 1
    assert "The server that holds part of the state (localhost, database state) cannot be reached" in ended.error
