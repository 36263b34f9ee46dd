"""The short form of torment: five rounds of a small resync end as the undisturbed one; and what differs is told."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torment.end_state import EndState, divergences
from torment.mischief import LATEST, Fate
from torment.plots import Weather, plot

ROOT = Path(__file__).parents[2]
PATIENCE = 1200.0  # seconds
PLANTED = {"School": (3, 1, 0, 0)}
ENDED = EndState({"rows of school": (2, "a"), "counts": (1, "b")}, {"counts": ["one"]}, {"School": 1}, 0, PLANTED)


@pytest.mark.slow
def test_five_rounds_of_torment_end_as_the_undisturbed_run() -> None:
    line = [sys.executable, "-m", "torment", "--rounds", "5", "--scale", "0.0001", "--object", "Enrollment"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 5 rounds ended as the undisturbed run" in done.stdout


@given(st.integers(0, 10**9))
def test_a_seed_gives_the_same_round_again_and_one_that_can_be_played(seed: int) -> None:
    drawn = plot(seed, 4)
    assert drawn == plot(seed, 4)
    assert list(drawn.blows) == sorted(drawn.blows, key=lambda blow: blow.at)
    most = {"agent": drawn.agents, "worker": drawn.workers, "hub": 1, "postgresql": 1}
    assert all(blow.number < most[blow.who] and blow.away >= 0 and 0 <= blow.part < 1 for blow in drawn.blows)


def test_over_many_rounds_everything_that_may_happen_does() -> None:
    blows = Counter((blow.who, blow.how) for seed in range(300) for blow in plot(seed, 4).blows)
    assert len(blows) == 12
    past_lease = [b for seed in range(300) for b in plot(seed, 4).blows if b.how == "stop" and b.away > 4]
    assert {blow.who for blow in past_lease} == {"agent", "worker"}
    fate = Fate(Weather(1, 1.0))
    befell = Counter(fate.draw("PUT", 100) for _ in range(2_000))
    assert len(befell) == 10
    assert all(1 <= fate.later() <= LATEST for _ in range(100))
    assert {fate.draw("POST", 0) for _ in range(500)} & {"flip", "shorten", "cut upload", "silence"} == set()


def test_a_round_that_ended_alike_differs_in_nothing() -> None:
    assert list(divergences(ENDED, ENDED, PLANTED)) == []


@pytest.mark.parametrize(
    ("got", "says"),
    [
        (replace(ENDED, found={**ENDED.found, "rows of school": (2, "c")}), "rows of school: 2 and not the same"),
        (replace(ENDED, found={"counts": (1, "b")}), "rows of school: 0 and not the same"),
        (
            replace(ENDED, found={**ENDED.found, "counts": (1, "c")}, lines={"counts": ["other"]}),
            "not the same as the undisturbed run's 1; first: one",
        ),
        (replace(ENDED, landings={"School": 2}), "School landed 2 times"),
        (replace(ENDED, kept=1), "1 batches are kept"),
        (replace(ENDED, processed={"School": (2, 1, 0, 0)}), "School: processed, failed, blocked, excluded are"),
    ],
)
def test_whatever_differs_is_told_in_a_line(got: EndState, says: str) -> None:
    (line,) = divergences(ENDED, got, PLANTED)
    assert says in line
