"""A real browser before real pages: Debian's Chromium, driven by Playwright, on a server of this process."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# what Chromium would ask the world by itself is turned off
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHT = 900
PATIENCE = 30.0  # seconds
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: chromium)")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


@contextmanager
def served() -> Iterator[str]:
    """The pages, on a port of this machine, for the block; yields their address."""

    class Server(ThreadedWSGIServer):
        daemon_threads = True

        def close_request(self, request: Any) -> None:
            connections.close_all()
            super().close_request(request)

    server = Server(("127.0.0.1", 0), _Quiet)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Visit:
    """A browser window of someone, and what it met: every address it asked, every word of complaint."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    under_way: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._ask)
        self.page.on("requestfinished", self._have)
        self.page.on("requestfailed", self._have)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _ask(self, request: Request) -> None:
        self.asked.append(request.url)
        self.under_way.add(request)

    def _have(self, request: Request) -> None:
        self.under_way.discard(request)

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    def to(self, path: str) -> None:
        """Open a page and wait until it is quiet: whatever it asked for by itself, when it was there, has come."""
        self.page.goto(self.address + path)
        deadline, still = time.monotonic() + PATIENCE, 0
        while still < 3:  # looks in a row; Playwright's own "networkidle" is half a second of them
            assert time.monotonic() < deadline, f"{path} waits for {[each.url for each in self.under_way]}"
            self.page.wait_for_timeout(20)
            still = 0 if self.under_way else still + 1

    def meet(self) -> tuple[list[str], list[str]]:
        """What it asked and what it complained of since this was last asked."""
        met = (self.asked[:], self.complaints[:])
        self.asked.clear()
        self.complaints.clear()
        return met

    def widen(self, width: int) -> None:
        """Make the window so wide, or so narrow."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return cast(int, wider)

    def violations(self) -> list[str]:
        """What axe has against the page as it is now: rule, help, and the first element it means."""
        # the policy of our pages allows no inline script, so axe comes through the debugger, not as a tag
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [f"{each['id']}: {each['help']} ({each['nodes'][0]['html'][:120]})" for each in found]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, one for all tests."""
    # Playwright has an event loop in this thread, and Django's ORM refuses to work beside one unless told
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def visiting(
    browser: Browser, address: str, signed_in: Client | None = None, width: int = 1280, *, script: bool = True
) -> Iterator[Visit]:
    """A window of its own, in which whoever is signed in in a test's Client is signed in too."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, timezone_id="America/Chicago", java_script_enabled=script
    )
    if signed_in is not None and "upstate_session" in signed_in.cookies:
        value = signed_in.cookies["upstate_session"].value
        context.add_cookies([{"name": "upstate_session", "value": value, "url": address}])
    try:
        yield Visit(context.new_page(), address)
    finally:
        context.close()
