"""How a process that moves records holds memory: what a large buffer took goes back to the system with it."""

from __future__ import annotations

import ctypes
import gc
import sys

import pyarrow as pa

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # as malloc.h of the GNU C library has them
_LARGE = 1 << 20  # bytes
_KEPT = 4 << 20  # bytes
_LOOK_FOR_GARBAGE = 50_000  # new objects: what goes in circles may hold on to a batch


def look_for_garbage() -> None:
    """Look for it as often as a process needs that goes on after its start (see main.py).

    What there is when this is first called, modules above all, is there to stay and need not be looked through.
    """
    if gc.get_threshold()[0] != _LOOK_FOR_GARBAGE:
        gc.freeze()
        gc.set_threshold(_LOOK_FOR_GARBAGE)


def hold_little() -> None:
    """Give large buffers back when they are done with, in this process from now on.

    Arrow's own pool keeps much of what it once had, and so does the C library, which takes the largest buffer that it
    has seen freed for the measure of what to keep (a first load of 6.3 million records: 400 against 337 MiB). A little
    of what smaller ones took is kept, or every batch would find its pages anew (a thirtieth of a resync of changes).
    """
    look_for_garbage()
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
