"""The front door for Python: exactly these names, and nothing heavy behind them until it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.cli.command import make_catalog, make_source

import upstate

NAMES = [
    "Catalog",
    "Plan",
    "UpstateError",
    "Zone",
    "add_district",
    "make_plan",
    "read_catalog",
    "resync",
    "set_up",
    "shipped_catalog",
]


def test_the_front_door_offers_exactly_these_names() -> None:
    assert upstate.__all__ == NAMES
    assert all(getattr(upstate, name).__doc__ for name in NAMES)


def test_importing_upstate_sets_up_no_django_and_loads_no_driver() -> None:
    code = "import upstate, sys; print([m for m in ('django', 'psycopg', 'pyarrow', 'click') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_name_that_the_front_door_has_not_is_said_as_python_says_it() -> None:
    with pytest.raises(AttributeError, match="module 'upstate' has no attribute 'resink'"):
        _ = upstate.resink  # type: ignore[attr-defined]


INTERRUPTED = """
import sys

loading = sys.argv[1]
sys.argv[1:] = ["catalog", "check"]

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == loading:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from upstate.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("loading", "says"),
    [
        ("click", "upstate: stopped before anything was begun."),
        ("upstate.errors", "upstate: stopped before anything was begun."),
        ("upstate.cli.catalog", "upstate: stopped. Nothing is lost: running the same command again goes on from here."),
        ("upstate.catalog", "upstate: stopped. Nothing is lost: running the same command again goes on from here."),
    ],
)
def test_ctrl_c_while_a_command_loads_is_one_line(loading: str, says: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED, loading]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (130, "", says)


def test_the_command_begins_where_it_can_be_stopped() -> None:
    (entry,) = (each for each in entry_points(group="console_scripts") if each.name == "upstate")
    assert entry.value == "upstate.__main__:main"


def test_a_command_that_tells_in_json_loads_nothing_that_draws() -> None:
    names = ("resync", "verify", "local_runner", "local_leftovers", "local_reports", "progress")
    commands = "import " + ", ".join(f"upstate.cli.{name}" for name in names)
    ran = subprocess.run(
        [sys.executable, "-c", f"{commands}; import sys; print('rich' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "False\n"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells a process's threads this way")
def test_a_command_keeps_no_threads_for_algebra() -> None:
    code = "from contextlib import suppress; from upstate.cli.main import main; import os\n"
    code += "with suppress(SystemExit): main(['--version'])\n"
    code += "import numpy; print(len(os.listdir('/proc/self/task')))"
    without = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    ran = subprocess.run([sys.executable, "-c", code], env=without, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "1"


def test_a_district_is_sent_from_python_in_three_calls(database: str, tmp_path: Path) -> None:
    make_catalog(tmp_path / "catalog")
    make_source(tmp_path / "lakeside.sqlite")
    catalog = upstate.set_up(database, tmp_path / "catalog")
    zone = upstate.add_district(database, "Lakeside", str(tmp_path / "lakeside.sqlite"), school_year=2024)
    assert upstate.make_plan(catalog, None, zone).objects == ("School", "Student", "Bus")
    outcome = upstate.resync(database, "Lakeside", ["Student"])
    assert [(run.object, run.counts.created, run.counts.errors) for run in outcome.runs] == [
        ("School", 2, 1),
        ("Student", 6, 3),
    ]
    with pytest.raises(upstate.UpstateError, match="There is no object"):
        upstate.resync(database, "Lakeside", ["Pupil"])
