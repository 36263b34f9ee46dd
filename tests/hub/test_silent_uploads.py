"""A line that goes dead in the middle of a body holds nobody up: neither its own district nor the hub."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hub.hub_process import serving
from tests.hub.serving import connect_agent
from tests.hub.state import State, schools

from upstate.hub.web.arriving_bodies import ArrivingBody, Watch
from upstate.hub.web.silent_lines import Line

PATIENCE = 60.0  # seconds
THREADS = 16  # of a hub's process; see cli/hub_up.py


@contextmanager
def half(port: int, head: str, body: bytes) -> Iterator[socket.socket]:
    """A connection on which a request's head came and half of its body, and then nothing."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"{head}Host: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
        yield line


def ask(port: int, key: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, f"/agent/v1/{path}", body, {"Authorization": f"Bearer {key}", **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says since when a line is silent")
def test_a_line_that_goes_dead_in_the_middle_of_an_upload_holds_nobody_up_for_long(
    state: State, tmp_path: Path
) -> None:
    key = connect_agent(state)
    state.place("School")
    parcel = schools(0)
    with serving(state.url, tmp_path, UPSTATE_LEASE_SECONDS="3") as (_, port), ExitStack() as lines:
        _, hello = ask(port, key, "POST", "hello", b"{}")
        _, said = ask(port, key, "POST", "claim", b"{}", **{"Upstate-Catalog": hello["catalog"]})
        path = f"orders/{said['order']['id']}/batches/0?epoch={said['order']['epoch']}&records=3"
        shown = f"Authorization: Bearer {key}\r\nUpstate-Digest: {parcel.digest.hex()}\r\n"
        dead = lines.enter_context(half(port, f"PUT /agent/v1/{path} HTTP/1.1\r\n{shown}", parcel.payload))
        for _ in range(THREADS):  # nobody needs a key for this
            lines.enter_context(half(port, "POST /agent/v1/enroll HTTP/1.1\r\n", b'{"code": "ABCD", "place": "x"}'))
        digest = {"Upstate-Digest": parcel.digest.hex()}
        end = time.monotonic() + PATIENCE
        taken = False
        while not taken:
            with suppress(OSError, http.client.HTTPException):  # all threads wait, and so do we: this line is cut too
                status, answer = ask(port, key, "PUT", path, parcel.payload, **digest)
                taken = status == 200
                assert taken or answer["why"] == "busy"
            assert time.monotonic() < end, "the district is held up"
            time.sleep(0.2)
        dead.settimeout(PATIENCE)
        with suppress(ConnectionError):
            while dead.recv(1 << 16):  # it is cut, whether it was told why before or not
                continue
    assert state.rows("SELECT number, payload FROM hub_batch") == [(0, parcel.payload)]


@given(st.binary(max_size=300), st.lists(st.integers(-1, 50), max_size=30))
def test_what_is_read_of_a_body_is_what_came(data: bytes, sizes: list[int]) -> None:
    body = ArrivingBody(BytesIO(data + b"of the next request"), len(data), Line("", ""), Watch())
    plain = BytesIO(data)
    for number, size in enumerate(sizes):
        read = "readline" if number % 3 == 0 else "read"
        assert getattr(body, read)(size) == getattr(plain, read)(size)
    assert body.read() == plain.read()
    assert body.read(1) == b""
