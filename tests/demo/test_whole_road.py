"""What the manifest foretells of the records is what the hub finds, object by object and verdict by verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from upstate.demo import Recipe, make_district


@pytest.mark.parametrize("seed", [2024, 5])
def test_the_hub_judges_the_made_up_district_as_foretold(tmp_path: Path, database: str, seed: int) -> None:
    environment = os.environ | {"UPSTATE_HOME": str(tmp_path / "home"), "UPSTATE_DATABASE_URL": database}

    def upstate(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "upstate", *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    upstate("demo", "--no-serve", "--one-act", "--scale", "0.01", "--seed", str(seed))
    status = json.loads(upstate("status", "Lakeside", "--json"))
    found = {
        entry["object"]: {verdict: entry[verdict] for verdict in ("processed", "failed", "blocked", "excluded")}
        for entry in status["objects"]
    }
    made = make_district(Recipe(scale=0.01, seed=seed), tmp_path / "again.db")
    foretold = {
        name: {
            "processed": expected.processed,
            "failed": expected.failed,
            "blocked": expected.blocked,
            "excluded": expected.excluded,
        }
        for name, expected in made.expected.items()
        if name != "ReportingEntity"  # a zone has it only where the state turns it on
    }
    assert found == foretold
