"""What a user does wrong is one clear line and exit code 1, and nothing is half-done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from tests.cli.command import CATALOG, Command


def _source(sql: str) -> Callable[[Command], object]:
    def change(command: Command) -> None:
        with closing(sqlite3.connect(command.folder / "lakeside.sqlite")) as source, source:
            source.execute(sql)

    return change


def _file(name: str, text: str) -> Callable[[Command], object]:
    def write(command: Command) -> None:
        file = command.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return write


def _nothing(_: Command) -> None:
    return None


ADD = ("district", "add", "Hillside", "--source")
TABLE: list[tuple[str, Callable[[Command], object], tuple[str, ...], str]] = [
    ("no objects", _nothing, ("resync", "Lakeside"), "Name the objects to send, or say --all"),
    ("both", _nothing, ("resync", "Lakeside", "Bus", "--all"), "not both"),
    ("no objects to plan", _nothing, ("plan", "Lakeside"), "upstate plan Lakeside Enrollment"),
    ("unknown district", _nothing, ("resync", "Lakside", "--all"), "Did you mean Lakeside?"),
    ("unknown object", _nothing, ("resync", "Lakeside", "Studnt"), "Did you mean Student?"),
    ("unknown object of errors", _nothing, ("errors", "Lakeside", "--object", "Studnt"), "Did you mean Student?"),
    ("year not there", _nothing, ("resync", "Lakeside", "Bus", "--year", "2019"), "2019"),
    ("json and csv", _nothing, ("errors", "Lakeside", "--json", "--csv", "x.csv"), "not both"),
    ("csv nowhere", _nothing, ("errors", "Lakeside", "--csv", "no/where.csv"), "cannot be written"),
    ("missing file", _nothing, (*ADD, "nowhere.sqlite"), "nowhere.sqlite"),
    ("no database", _file("text.sqlite", "just some text"), (*ADD, "text.sqlite"), "text.sqlite"),
    ("wrong scheme", _nothing, (*ADD, "ftp://sis/db"), "ftp://"),
    ("wrong URL", _nothing, (*ADD, "postgresql://[sis"), "URL cannot be read"),
    ("no server", _nothing, (*ADD, "postgresql://a:hunter2@127.0.0.1:1/db"), "127.0.0.1"),
    ("missing mapping", _nothing, (*ADD, "lakeside.sqlite", "--mapping", "no.toml"), "no.toml"),
    (
        "wrong mapping",
        _file("map.toml", "[Scool]\ntable = 'x'\n"),
        (*ADD, "lakeside.sqlite", "--mapping", "map.toml"),
        "there is no object Scool",
    ),
    ("no name", _nothing, ("district", "add", " ", "--source", "lakeside.sqlite"), "needs a name"),
    ("missing table", _source("DROP TABLE student"), ("resync", "Lakeside", "--all"), 'no table "student"'),
    (
        "missing column",
        _source("ALTER TABLE school RENAME COLUMN name TO title"),
        ("resync", "Lakeside", "--all"),
        'no column "name"',
    ),
    (
        "source gone",
        lambda c: (c.folder / "lakeside.sqlite").unlink(),
        ("resync", "Lakeside", "--all", "--json"),
        "lakeside.sqlite",
    ),
    ("no catalog", _nothing, ("hub", "init", "--catalog", "nowhere"), "nowhere"),
    (
        "broken catalog",
        _file("broken/Bus.toml", CATALOG["Bus.toml"] + "colour = 1\n"),
        ("hub", "init", "--catalog", "broken"),
        'Bus.toml, line 10: the key "colour" is not known here',
    ),
    ("not ours to stop", _nothing, ("database", "stop"), "UPSTATE_DATABASE_URL"),
]


@pytest.mark.parametrize(("prepare", "arguments", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_bad_input_is_one_line_and_nothing_is_half_done(
    lakeside: Command, prepare: Callable[[Command], object], arguments: tuple[str, ...], said: str
) -> None:
    before = _kept(lakeside)
    prepare(lakeside)
    line = lakeside.fails(*arguments)
    assert said in line
    assert "hunter2" not in line
    assert _kept(lakeside) == before


def _kept(command: Command) -> list[tuple[object, ...]]:
    return command.rows(
        "SELECT (SELECT count(*) FROM hub_district), (SELECT count(*) FROM hub_source), (SELECT count(*) FROM"
        " hub_resync), (SELECT md5(string_agg(text, '' ORDER BY name)) FROM hub_catalog_file),"
        " (SELECT count(*) FROM pg_tables)"
    )


def test_a_hub_that_is_not_set_up_says_how(command: Command) -> None:
    for arguments in (("status", "Lakeside"), ("district", "list"), ("resync", "Lakeside", "--all")):
        assert command.fails(*arguments) == "The hub is not set up in this database. Run: upstate hub init."


def test_a_state_that_is_not_there_is_one_line(command: Command) -> None:
    away = Command({**command.settings, "UPSTATE_DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, command.folder)
    assert away.fails("status", "Lakeside").startswith("The state's PostgreSQL cannot be reached: ")
    assert away.fails("hub", "init").startswith("The state's PostgreSQL cannot be reached: ")


def test_an_address_of_the_state_that_cannot_be_read_is_one_line(command: Command) -> None:
    away = Command({**command.settings, "UPSTATE_DATABASE_URL": "postgres//x"}, command.folder)
    assert "cannot be read" in away.fails("status", "Lakeside")


def test_a_home_that_cannot_be_made_is_one_line(command: Command) -> None:
    (command.folder / "home").write_text("a file", encoding="utf-8")
    here = Command({"UPSTATE_HOME": str(command.folder / "home")}, command.folder)
    here.fails("status", "Lakeside")
    here.fails("demo", "--scale", "0.001")


def test_an_unknown_option_is_told_by_click_with_exit_code_2(command: Command) -> None:
    ended = command.run("resync", "--everything-now")
    assert ended.code == 2
    assert "No such option" in ended.error
    assert "Traceback" not in ended.error
