"""Waiting in tests for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 240.0  # seconds; a machine that is busy with other things is no fault of a test


def wait_until(so: Callable[[], object], what: str = "it did not come to that") -> None:
    """Until it is so, looking many times a second; AssertionError that says `what` where it never is."""
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, what
        time.sleep(0.03)
