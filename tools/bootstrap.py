"""Makes `.venv` with Upstate and its tools in it, from nothing but Python; does nothing where that is already so.

Standard library only, and written so that an old Python can read it far enough to say that it is too old.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "upstate.stamp"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
OLDEST = (3, 11)
NEWER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")


def main():
    # type: () -> None
    """Bring `.venv` up to date. Ends the program with one line where it cannot."""
    if sys.version_info < OLDEST:
        start_again_with_a_newer_python()
    with REQUIREMENTS.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once: the second waits, then finds nothing to do
        wanted = fingerprint()
        if STAMP.is_file() and STAMP.read_text() == wanted and works(PYTHON, "pass"):
            return
        say("Setting up .venv (a minute or two, once).")
        STAMP.unlink(missing_ok=True)
        make_venv()
        pip("install", "--require-hashes", "--only-binary", ":all:", "-r", str(REQUIREMENTS))
        pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
        STAMP.write_text(wanted)
        say("Ready: .venv/bin/upstate")


def start_again_with_a_newer_python():
    # type: () -> None
    """Replace this process by the newest suitable Python on the PATH, if there is one."""
    for name in NEWER_NAMES:
        found = shutil.which(name)
        if found and works(found, "import venv, ensurepip"):
            os.execv(found, [found, os.path.abspath(__file__)])  # noqa: PTH100 - as plain as an old Python needs it
    version = ".".join(str(part) for part in sys.version_info[:3])
    fail(
        "Upstate needs Python 3.11 or newer; {} is {}. Install one, or say PYTHON=/path/to/it.".format(  # noqa: UP032
            sys.executable, version
        )
    )


def fingerprint() -> str:
    """What the environment is made from: the pinned requirements, the project's own metadata, and where it stands."""
    digest = hashlib.sha256()
    for part in (REQUIREMENTS.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), os.fsencode(ROOT)):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def make_venv() -> None:
    """Create `.venv`, or make it anew where it is there but broken (moved, or its Python is gone)."""
    if works(PYTHON, "import pip, sys; sys.exit(sys.version_info < (3, 11))") and lives_here():
        return
    if not works(sys.executable, "import venv, ensurepip"):
        fail(
            f"{sys.executable} lacks its venv module. Install it (Debian: apt-get install python3-venv) and try again."
        )
    if VENV.is_symlink() or VENV.is_file():
        fail(f"{VENV} is not a folder. Move it away and try again.")
    run("make .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def lives_here() -> bool:
    """Whether `.venv` was made at this very path: its scripts carry it in their first line."""
    script = VENV / "bin" / "pip"
    return script.is_file() and os.fsencode(VENV) in script.read_bytes()


def pip(*arguments: str) -> None:
    """Run the environment's own pip, deaf to a user's site and to questions."""
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
    run("install the packages", [str(PYTHON), "-m", "pip", *arguments, *quiet])


def run(what: str, command: "list[str]") -> None:
    """Run a command in silence; where it fails, end with its last lines."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_PREFIX"):
        environment.pop(name, None)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        said = [line.strip() for line in done.stdout.decode(errors="replace").splitlines()]
        telling = [line for line in said if line and not line.startswith(("note:", "hint:", "╰─>", "[notice]"))]
        fail(f"Could not {what}; the last lines it said:\n  " + "\n  ".join(telling[-6:]))


def works(python: "Path | str", code: str) -> bool:
    """Whether this Python is there, may be started, and runs this code."""
    try:
        done = subprocess.run(
            [str(python), "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def say(line):
    # type: (str) -> None
    """Tell the person at the keyboard; kept off stdout, which belongs to the command that called us."""
    print(line, file=sys.stderr, flush=True)


def fail(line):
    # type: (str) -> None
    """End the program with one clear message."""
    say(f"bootstrap: {line}")
    sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        fail(f"{error.strerror}: {error.filename}")
    except KeyboardInterrupt:
        fail("stopped; run it again to go on.")
