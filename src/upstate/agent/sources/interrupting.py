"""Ctrl-C while a driver is at work: Python raises it once the statement has ended, as with any other call.

ADBC's own handler, which it sets for the main thread alone, cancels the statement and loses the interrupt: the object
at hand then looks as if the database had refused it, and the command goes on. At times it ends the whole process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adbc_driver_manager import dbapi


def leave_interrupts_alone() -> None:
    """Have the driver call what blocks as it does in every other thread: without a handler of its own."""
    vars(dbapi)["_blocking_call"] = _called


def _called(
    call: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], _cancel: Callable[[], None]
) -> Any:
    return call(*args, **kwargs)
