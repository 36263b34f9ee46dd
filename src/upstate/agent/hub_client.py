"""Asks the hub over HTTPS: with the certificate checked, a key, patience, and one clear error for what goes wrong."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from upstate.agent.patience import GiveUp, Trouble, next_step
from upstate.errors import ConfigError, FencedError, HubAwayError, HubError, StaleCatalogError, WireError
from upstate.wire.protocol import ROOT

_SECONDS = httpx.Timeout(90.0, connect=10.0, pool=60.0)
LONG = httpx.Timeout(900.0, connect=10.0, pool=60.0)  # for what the state's database computes
_HERE = ("localhost", "127.0.0.1", "::1")
_PATIENT: frozenset[str] = frozenset({"away", "busy", "often", "damaged"})
_BALANCERS = (502, 503, 504)
_LONGEST_SAID = 500


class StopAsked(Exception):  # noqa: N818 - nothing is wrong
    """The agent was told to stop while it waited."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where the hub is: its address; `ca` a file of authorities to trust beside this machine's own; a certificate and
    its key to show, where the hub asks for one."""

    url: str
    ca: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """How certificates are checked and shown; ConfigError where a file will not do."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca is not None:
            try:
                context.load_verify_locations(self.ca)
            except (OSError, ssl.SSLError) as error:
                raise ConfigError(f"The authority's certificate {self.ca} cannot be used: {_line(error)}.") from error
        if self.certificate is not None:
            try:
                context.load_cert_chain(self.certificate, self.certificate_key)
            except (OSError, ssl.SSLError) as error:
                raise ConfigError(f"The certificate {self.certificate} cannot be used: {_line(error)}.") from error
        return context


class HubClient:
    """One hub, asked with one key; safe between threads.

    Every request is repeated with patience, which is safe as each changes nothing the second time. HubError where the
    hub refuses for good, HubAwayError where patience is over, StopAsked where `stop` was set while we waited.
    """

    def __init__(
        self,
        address: HubAddress,
        key: str | None,
        *,
        stop: threading.Event | None = None,
        say: Callable[[str], object] = lambda _line: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.url = checked(address.url)
        self.stop = threading.Event() if stop is None else stop
        self._say = say
        self._chance = chance
        headers = {"User-Agent": f"upstate-agent/{version('upstate')}"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        secure = self.url.startswith("https")
        self._client = httpx.Client(
            base_url=self.url + ROOT,
            headers=headers,
            timeout=_SECONDS,
            verify=address.tls() if secure else True,
            follow_redirects=False,
            trust_env=secure,  # no proxy between this machine and itself
        )

    def __enter__(self) -> HubClient:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connections."""
        self._client.close()

    def show(self, key: str) -> None:
        """Show another key from now on."""
        self._client.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """The JSON object that a request is answered with."""
        answer = self.send(method, path, **how)
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise HubError(f"{self.url} does not answer as a hub of Upstate does. Check the hub's address.")
        return body

    def send(self, method: str, path: str, *, patient: bool = True, **how: Any) -> httpx.Response:
        """The answer to a request, once there is one that is no refusal. Not `patient`: ask once."""
        attempts, waited = 0, 0.0
        while True:
            attempts += 1
            trouble, told, error = self._once(method, path, how)
            if isinstance(trouble, httpx.Response):
                return trouble
            step = next_step(trouble, attempts, waited, told=told, chance=self._chance())
            if isinstance(step, GiveUp) or not patient:
                raise error
            if attempts == 1:
                self._say(error.message)
            if self.stop.wait(step.seconds):
                raise StopAsked
            waited += step.seconds

    def _once(self, method: str, path: str, how: Mapping[str, Any]) -> tuple[Any, float | None, HubError | WireError]:
        """An answer; or what the trouble was, for how long the hub sends us away, what to say when patience is over."""
        try:
            answer = self._client.request(method, path, **how)
        except httpx.TransportError as error:
            line = f"The hub {self.url} cannot be reached: {_why(error)}."
            trouble: Trouble = "unreachable"
            return trouble, None, HubAwayError(line)
        if answer.is_success:
            return answer, None, HubError("")
        word, line = self._refusal(answer)
        if word not in _PATIENT:
            raise _final(word, line)
        told = answer.headers.get("Retry-After", "")
        seconds = float(told) if told.isascii() and told.isdigit() else None
        return word, seconds, WireError(line) if word == "damaged" else HubAwayError(line)

    def _refusal(self, answer: httpx.Response) -> tuple[str, str]:
        try:
            body = answer.json()
            word, line = body["why"], body["error"]
        except (ValueError, TypeError, KeyError):
            word, line = None, None
        if isinstance(word, str) and isinstance(line, str):
            return word, " ".join(line.split())[:_LONGEST_SAID]
        if answer.status_code in _BALANCERS:
            return "away", f"What stands before the hub {self.url} answers {answer.status_code} for it."
        said = f"{self.url} does not answer as a hub of Upstate does ({answer.status_code})."
        if answer.is_redirect:
            said = f"{self.url} sends elsewhere ({answer.status_code})."
        return "wrong", f"{said} Check the hub's address."


def checked(url: str) -> str:
    """A hub's address in its plain form; ConfigError where it cannot be read, or would carry a key in the clear."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("https", "http") or parts.path not in ("", "/") or parts.query or "@" in url:
        raise ConfigError("The hub's address cannot be read. Write it as in https://upstate.example.gov.")
    if parts.scheme == "http" and host not in _HERE:
        raise ConfigError("A key must not cross the network in the clear: the hub's address takes https://.")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


def _final(word: str, line: str) -> Exception:
    if word in ("fenced", "absent"):
        return FencedError(line)
    if word in ("wire", "large"):
        return WireError(line)
    return StaleCatalogError(line) if word == "catalog" else HubError(line)


def _line(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split()).rstrip(".")


def _why(error: httpx.TransportError) -> str:
    said = " ".join(str(error).split()).rstrip(".")
    return said or ("it took too long to answer" if isinstance(error, httpx.TimeoutException) else type(error).__name__)
