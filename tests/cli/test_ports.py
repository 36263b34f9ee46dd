"""A port belongs to one web server of ours: two that start at the same moment must not both get it."""

from __future__ import annotations

import socket
import sys

import pytest

from upstate.cli.ports import claim_port


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that go with their process")
def test_a_port_is_claimed_once_until_it_is_given_back() -> None:
    port = free_port()
    right = claim_port("127.0.0.1", port)
    assert right is not None
    assert claim_port("127.0.0.1", port) is None
    right.close()
    again = claim_port("127.0.0.1", port)
    assert again is not None
    again.close()


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "by one who would share it"])
def test_where_somebody_listens_there_is_no_claim(shared: bool) -> None:
    with socket.socket() as other:
        if shared:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert claim_port("127.0.0.1", other.getsockname()[1]) is None


def test_an_address_that_is_none_is_for_the_server_to_tell() -> None:
    right = claim_port("256.0.0.1", free_port())
    assert right is not None
    right.close()
