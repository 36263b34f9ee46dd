"""The hub's pages and its agents' door, served with TLS by a thread of the test, from the real WSGI application."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler
from tests.hub.state import State

from upstate.agent.hub_client import HubAddress, HubClient
from upstate.hub.start import Configuration, start
from upstate.hub.web.configuration import WebConfiguration

KEY = "for tests alone: " + "k" * 50


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing for the log of the tests."""


@contextmanager
def served(database_url: str, authority: tuple[Path, Path]) -> Iterator[str]:
    """The hub over this database, at the address that comes out, until the block ends."""
    start(Configuration(database_url, WebConfiguration(secret_key=KEY, address="https://localhost")))
    server = make_server("127.0.0.1", 0, WSGIHandler(), _Server, _Quiet)
    server.base_environ["HTTPS"] = "on"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        from upstate.hub.web.state import close_pools

        close_pools()


@contextmanager
def agent_of(state: State, address: str, authority: tuple[Path, Path]) -> Iterator[HubClient]:
    """A client with a key of Lakeside's agent, as `upstate agent init` gets one; that district is then read by it."""
    with HubClient(HubAddress(address, ca=authority[0]), connect_agent(state)) as client:
        yield client


def connect_agent(state: State, district: int | None = None) -> str:
    """Make a code and exchange it; the key."""
    from upstate.hub.agent_door.keys import exchange_code, make_code
    from upstate.hub.models import District, Person

    person, _ = Person.objects.get_or_create(email="olga@example.org", defaults={"name": "Olga"})
    made = exchange_code(make_code(person, District.objects.get(pk=district or state.district.id)), "a test")
    assert made is not None
    return made[0]
