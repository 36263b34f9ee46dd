"""The front door for Python: exactly these names, and nothing heavy behind them until it is asked for."""

from __future__ import annotations

import subprocess
import sys
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
