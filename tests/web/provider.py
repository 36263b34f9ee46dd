"""An OpenID Connect provider for tests: a real server on this machine that vouches for whoever it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, SECRET = "upstate", "a secret of the tests"


class Provider:
    """What the provider says: `claims` of whoever signs in; `asked` are the forms that came for a token."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.claims: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []

    def answer(self, path: str, form: dict[str, list[str]]) -> dict[str, Any] | None:
        """The answer to a request, or None where there is no such address."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/token":
            self.asked.append(form)
            now = int(time.time())
            told = {**self.claims, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60}
            token = jwt.encode(told, "k" * 32, algorithm="HS256")
            return {"access_token": "access", "token_type": "Bearer", "id_token": token, "expires_in": 60}
        return self.claims if path == "/userinfo" else None


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider for the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    made = Provider(f"http://127.0.0.1:{server.server_address[1]}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._say(parse_qs(body.decode()))

        def _say(self, form: dict[str, list[str]]) -> None:
            answer = made.answer(urlsplit(self.path).path, form)
            text = json.dumps(answer or {}).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Nothing is said."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
