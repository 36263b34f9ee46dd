"""The page on scaling out, command by command as it stands there, on three servers with the whole K-12 catalog."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg
import pytest
from tests.cli.command import Command

from upstate.demo import Recipe, make_district
from upstate.embedded import Cluster

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "scale-out.md"
pytestmark = pytest.mark.slow


def blocks(title: str, language: str = "sh") -> list[str]:
    """What the page has a person type in a section, block by block."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return found


def commands(block: str) -> list[list[str]]:
    """The commands of a block, without the program's name."""
    words = (shlex.split(line, comments=True) for line in block.splitlines())
    return [line[1:] for line in words if line[:1] == ["upstate"]]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Three servers as they are shipped: the hub's own, and two by the names that the page has for them."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # where the server cannot be root it must pass through
    with ExitStack() as stack:
        found = {}
        for name in ("hub", "db1", "db2", "db3"):
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
    (block,) = blocks("Partitions on other PostgreSQL servers")
    for words in commands(block):
        ended = upstate.run(*(servers.get(word, word) for word in words))
        assert ended.code == 0, (words, ended)
        said[" ".join(words[:2]) + (" --references" if "--references" in words else "")] = ended.out
    assert "made  table state.enrollment, to read, in 16 partitions on 2 servers" in said["hub init"]
    assert "made  table state.enrollment, in 8 partitions, on upstate_2" in said["hub init"]
    assert "0 rows without a parent" in said["verify Lakeside --references"]
    assert "\nEqual: " in said["verify Lakeside"]
    new = servers.pop("postgresql://upstate@db3.example/state")
    rows = [held(url) for url in servers.values()]
    assert min(rows) == 0 < max(rows) == held(database)
    (line,) = (line for line in said["database digest"].splitlines() if line.endswith(" Enrollment"))
    assert line.split()[1:3] == [f"{max(rows):,}", "1"]
    expected = made.expected["Enrollment"]
    assert max(rows) == expected.processed - expected.failed - expected.blocked - expected.excluded
    again = upstate.run("hub", "init")
    assert again.out == "Nothing to do: the hub is ready, with 62 objects.\n"
    servers["postgresql://upstate@db3.example/state"] = new
    moved_as_the_page_says(upstate, servers)
    restored_as_the_page_says(upstate, database, servers, tmp_path)


def moved_as_the_page_says(upstate: Command, servers: dict[str, str]) -> None:
    before = upstate.done("database", "digest")
    (block,) = blocks("Moving a partition to another server")
    said = [upstate.done(*(servers.get(word, word) for word in words)) for words in commands(block)]
    (lakeside,) = (line for line in said[0].splitlines() if line.endswith("Lakeside"))
    for place, line in enumerate(said[1:3]):
        assert line.startswith(f"Partition {place} (")
        assert line.endswith(f" rows) is on upstate_{place + 2} now.\n")
    assert said[3] == before
    number, server, _ = lakeside.split()
    target = "upstate_1" if server == "upstate_3" else "upstate_3"
    upstate.done("hub", "move", number, "--to", target)
    assert upstate.done("database", "digest") == before
    assert f"{number}  {target}  Lakeside" in upstate.done("hub", "move")
    assert "\nEqual: " in upstate.done("verify", "Lakeside")
    assert "0 rows without a parent" in upstate.done("verify", "Lakeside", "--references")
    assert "partitions" not in upstate.call("hub", "doctor").out


def restored_as_the_page_says(upstate: Command, database: str, servers: dict[str, str], folder: Path) -> None:
    """Into databases of other names on the same servers: all is there again, and each asks the new ones."""
    before = upstate.done("database", "digest")
    backup, restore, look = blocks("Backing up and restoring a state on several servers")
    dump = str(folder / "state.dump")
    assert (
        upstate.done(*(word.replace("/backup/state.dump", dump) for word in commands(backup)[0])).count("Wrote ") == 4
    )
    new = {}
    for name, url in (("hub", database), *((each.split("@")[1].split(".")[0], url) for each, url in servers.items())):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create database restored")
        new[name] = urlunsplit(urlsplit(url)._replace(path="/restored"))
    lines = [shlex.split(line) for line in restore.splitlines()]
    lines.insert(2, [word.replace("db2", "db3").replace("upstate_2", "upstate_3") for word in lines[1]])
    for setting, program, *words in lines:
        name = re.sub(r".*@(\w+)-new\..*", r"\1", setting)
        there = replace(upstate, settings={**upstate.settings, "UPSTATE_DATABASE_URL": new[name]})
        assert program == "upstate"
        assert "Restored" in there.done(*(word.replace("/backup/state.dump", dump) for word in words))
    in_hub, in_others = blocks("Backing up and restoring a state on several servers", "sql")
    in_hub += in_hub.splitlines()[1].replace("upstate_2", "upstate_3").replace("db2", "db3")
    for name, statements in (("hub", in_hub), *((each, in_others) for each in ("db1", "db2", "db3"))):
        with psycopg.connect(new[name], autocommit=True) as connection:
            for line in statements.splitlines():
                said = re.search(r"host '(\w+)-new\.example'", line)
                assert said is not None
                host = parse_qs(urlsplit(new[said[1]]).query)["host"][0]
                connection.execute(
                    re.sub(r"'[\w.-]+\.example'", f"'{host}'", line).replace("'state'", "'restored'").encode()
                )
    there = replace(upstate, settings={**upstate.settings, "UPSTATE_DATABASE_URL": new["hub"]})
    for words in commands(look):
        ended = there.run(*words)
        assert ended.code == 0, ended
    assert there.done("database", "digest") == before
    there.done("resync", "Lakeside", "--all")
    assert held(new["hub"]) == held(database)


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
