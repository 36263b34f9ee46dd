"""Who runs a command, for the history."""

from __future__ import annotations

import getpass


def who() -> str:
    """The account that runs this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
