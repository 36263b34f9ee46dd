"""What stands between agent and hub: passes each request on over TLS, or does to it what its fate is."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from torment.mischief import Fate, Mischief

_HUB_SECONDS = 60.0  # for which an answer of the hub is waited for
_PIECES, _PAUSE = 8, 0.05  # of what comes slowly
_OWN_HEADERS = frozenset({"connection", "content-length", "transfer-encoding", "host", "date", "server"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the agent made it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub said to it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def why(self) -> str:
        """The word for a refusal, "" where it is none."""
        if self.status < http.client.BAD_REQUEST:
            return ""
        try:
            return str(json.loads(self.body)["why"])
        except (ValueError, TypeError, KeyError):
            return str(self.status)


@dataclass
class Between:
    """The proxy at work: where it is, what befell requests, which refusals the hub answered with."""

    hub: int
    fate: Fate
    trust: ssl.SSLContext
    port: int = 0
    befell: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    silent: list[http.client.HTTPSConnection] = field(default_factory=list)
    late: list[tuple[int, Request]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """What the agent takes for the hub."""
        return f"https://localhost:{self.port}"

    def begun(self, request: Request) -> http.client.HTTPSConnection:
        """A connection to the hub on which the request's head has been sent."""
        connection = http.client.HTTPSConnection("localhost", self.hub, timeout=_HUB_SECONDS, context=self.trust)
        connection.putrequest(request.method, request.path, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders()
        return connection

    def asked(self, request: Request, *, slowly: bool = False) -> Answer:
        """The hub's answer; OSError or HTTPException where there comes none."""
        connection = self.begun(request)
        try:
            pieces = _PIECES if slowly else 1
            step = max(1, -(-len(request.body) // pieces))
            for at in range(0, len(request.body), step):
                connection.send(request.body[at : at + step])
                if slowly:
                    time.sleep(_PAUSE)
            said = connection.getresponse()
            headers = {name: value for name, value in said.getheaders() if name.lower() not in _OWN_HEADERS}
            answer = Answer(said.status, headers, said.read())
        finally:
            connection.close()
        if answer.why:
            with self.lock:
                self.refused[answer.why] += 1
        return answer

    def due(self) -> list[Request]:
        """The late ones that come now, as one more request has passed."""
        with self.lock:
            left = [(after - 1, request) for after, request in self.late]
            self.late = [each for each in left if each[0] > 0]
            return [request for after, request in left if after <= 0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    between: Between

    def handle_one_request(self) -> None:
        """As it is, but an agent that is gone is no error."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN_HEADERS}
        request = Request(self.command, self.path, headers, body)
        what = self.between.fate.draw(request.method, len(body))
        if what is not None:
            self.between.befell[what] += 1
        try:
            self._answer(self._met(request, what), half=what == "cut answer")
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # the agent learns of it as it would without us: it is cut off
        for again in self.between.due():
            try:
                self.between.asked(again)
            except (OSError, http.client.HTTPException):
                continue

    do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - as the base class wants them called

    def _met(self, request: Request, what: Mischief | None) -> Answer | None:
        """The answer that the agent gets; None: it is cut off."""
        between, body = self.between, request.body
        half = len(body) // 2
        match what:
            case "cut before":
                return None
            case "cut upload" | "silence":
                connection = between.begun(request)
                connection.send(body[:half])
                if what == "silence":
                    between.silent.append(connection)
                else:
                    connection.close()
                return None
            case "shorten":
                body = body[:half] + body[half + 1 :]
            case "flip":
                body = body[:half] + bytes([body[half] ^ 0x10]) + body[half + 1 :]
            case "lose answer":
                between.asked(request)
                return None
            case "twice":
                between.asked(request)
            case "late":
                with between.lock:
                    between.late.append((between.fate.later(), request))
        return between.asked(Request(request.method, request.path, request.headers, body), slowly=what == "slow")

    def _answer(self, answer: Answer | None, *, half: bool) -> None:
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if half else answer.body)
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: what befell is counted."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An agent that was killed while it spoke is no error of ours."""


@contextmanager
def between(hub: int, fate: Fate, authority: tuple[Path, Path]) -> Iterator[Between]:
    """The proxy before the hub at this port, for the block."""
    trust = ssl.create_default_context(cafile=str(authority[0]))
    made = Between(hub, fate, trust)
    handler = type("Handler", (_Handler,), {"between": made})
    server = _Server(("127.0.0.1", 0), handler)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(*authority)
    server.socket = shown.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="between")
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for connection in made.silent:
            connection.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
