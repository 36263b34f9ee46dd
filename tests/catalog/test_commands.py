"""`upstate catalog`: what each command prints, and the one line when something is wrong."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from upstate.catalog import draw, read_catalog, shipped_catalog
from upstate.cli.main import main

GOOD = Path(__file__).parent / "good"


class Run:
    """One command line, run in this process: its exit code, output and errors."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["catalog", *arguments])
        out, err = self.capture.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), out, err

    def json(self, *arguments: str) -> Any:
        code, out, err = self(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def test_check_says_what_a_right_catalog_holds(run: Run) -> None:
    assert run("check", str(GOOD)) == (
        0,
        f"{GOOD} is right: 3 objects, 10 columns, 1 reference, 1 unique constraint, 1 rule.\n",
        "",
    )
    assert run.json("check") == {
        "catalog": "k12",
        "objects": 62,
        "columns": sum(len(obj.columns) for obj in read_catalog(shipped_catalog("k12"))),
        "references": sum(len(obj.references) for obj in read_catalog(shipped_catalog("k12"))),
        "unique": sum(len(obj.uniques) for obj in read_catalog(shipped_catalog("k12"))),
        "rules": sum(len(obj.rules) for obj in read_catalog(shipped_catalog("k12"))),
        "editions": ["BIE", "KY", "ME", "MT", "SD"],
    }


def test_check_ends_with_1_and_one_line_for_a_wrong_catalog(run: Run, tmp_path: Path) -> None:
    (tmp_path / "School.toml").write_text('object = "School"\nkey = []\n', encoding="utf-8")
    assert run("check", str(tmp_path)) == (
        1,
        "",
        'upstate: School.toml, line 1: the key "table" is missing. Add table = ….\n',
    )


def test_a_folder_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    code, out, err = run("graph", str(tmp_path / "none"))
    assert (code, out) == (1, "")
    assert err.startswith("upstate: There is no catalog folder ")
    assert err.count("\n") == 1


def test_graph_draws_the_tree_and_gives_pictures_and_json(run: Run) -> None:
    assert run("graph")[1] == draw(read_catalog(shipped_catalog("k12")))
    assert run("graph", str(GOOD))[1] == "Day\nSchool\n  Calendar\n"
    assert run("graph", str(GOOD), "--dot")[1].startswith("digraph catalog {")
    assert run("graph", str(GOOD), "--mermaid")[1].startswith("flowchart LR\n")
    assert run.json("graph", str(GOOD))["objects"][-1] == {
        "object": "Calendar",
        "position": 3,
        "parents": ["School"],
        "after": ["Day"],
        "ancestors": ["School"],
        "children": [],
    }


def test_show_tells_columns_references_rules_and_the_place_in_the_order(run: Run) -> None:
    code, out, err = run("show", "calendar", "--catalog", str(GOOD))
    assert (code, err) == (0, "")
    for said in ("Calendar\n", "bound to it by end_year", "3 of 3", "school_guid", "to School", "R Regular"):
        assert said in out
    for said in ("calendar_excluded", "record.exclude", "Clear the mark."):
        assert said in out
    assert all(len(line) <= 100 for line in out.splitlines())


def test_show_gives_json_with_every_column_and_where_the_object_stands(run: Run) -> None:
    said = run.json("show", "Calendar", "--catalog", str(GOOD))
    assert (said["object"], said["position"], said["ancestors"]) == ("Calendar", 3, ["School"])
    assert [column["name"] for column in said["columns"]] == ["guid", "end_year", "school_guid", "exclude", "kind"]
    assert said["columns"][-1]["codes"] == {"R": "Regular"}
    assert said["lookups"][0]["on"] == {"calendar_guid": "guid"}
    assert said["editions"] == []


def test_show_without_an_object_and_with_an_unknown_one_says_what_to_do(run: Run) -> None:
    code, out, err = run("show")
    assert (code, out) == (2, "")
    assert "Name an object, such as Enrollment" in err
    assert run("show", "Rooster") == (1, "", 'upstate: There is no object "Rooster". Did you mean Roster?\n')


def test_show_in_markdown_gives_one_object_or_all(run: Run) -> None:
    assert run("show", "Day", "--catalog", str(GOOD), "--markdown")[1].startswith("## Day\n")
    page = run("show", "--catalog", str(GOOD), "--markdown")[1]
    assert page.startswith("# The catalog in good\n")
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Calendar", "## Day", "## School"]


def school_database(path: Path, *more: str) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("create table school (id integer primary key, name text not null)")
        connection.execute(
            "create table class (school integer references school, number integer, primary key (school, number))"
        )
        for statement in more:
            connection.execute(statement)
    connection.close()
    return f"sqlite:///{path}"


def test_from_database_writes_a_catalog_that_is_right(run: Run, tmp_path: Path) -> None:
    url, out = school_database(tmp_path / "s.sqlite"), tmp_path / "new" / "folder"
    code, said, err = run("from-database", url, "--out", str(out))
    assert (code, err) == (0, "")
    assert said.startswith(f"2 objects written to {out}.\n")
    assert f"upstate hub init --catalog {out}" in said
    made = read_catalog(out)
    assert {name: obj.key for name, obj in made.objects.items()} == {"school": ("id",), "class": ("school", "number")}
    assert [(r.to, r.columns) for r in made["class"].references] == [("school", ("school",))]


def test_from_database_names_in_json_what_it_left_out(run: Run, tmp_path: Path) -> None:
    url = school_database(tmp_path / "s.sqlite", "create table loose (word text)")
    said = run.json("from-database", url, "--out", str(tmp_path / "out"))
    assert said["files"] == ["class.toml", "school.toml"]
    assert any('"loose" is left out' in warning for warning in said["warnings"])


def test_from_database_writes_tables_that_need_each_other_and_says_which(run: Run, tmp_path: Path) -> None:
    url = school_database(
        tmp_path / "s.sqlite",
        "create table hen (id integer primary key, egg integer references egg)",
        "create table egg (id integer primary key, hen integer references hen)",
    )
    code, _, err = run("from-database", url, "--out", str(tmp_path / "out"))
    assert code == 1
    assert err.startswith(f"upstate: The files are in {tmp_path / 'out'}, but need mending before use: egg.toml, line ")
    assert "these objects wait for each other: egg -> hen -> egg. " in err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "class.toml",
        "egg.toml",
        "hen.toml",
        "school.toml",
    ]


def test_from_database_never_writes_over_what_is_there(run: Run, tmp_path: Path) -> None:
    url, out = school_database(tmp_path / "s.sqlite"), tmp_path / "out"
    out.mkdir()
    (out / "mine.toml").write_text("precious", encoding="utf-8")
    assert run("from-database", url, "--out", str(out)) == (
        1,
        "",
        f"upstate: {out} is not empty; nothing was written. Name a new or an empty folder.\n",
    )
    assert [path.name for path in out.iterdir()] == ["mine.toml"]
    _, _, err = run("from-database", url, "--out", str(out / "mine.toml"))
    assert "mine.toml is a file; nothing was written." in err


@pytest.mark.parametrize("url", ["sqlite:///{}/none.sqlite", "{}/none.sqlite", "oracle://host/{}"])
def test_from_database_with_a_wrong_address_is_one_line_and_writes_nothing(run: Run, tmp_path: Path, url: str) -> None:
    code, out, err = run("from-database", url.format(tmp_path), "--out", str(tmp_path / "out"))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert not (tmp_path / "out").exists()


def test_from_database_of_no_tables_is_one_line_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with sqlite3.connect(tmp_path / "loose.sqlite") as connection:
        connection.execute("create table loose (word text)")
    connection.close()
    for name in ("empty", "loose"):
        code, _, err = run("from-database", str(tmp_path / f"{name}.sqlite"), "--out", str(tmp_path / "out"))
        assert (code, err.count("\n")) == (1, 1)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [[], ["check"], ["graph"], ["show"], ["from-database"]])
def test_every_command_explains_itself(run: Run, command: list[str]) -> None:
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: upstate catalog")
