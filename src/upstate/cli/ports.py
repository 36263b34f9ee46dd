"""The port of a web server, for one of ours alone.

The web server shares its port with whoever of the same user asks for the same (SO_REUSEPORT, for processes of its own):
two hubs that start at the same moment would both get it, and answer by turns.
"""

from __future__ import annotations

import errno
import socket
import sys


def claim_port(host: str, port: int) -> socket.socket | None:
    """The right to listen there, until it is closed; None where somebody listens there, or is about to."""
    right = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        if sys.platform == "linux":
            right.bind(f"\0upstate {host}:{port}")  # no file: it goes with the process that has it
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            right.close()
            return None
        # whatever else is wrong with the address is for the server to say
    return right
