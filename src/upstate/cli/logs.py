"""What the hub's processes say while they run: one line each on standard error, with keys and never with values."""

from __future__ import annotations

import logging


def log_to_stderr() -> None:
    """Write what is worth knowing to standard error; a refused request (404, 403) is not."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django.security").setLevel(logging.ERROR)
