"""Calls a hub's REST API: HTTPS with its certificate checked, a token, and one clear line for whatever goes wrong."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx

from upstate.errors import ConfigError, HubError

TOKEN_VARIABLE = "UPSTATE_TOKEN"  # noqa: S105 - the name of it
_ROOT = "/api/v1"
_HERE = ("localhost", "127.0.0.1", "::1")
_SECONDS = httpx.Timeout(60.0, connect=10.0)
_PATIENCE = 120.0  # seconds for which a hub that is being started again is waited for
_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_AWAY = (502, 503, 504)


class RemoteClient:
    """Calls one hub with one token.

    ConfigError where the address or the token will not do, HubError where the hub cannot be reached or refuses.
    """

    def __init__(self, url: str, token: str | None, environment: Mapping[str, str] = os.environ) -> None:
        self._url = _checked(url)
        token = (token or environment.get(TOKEN_VARIABLE) or "").strip()
        if not token:
            raise ConfigError(
                f"A hub elsewhere needs a token: make one on its page My tokens, and put it in {TOKEN_VARIABLE}."
            )
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise ConfigError("This is no token: it has characters that none has.")
        self._client = httpx.Client(
            base_url=self._url + _ROOT,
            headers={"Authorization": f"Bearer {token}", "User-Agent": f"upstate/{version('upstate')}"},
            timeout=_SECONDS,
            verify=ssl.create_default_context(),  # what this machine trusts, a state's own authority included
            follow_redirects=False,
            trust_env=self._url.startswith("https"),  # no proxy between this machine and itself
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def get(self, path: str, *, patient: bool = False, **query: Any) -> Any:
        """The JSON at a path; None values are left out. `patient`: a hub that is away for a while is waited for."""
        given = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        until = time.monotonic() + (_PATIENCE if patient else 0.0)
        while True:
            try:
                answer = self._send("GET", path, params=given)
                if answer.status_code not in _AWAY or time.monotonic() >= until:
                    return self._read(answer)
            except HubError:
                if time.monotonic() >= until:
                    raise
            time.sleep(_PAUSE)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that a POST of JSON is answered with."""
        return self._read(self._send("POST", path, json=body))

    def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        while True:
            try:
                answer = self._client.request(method, path, **how)
            except httpx.TransportError as error:
                raise HubError(f"The hub {self._url} cannot be reached: {_why(error)}.") from error
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or not _wait_as_told(answer):
                return answer

    def _read(self, answer: httpx.Response) -> Any:
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.is_success and isinstance(body, dict):
            return body
        if isinstance(body, dict) and isinstance(body.get("error"), str):
            raise HubError(body["error"])
        raise HubError(f"{self._url} does not answer as a hub of Upstate does ({answer.status_code}). Check --hub.")


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("https", "http") or parts.path not in ("", "/") or parts.query or "@" in url:
        raise ConfigError(
            f"--hub cannot be read: {url.rpartition('@')[2]}. Write it as in https://upstate.example.gov."
        )
    if parts.scheme == "http" and host not in _HERE:
        raise ConfigError(
            "A token must not cross the network in the clear: --hub takes https://, http:// only for localhost."
        )
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


def _wait_as_told(answer: httpx.Response) -> bool:
    """Wait as long as the hub says; False where that is too long to wait for, or it does not say."""
    told = answer.headers.get("Retry-After", "")
    if not told.isdigit() or int(told) > _LONGEST_PAUSE:
        return False
    time.sleep(max(_PAUSE, int(told)))
    return True


def _why(error: httpx.TransportError) -> str:
    said = " ".join(str(error).split()).rstrip(".")
    return said or ("it took too long to answer" if isinstance(error, httpx.TimeoutException) else type(error).__name__)
