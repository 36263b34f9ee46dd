"""`upstate agent` where only its own requirements are installed: no Django, no PostgreSQL server, none of the hub."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# refuses to import what the hub's extra brings and an agent's requirements do not
_ALONE = """
import sys
from importlib.abc import MetaPathFinder
absent = set(sys.argv[1].split(","))
class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from upstate.cli.main import main
main(sys.argv[2:])
"""


def needs(requirement: str) -> set[str]:
    """The distributions that a requirement brings with it, itself included."""
    name = re.split(r"[\[<>=;! ]", requirement)[0].lower().replace("_", "-")
    found = {name}
    try:
        further = distribution(name).requires or []
    except ModuleNotFoundError:
        return found
    for each in further:
        if "extra ==" not in each:
            found |= needs(each)
    return found


def absent_modules() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    mine = {each for need in project["dependencies"] for each in needs(need)}
    hubs = {each for need in project["optional-dependencies"]["hub"] for each in needs(need)} - mine
    assert "django" in hubs
    modules = packages_distributions()
    return ",".join(m for m, names in modules.items() if {n.lower().replace("_", "-") for n in names} <= hubs)


def alone(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", _ALONE, absent_modules(), *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


def test_every_command_of_the_agent_is_there(tmp_path: Path) -> None:
    assert alone("agent", "--help").returncode == 0
    (tmp_path / "district.sqlite").touch()
    file = tmp_path / "agent.toml"
    file.write_text('[hub]\nurl = "http://localhost:9"\n[source]\nurl = "district.sqlite"\n')
    (tmp_path / "agent.key").write_text("a key")
    checked = alone("agent", "check", "--config", str(file))
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "WRONG  hub: The hub http://localhost:9 cannot be reached" in checked.stdout


def test_the_whole_of_the_agents_room_can_be_imported() -> None:
    rooms = (ROOT / "src" / "upstate" / "agent").rglob("*.py")
    names = [".".join(path.relative_to(ROOT / "src").with_suffix("").parts) for path in rooms]
    lines = _ALONE.partition("from upstate.cli.main")[0] + "".join(f"import {name}\n" for name in names)
    done = subprocess.run(
        [sys.executable, "-c", lines, absent_modules()], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_of_the_hub_says_what_to_install() -> None:
    refused = alone("status", "Lakeside")
    assert refused.returncode == 1
    assert 'pip install "upstate[hub]"' in refused.stderr
    assert "Traceback" not in refused.stderr
