"""Files without a name to put something aside in, used again once whoever had one is done with it.

A page that a file has already is written anew in a tenth of the time or less that it takes to find it a fresh one, and
most of what is put aside while a district is compared is never read again.
"""

from __future__ import annotations

import atexit
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Final

_MOST_BYTES: Final = 128 << 20  # of the disk, that each holds on to while nobody uses it
_MOST_FILES: Final = 2

_lock = Lock()
_idle: list[IO[bytes]] = []


def borrow() -> IO[bytes]:
    """A file to write from its beginning; what is in it beyond that is nobody's. OSError where there can be none."""
    with _lock:
        if _idle:
            return _idle.pop()
    return TemporaryFile()


def give_back(file: IO[bytes]) -> None:
    """Let another have it. Where the disk is full, whoever wrote has said so; such a file is not used again."""
    with suppress(OSError):
        if file.seek(0, 2) > _MOST_BYTES:
            file.truncate(_MOST_BYTES)
        file.seek(0)
        with _lock:
            if len(_idle) < _MOST_FILES:
                _idle.append(file)
                return
    with suppress(OSError):  # what was never written is tried once more
        file.close()


@atexit.register
def _close() -> None:
    while _idle:
        _idle.pop().close()
