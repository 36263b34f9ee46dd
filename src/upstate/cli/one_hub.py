"""One hub a home: the file that says whether one runs, as which process, and where its pages are."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from upstate.cli.settings import Settings
from upstate.errors import ConfigError

STOP_SECONDS = 30.0
_PATIENCE = 1.0
_LOOK_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that runs: the process that everything of it hangs on, and the address of its pages."""

    pid: int
    address: str


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[Callable[[str], None]]:
    """Be the one hub of this home; yields what tells others the address. ConfigError where one runs already.

    The file is locked as long as this lasts; the lock goes with the process, however that ends.
    """
    lock = os.open(_file(settings), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def tell(address: str) -> None:
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(lock, 0)
        os.pwrite(lock, text, 0)

    try:
        if not _within(_PATIENCE, lambda: _locked(lock)):  # someone who only looks holds it for a moment
            found = running_hub(settings)
            where = f" at {found.address}" if found else ""
            raise ConfigError(f"The hub runs already{where}. Stop it with: upstate hub down.")
        yield tell
        os.ftruncate(lock, 0)
    finally:
        os.close(lock)


def running_hub(settings: Settings) -> RunningHub | None:
    """The hub that runs for this home; None where none does, or where it is only just starting."""
    file = _file(settings)
    if not _held(file):
        return None
    with contextlib.suppress(OSError, ValueError, TypeError):
        return RunningHub(**json.loads(file.read_text()))
    return None


def stop_hub(settings: Settings) -> bool:
    """Stop the hub that runs for this home and wait for it; False where none runs. ConfigError where it will not."""
    found = running_hub(settings)
    if found is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    if not _within(2 * STOP_SECONDS, lambda: not _held(_file(settings))):
        raise ConfigError(f"The hub (process {found.pid}) does not stop. End it by hand.")
    return True


def _file(settings: Settings) -> Path:
    return settings.folder("hub") / "running"


def _held(file: Path) -> bool:
    try:
        with file.open("r") as seen:
            fcntl.flock(seen, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _within(seconds: float, so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_AGAIN)
    return True
