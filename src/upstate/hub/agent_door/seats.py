"""How many agents a process serves at once with what costs it a thread or memory; the others come again in a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from upstate.hub.agent_door.refusing import RefusedError

UPLOADS = 6
WAITING = 3
_PATIENCE = 2.0  # seconds
_uploads = threading.BoundedSemaphore(UPLOADS)
_waiting = threading.BoundedSemaphore(WAITING)
_lock = threading.Lock()
_uploading: set[int] = set()


@contextmanager
def upload_seat(district: int) -> Iterator[None]:
    """A seat for a batch that comes in, one for each district; RefusedError, to come again, where none is free.

    It bounds what batches take of memory, and lets no district keep all seats by sending slowly.
    """
    with _lock:
        if district in _uploading:
            raise RefusedError("busy", "Another batch of this district is just coming in. Send one after the other.", 1)
        _uploading.add(district)
    try:
        if not _uploads.acquire(timeout=_PATIENCE):
            raise RefusedError("busy", "Other districts are just sending. Come again in a second.", 1)
        try:
            yield
        finally:
            _uploads.release()
    finally:
        with _lock:
            _uploading.discard(district)


@contextmanager
def waiting_seat() -> Iterator[bool]:
    """Whether this request may wait for work to come."""
    mine = _waiting.acquire(blocking=False)
    try:
        yield mine
    finally:
        if mine:
            _waiting.release()
