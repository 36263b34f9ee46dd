"""The benchmark runs through and says what it measured; that it is fast is no test's business."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.report import ratio

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a run at the smallest scale printed, and its figures."""
    figures = tmp_path_factory.mktemp("bench") / "figures.json"
    said = subprocess.run(
        [sys.executable, "-m", "bench", "--scale", "0.001", "--rounds", "1", "--profile", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout, json.loads(figures.read_text())


def test_the_table_has_floor_and_ours_for_both_sources_and_every_experiment(
    measured: tuple[str, dict[str, Any]],
) -> None:
    lines = [" ".join(line.split()) for line in measured[0].splitlines()]
    for wanted in (
        "first load",
        "floor: COPY | COPY, primary keys",
        "ours, from PostgreSQL ",
        "ours, from SQLite ",
        "ours, PostgreSQL over HTTPS ",
        "ours, SQLite over HTTPS ",
        "again, from PostgreSQL",
        "again, from SQLite",
        "on the wire, PostgreSQL: everything ",
        "on the wire, SQLite: everything ",
    ):
        assert any(line.startswith(wanted) for line in lines), wanted
    for wanted in (
        "floor: one read of both sides ",
        "ours, rerun, everything sent ",
        "ours, rerun, changes only ",
        "ours, 0.1 % changed ",
        "ours, verification ",
    ):
        assert sum(line.startswith(wanted) for line in lines) == 2, wanted
    assert sum(line.startswith("the wire's price: ") for line in lines) == 2
    assert sum(line.startswith("then changes only, over HTTPS 40 ms away: ") for line in lines) == 2


def test_floor_and_ours_move_the_same_records_and_a_rerun_writes_none(
    measured: tuple[str, dict[str, Any]],
) -> None:
    said, figures = measured
    assert "the floor" not in "".join(line for line in said.splitlines() if line.startswith("Mind:"))
    (only,) = figures["rounds"]
    rows = only["floor_load"]["rows"]
    assert rows > 1000
    for source in ("postgresql", "sqlite"):
        load, *reruns = (only["ours"][name][source] for name in ("first-load", "rerun", "changes"))
        assert load["records"] == rows
        assert load["counted"]["state"] > 0
        wire = only["ours"]["wire"][source]
        assert (wire["records"], wire["counted"]["state"]) == (rows, load["counted"]["state"])
        for rerun in reruns:
            assert (rerun["records"], rerun["changed"]) == (rows, 0)
            # an attempt that a repeated key turned back is counted by the server, though nothing of it stays
            assert rerun["counted"]["state"] < rows / 100


def test_what_was_made_different_is_all_that_a_resync_changes_and_most_of_what_it_carries(
    measured: tuple[str, dict[str, Any]],
) -> None:
    (only,) = measured[1]["rounds"]
    for source in ("postgresql", "sqlite"):
        assert only["ours"]["changed"][source]["changed"] == only["edited"][source]
        assert 0 < only["carried"][source]["changed"] < only["carried"][source]["everything"]
        assert only["ours"]["verify"][source]["counted"]["state"] == 0


def test_every_process_that_works_for_us_is_named_with_its_memory(measured: tuple[str, dict[str, Any]]) -> None:
    (only,) = measured[1]["rounds"]
    seen = {process["name"]: process for process in only["ours"]["first-load"]["postgresql"]["processes"]}
    assert {"upstate", "backend in state_postgresql"} <= set(seen)
    for process in seen.values():
        assert process["resident"] >= process["private"] > 0


def test_a_profile_says_where_the_seconds_went(measured: tuple[str, dict[str, Any]]) -> None:
    for heading in ("processor seconds:", "read, sent", "statement"):
        assert measured[0].count(heading) == 8  # two sources, each loaded and run again in three ways


def test_a_ratio_is_the_median_of_the_rounds_so_that_a_slow_moment_of_the_machine_does_not_count() -> None:
    assert ratio([2.0, 30.0, 4.4], [1.0, 10.0, 2.0]) == pytest.approx(2.2)


@pytest.mark.parametrize(("option", "wrong"), [("--sources", "oracle"), ("--only", "second-load")])
def test_a_source_or_an_experiment_that_there_is_not_is_one_clear_line(option: str, wrong: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "bench", option, wrong], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert f"'{wrong}' is none of" in said.stderr
    assert "Traceback" not in said.stderr
