"""Open data of two years: what the second no longer has is counted, stays, and goes when it is asked to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command import Command

DATA = Path(__file__).parents[3] / "shared" / "data"
YEARS = ("texas-2015-2016.sqlite", "texas-2016-2017.sqlite")


@pytest.fixture
def texas(command: Command) -> Command:
    """A hub that has what Texas had in 2015-2016, and a source with the year after."""
    if not all((DATA / name).exists() for name in YEARS):
        pytest.skip(f"the open data of Texas is not at {DATA}")
    before, after = (str(DATA / name) for name in YEARS)
    command.done("catalog", "from-database", f"sqlite:///{before}", "--out", "texas")
    command.done("hub", "init", "--catalog", "texas")
    command.done("district", "add", "Texas", "--source", before, "--year", "2016")
    command.done("resync", "Texas", "--all")
    command.done("district", "add", "Texas", "--source", after, "--year", "2016")
    return command


def test_what_texas_lost_in_a_year_stays_until_it_is_asked_to_go(texas: Command) -> None:
    counted = {each["object"]: each for each in texas.json("resync", "Texas", "--all")["objects"]}
    assert {name: (each["leftovers"], each["deleted"]) for name, each in counted.items()} == {
        "region": (0, 0), "district": (8, 0), "campus": (141, 0),
    }  # fmt: skip
    assert texas.rows("SELECT count(*) FROM state.district") == [(1211,)]
    told = {each["object"]: each for each in texas.json("leftovers", "Texas")["objects"]}
    assert told["district"]["dependents"] == [{"object": "campus", "leftovers": 21, "in_the_way": 0}]
    removed = texas.json("resync", "Texas", "--all", "--remove-leftovers")
    assert removed["removal"] == {"removed": 149, "message": "", "held": []}
    assert texas.rows("SELECT count(*) FROM state.district") == [(1203,)]
    assert texas.json("verify", "Texas", "--references")["missing"] == 0
    assert texas.json("leftovers", "Texas")["objects"] == []
