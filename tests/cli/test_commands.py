"""The commands there are, their help, the demo, and how things are spelled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.cli.command import Command

from upstate.cli.main import COMMANDS, upstate
from upstate.cli.printing import count, key_text, without_password
from upstate.embedded import Cluster


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from every_command(found, (*path, name))


ALL = dict(every_command(upstate))


def test_there_are_exactly_these_commands() -> None:
    assert {" ".join(path) for path in ALL} == {
        "demo",
        "heal",
        "leftovers",
        "hub",
        "hub init",
        "hub up",
        "hub down",
        "hub serve",
        "hub work",
        "hub doctor",
        "hub move",
        "hub pause",
        "hub resume",
        "hub cancel",
        "agent",
        "agent init",
        "agent check",
        "agent run",
        "agent rotate",
        "district",
        "district add",
        "district list",
        "district mapping",
        "plan",
        "resync",
        "status",
        "errors",
        "verify",
        "history",
        "catalog",
        "catalog check",
        "catalog graph",
        "catalog show",
        "catalog from-database",
        "database",
        "database start",
        "database stop",
        "database url",
        "database backup",
        "database restore",
        "database digest",
    }


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_says_what_it_does_and_every_option_what_it_is_for(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(upstate, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Usage: " in shown.output
    assert ALL[path].get_short_help_str()
    for parameter in ALL[path].params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


@pytest.mark.parametrize("path", [p for p in ALL if len(p) == 1], ids=" ".join)
def test_every_command_shows_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(upstate, [*path, "--help"]).output
    inner = [CliRunner().invoke(upstate, [*p, "--help"]).output for p in ALL if len(p) == 2 and p[0] == path[0]]
    assert any("Example" in text for text in (shown, *inner))


def test_upstate_alone_shows_its_commands_in_the_order_people_meet_them(command: Command) -> None:
    shown = command.run()
    places = [(shown.out + shown.error).index(f"  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_the_version_is_the_packages(command: Command) -> None:
    assert command.done("--version").startswith("upstate, version ")


def test_a_reader_that_leaves_early_sees_no_traceback(lakeside: Command) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    process = subprocess.run(
        [sys.executable, "-m", "upstate", "status", "Lakeside"],
        env={**os.environ, **lakeside.settings},
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    assert (process.returncode, process.stderr) == (1, b"")


def test_the_demo_shows_what_it_is_for_and_run_again_everything_is_unchanged(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = Command({"UPSTATE_HOME": str(home)}, tmp_path)
    try:
        shown = command.done("demo", "--scale", "0.005", "--no-serve", "--one-act")
        assert "DIS Objects" in shown
        assert "hold back" in shown or "holds back" in shown
        assert "upstate errors Lakeside --roots" in shown
        first = command.json("status", "Lakeside")["objects"]
        assert sum(o["created"] for o in first) > 1_000
        assert all(o["failed"] + o["blocked"] + o["excluded"] == o["errors"] for o in first)
        command.done("demo", "--scale", "0.005", "--no-serve", "--one-act")
        again = command.json("status", "Lakeside")["objects"]
        assert [o["unchanged"] for o in again] == [o["created"] for o in first]
        assert [o["errors"] for o in again] == [o["errors"] for o in first]
        assert {o["created"] + o["updated"] for o in again} == {0}
        the_second_act_finds_and_mends(command)
        assert command.done("database", "stop") == "stopped\n"
        assert command.done("database", "stop") == "it was not running\n"
    finally:
        Cluster(home / "postgres").stop()


def the_second_act_finds_and_mends(command: Command) -> None:
    act = command.done("demo", "--scale", "0.005", "--no-serve").partition("Act two: ")[2]
    assert "12 people took another last name, and 25 roster entries are gone." in act
    assert "changed 3 test scores by SQL and deleted 5 contact logs" in act
    verified = act.partition("$ upstate verify Lakeside\n")[2].partition("$ ")[0]
    assert all(name in verified for name in ("PersonIdentity", "Roster", "TestScore", "ContactLog"))
    assert "different in last_name" in verified
    assert act.count("5 created, 15 updated") == 2, "the rehearsal says what the resync then does"
    assert "25 rows that Lakeside no longer has stay at the state" in act
    assert "What landed was equal at both ends, digest for digest" in act
    assert "Both ends are still as they were then." in act


def test_passwords_are_redacted_in_every_spelling_of_an_address() -> None:
    for url in (
        "postgresql://dana:hunter2@sis.example:5432/lakeside",
        "postgresql://dana@sis.example/lakeside?password=hunter2&sslmode=require",
        "host=sis.example password=hunter2 dbname=lakeside",
        "host=sis.example password='hunter2 too' dbname=lakeside",
        "mysql://dana:hunt@er2:hunter2@sis.example/lakeside",
    ):
        shown = without_password(url)
        assert "hunter2" not in shown
        assert "***" in shown
        assert "sis.example" in shown
    assert without_password("/data/lakeside.sqlite") == "/data/lakeside.sqlite"


def test_counts_and_keys_are_spelled_as_people_read_them() -> None:
    assert count(1, "record") == "1 record"
    assert count(2231, "record") == "2,231 records"
    assert count(0, "entry", "entries") == "0 entries"
    assert key_text(("3", None, "a")) == "3||a"
