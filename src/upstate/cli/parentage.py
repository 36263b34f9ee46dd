"""A child process that does not outlive its parent, however the parent ended."""

from __future__ import annotations

import os
import signal
import threading
import time

_LOOK_AGAIN = 1.0  # seconds


def end_with_parent() -> None:
    """From now on, once the parent is gone, this process is told to end as if someone had asked it to."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_AGAIN)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
