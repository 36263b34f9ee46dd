"""The simulated state runs from end to end, and tells what is beyond its limits."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from bench.state.__main__ import Ran, broken
from bench.state.districts import make_districts
from bench.state.spent import Watch

ROOT = Path(__file__).parents[2]
ALONE = Ran(1, 1_000, 1.0, 1.0, {"hub": 0.1, "postgresql": 0.1}, {"hub": 1 << 20}, [], [])
TOGETHER = Ran(9, 9_000, 9.0, 9.0, {"hub": 0.9, "postgresql": 0.9}, {"hub": 1 << 20}, [10.0] * 100, [])


def test_what_is_within_the_limits_is_not_told() -> None:
    assert list(broken([ALONE], TOGETHER)) == []


@pytest.mark.parametrize(
    ("together", "says"),
    [
        (replace(TOGETHER, cpu={"hub": 2.0, "postgresql": 0.9}), "1.2 is the limit"),
        (replace(TOGETHER, most_bytes={"hub": 501 << 20}), "the hub held 501 MiB"),
        (replace(TOGETHER, claims=[10.0] * 90 + [300.0] * 10), "p95 of a claim is 300 ms"),
        (replace(TOGETHER, wrong=["District 001, School: failed"]), "1 objects did not end as planted"),
    ],
)
def test_what_is_beyond_a_limit_is_told(together: Ran, says: str) -> None:
    (line,) = broken([ALONE], together)
    assert says in line


def test_one_slow_run_alone_does_not_hide_what_many_cost() -> None:
    slow = replace(ALONE, cpu={"hub": 0.5, "postgresql": 0.5})
    costly = replace(TOGETHER, cpu={"hub": 1.3, "postgresql": 0.9})
    assert list(broken([ALONE, slow, ALONE], TOGETHER)) == []
    (line,) = broken([ALONE, slow, ALONE], costly)
    assert "1.22 times" in line


def state_ids(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT state_id FROM person_identity WHERE state_id IS NOT NULL")
        return {state_id for (state_id,) in rows}


def test_districts_are_made_once_and_differ(tmp_path: Path) -> None:
    made = make_districts(tmp_path, 2, 4_000, lambda _: None)
    assert made[0].expected.keys() == made[1].expected.keys()
    assert all(3_000 < each.records < 8_000 for each in made)
    assert made[0].file.read_bytes() != made[1].file.read_bytes()
    ids = [state_ids(each.file) for each in made]
    assert ids[0] & ids[1] == set()
    assert min(len(each) for each in ids) > 10
    before = made[0].file.stat().st_mtime_ns
    assert make_districts(tmp_path, 2, 4_000, lambda _: None) == made
    assert made[0].file.stat().st_mtime_ns == before


def test_what_a_process_spends_and_holds_is_seen() -> None:
    work = "import time; kept = bytearray(b'x') * (64 << 20); [i * i for i in range(3_000_000)]; time.sleep(1.5)"
    process = subprocess.Popen([sys.executable, "-c", work])
    with Watch({"worker": [process.pid]}) as watch:
        process.wait()
    assert watch.most_bytes["worker"] > 60 << 20
    assert watch.cpu["worker"] > 0.02


def test_what_descendants_spent_that_came_and_went_between_two_looks_is_counted() -> None:
    spend = "import time\nwhile time.process_time() < 0.05: pass"  # seconds, however quick the machine
    brief = f"import subprocess, sys; [subprocess.run([sys.executable, '-c', {spend!r}]) for _ in range(8)]"
    process = subprocess.Popen([sys.executable, "-c", f"{brief}; print('done', flush=True); input()"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with Watch({"worker": [process.pid]}) as watch:
        assert process.stdout.readline() == "done\n"
    process.communicate("\n")
    assert watch.cpu["worker"] > 8 * 0.04


@pytest.mark.slow
def test_a_small_state_sends_and_ends_as_planted(tmp_path: Path) -> None:
    small = ["--districts", "3", "--records", "1000", "--alone", "1"]
    line = [sys.executable, "-m", "bench.state", *small, "--keep", str(tmp_path)]
    tmp_path.chmod(0o711)
    for folder in tmp_path.parents[:2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "3 districts at once" in done.stdout, done.stderr
    assert "not as planted" not in done.stdout
    assert "Traceback" not in done.stderr
