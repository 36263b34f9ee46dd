"""What a large buffer took goes back to the system, also where smaller things that stay lie between."""

from __future__ import annotations

import subprocess
import sys

import pytest

_WORK = """
import ctypes, sys
from pathlib import Path
from upstate.cli.memory import hold_little

def held():
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) // 1024

if sys.argv[1] == "little":
    hold_little()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def taken(size):
    found = libc.malloc(size)
    ctypes.memset(found, 1, size)
    return found

libc.free(taken(30 << 20))  # from now on the C library keeps what is smaller than that
before = held()
large = []
for _ in range(20):
    large.append(taken(8 << 20))
    taken(4 << 10)
for each in large:
    libc.free(each)
print(held() - before)
"""


def held_after(how: str) -> int:
    """MiB that a process still holds after it is done with 160 MiB of large buffers."""
    done = subprocess.run([sys.executable, "-c", _WORK, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only the GNU C library on Linux is told")
def test_what_large_buffers_took_goes_back() -> None:
    assert held_after("much") > 100, "this C library gives everything back by itself: is the setting still needed?"
    assert held_after("little") < 16
