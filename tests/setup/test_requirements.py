"""The locked set-up: pinned, hashed, naming no registry, and the same as what the project says it needs."""

import re
import tomllib
from pathlib import Path

import pytest
from tools.house_rules import breaches, tracked

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_committed_file_breaks_a_house_rule() -> None:
    assert list(breaches(ROOT, tracked(ROOT))) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    entries = [entry for entry in re.split(r"\n(?=\S)", lock.read_text().strip()) if not entry.startswith("#")]
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+(\[[^]]+\])?==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_no_requirements_file_holds_an_address(file: Path) -> None:
    assert "://" not in file.read_text()
    assert not re.search(r"^--?(i|f|index-url|extra-index-url|find-links)\b", file.read_text(), re.MULTILINE)


def test_what_the_project_needs_is_what_base_in_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {line for line in (ROOT / "requirements" / "base.in").read_text().splitlines() if line and line[0] != "#"}

    def names(requirements: set[str]) -> set[str]:
        return {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}

    assert names({*project["dependencies"], *project["optional-dependencies"]["hub"]}) == names(named)


def test_an_agent_needs_neither_django_nor_a_postgresql_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    brought = " ".join([*project["dependencies"], *project["optional-dependencies"]["agent"]])
    for absent in ("django", "embedded", "granian", "pgpq", "whitenoise", "psutil"):
        assert absent not in brought


def test_both_locks_pin_the_same_versions() -> None:
    base, dev = (
        set(re.findall(r"^[a-z0-9-]+==[^ ]+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("base.txt", "dev.txt")
    )
    assert base <= dev


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("uv.lock", "", "lock files that name a registry"),
        ("requirements/x.txt", "--index-url https" + "://example.org", "holds an address"),
        ("src/utils.py", '"""Says."""\n', "are not names"),
        ("src/long.py", '"""Says."""\n' + "x = 1\n" * 350, "split it"),
        ("src/silent.py", "x = 1\n", "begin with a docstring"),
        ("src/silent.sql", "SELECT 1\n", "begin with a comment"),
        ("src/later.py", '"""Says."""\n# TO' + "DO\n", "marks something unfinished"),
        ("README.md", "see pypi" + ".org", "names a package registry"),
    ],
)
def test_each_house_rule_catches_its_breach(tmp_path: Path, path: str, text: str, said: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text)
    (found,) = breaches(tmp_path, [path])
    assert found.startswith(path)
    assert said in found
