"""`make setup`: nothing to do where all is done, and one clear line where it cannot go on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools import bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout under a folder with spaces, whose pinned requirements are none."""
    root = tmp_path / "a checkout with spaces"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "dev.txt").write_text("")
    shutil.copy(ROOT / "pyproject.toml", root)
    for name, value in {
        "ROOT": root,
        "VENV": root / ".venv",
        "PYTHON": root / ".venv" / "bin" / "python",
        "STAMP": root / ".venv" / "upstate.stamp",
        "REQUIREMENTS": root / "requirements" / "dev.txt",
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    return root


def test_an_environment_that_is_up_to_date_is_left_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: ran.append(arguments))
    bootstrap.main()
    assert [arguments[0] for arguments in ran] == ["install", "install"]
    bootstrap.main()
    assert len(ran) == 2
    (checkout / "requirements" / "dev.txt").write_text("# changed\n")
    bootstrap.main()
    assert len(ran) == 4


def test_an_environment_that_was_moved_is_made_anew(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "pip", lambda *_: None)
    bootstrap.main()
    pip = checkout / ".venv" / "bin" / "pip"
    pip.write_text(pip.read_text().replace(str(checkout), "/elsewhere"))
    (checkout / ".venv" / "upstate.stamp").write_text("another place")
    bootstrap.main()
    assert str(checkout) in pip.read_text()


def test_a_failing_pip_is_told_by_its_last_lines(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "requirements" / "dev.txt").write_text("this is no requirement\n")
    with pytest.raises(SystemExit) as ended:
        bootstrap.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "bootstrap: Could not install the packages" in said
    assert "Invalid requirement" in said
    assert not (checkout / ".venv" / "upstate.stamp").exists()


def test_an_old_python_with_no_newer_beside_it_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit):
        bootstrap.main()
    said = capsys.readouterr().err.strip()
    assert said.startswith("bootstrap: Upstate needs Python 3.11 or newer; ")
    assert "\n" not in said


def test_a_python_without_venv_is_one_clear_line(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "works", lambda *_: False)
    with pytest.raises(SystemExit):
        bootstrap.main()
    assert "lacks its venv module" in capsys.readouterr().err.splitlines()[-1]


def test_it_works_with_no_home_at_all(tmp_path: Path) -> None:
    def set_up() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "bootstrap.py"],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "absent")},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    set_up()
    assert set_up() == (0, "")


def test_make_alone_prints_what_there_is() -> None:
    said = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "check", "bench"):
        assert f"make {target}" in said
