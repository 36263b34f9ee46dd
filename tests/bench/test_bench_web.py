"""The measuring of pages runs from end to end, and tells when a page takes too long."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bench.web import Figure

ROOT = Path(__file__).parents[2]


def test_a_figure_beyond_its_limit_does_not_hold() -> None:
    assert Figure("a page", [10.0, 30.0, 20.0], 4, most=20.0, most_statements=4).holds
    assert not Figure("a page", [10.0, 30.0, 21.0], 4, most=20.0).holds
    assert not Figure("a page", [1.0], 5, most=20.0, most_statements=4).holds


@pytest.mark.slow
def test_every_page_is_measured(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.web",
            "--rejections",
            "2000",
            "--rounds",
            "1",
            "--watched",
            "1",
            "--scale",
            "0.001",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error Log, roots, first page" in done.stdout, done.stderr
    assert re.search(r"watched by 1 \([1-9]\d* looks\)", done.stdout), done.stderr
    assert re.search(r"watched by 50 \([1-9]\d* looks\)", done.stdout)
    assert "2,000 open rejections" in done.stdout
    assert "Traceback" not in done.stderr
