"""The rules of this house that no other tool checks: names, sizes, first lines, and no address where none belongs."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 350
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}
LOCK_FILES = re.compile(r"(^|/)requirements[^/]*(/|$)|\.lock$|^Pipfile")
REGISTRY_LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}
# spelled in two halves, so that this file does not name what it looks for
REGISTRY_HOST = re.compile(r"\b(files\.python" + r"hosted\.org|pypi\." + r"(org|python\.org))\b", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")


def main() -> None:
    """Print every broken rule, one a line, and end with 1 where there is any."""
    broken = list(breaches(ROOT, tracked(ROOT)))
    for line in broken:
        print(line)
    sys.exit(1 if broken else 0)


def tracked(root: Path) -> list[str]:
    """The paths of a checkout that are, or would be, committed, relative to it."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted(path for path in listing.stdout.decode().split("\0") if path and (root / path).is_file())


def breaches(root: Path, paths: list[str]) -> Iterator[str]:
    """Yield `path: what is wrong and what to do` for each broken rule."""
    for path in paths:
        name = Path(path)
        if name.name in REGISTRY_LOCKS:
            yield f"{path}: lock files that name a registry are not committed; use requirements/*.txt"
        if VAGUE_NAMES & {part.removesuffix(".py") for part in name.parts} and name.suffix == ".py":
            yield f"{path}: say what it does; utils, common, helpers and manager are not names"
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if LOCK_FILES.search(path) and "://" in text:
            yield f"{path}: holds an address; export the requirements without any"
        if REGISTRY_HOST.search(text):
            yield f"{path}: names a package registry; leave that to the reader's own configuration"
        if name.suffix in {".py", ".sql"}:
            yield from code_breaches(path, text)
    yield from picture_breaches(root, paths)


def picture_breaches(root: Path, paths: list[str]) -> Iterator[str]:
    """Pictures are large: each is there because a page of ours shows it."""
    pages = "".join((root / path).read_text(encoding="utf-8") for path in paths if path.endswith(".md"))
    for path in paths:
        if path.startswith("docs/screenshots/") and f"screenshots/{Path(path).name})" not in pages:
            yield f"{path}: no page shows it; show it where it helps, or leave it out"


def code_breaches(path: str, text: str) -> Iterator[str]:
    """The rules for what we wrote ourselves in Python and SQL."""
    lines = text.count("\n")
    if lines > MOST_LINES and "/migrations/" not in path:
        yield f"{path}: {lines} lines; split it, {MOST_LINES} is the most"
    if UNFINISHED.search(text):
        yield f"{path}: marks something unfinished; finish it or open an issue"
    if path.endswith(".sql") and text and not text.startswith("--"):
        yield f"{path}: begin with a comment that says what the statement does"
    if path.endswith(".py") and text and not begins_with_a_docstring(text):
        yield f"{path}: begin with a docstring that says its one reason to exist"


def begins_with_a_docstring(text: str) -> bool:
    """Whether a module says what it is for; one that cannot be read is left to ruff."""
    try:
        return ast.get_docstring(ast.parse(text)) is not None
    except SyntaxError:
        return True


if __name__ == "__main__":
    main()
