"""Cuts connections on which nothing has come for long: the server itself waits for the rest of a body for ever.

Its interface tells no application which connection a request came on, so it is found by what the system knows of each:
where it comes from, and since when nothing has arrived on it. Only Linux says that; elsewhere none is cut.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
from dataclasses import dataclass

import psutil

_LAST_DATA_RECEIVED = 52  # where tcp_info of linux/tcp.h has it: milliseconds, 32 bits
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Where connections come from, and the port of ours that they come to."""

    address: str
    port: str


def cut_if_silent(line: Line, seconds: float) -> int:
    """Cut every connection of this line on which nothing has arrived for so long; how many.

    One that waits for an answer of ours may be among them, where one from the same address is stuck: it is asked again.
    """
    cut = 0
    with contextlib.suppress(psutil.Error, OSError):
        for found in psutil.Process().net_connections(kind="tcp"):
            if found.status != psutil.CONN_ESTABLISHED or str(found.laddr.port) != line.port:
                continue
            if found.raddr.ip.removeprefix("::ffff:") == line.address.removeprefix("::ffff:"):
                cut += _cut(found.fd, seconds)
    if cut:
        _log.warning("Cut %s connections from %s: a body stopped coming.", cut, line.address)
    return cut


def _cut(number: int, seconds: float) -> bool:
    if not hasattr(socket, "TCP_INFO"):
        return False
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as found:
        told = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED + 4)
        if len(told) == _LAST_DATA_RECEIVED + 4:
            (silent,) = struct.unpack_from("<I", told, _LAST_DATA_RECEIVED)
            if silent >= 1000 * seconds * 0.9:
                found.shutdown(socket.SHUT_RDWR)
                return True
    return False
