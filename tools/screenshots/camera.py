"""A camera on a hub that runs: someone of the cast at a window, and the folder that their pictures go to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

WIDE, TABLET, NARROW, HEIGHT = 1280, 768, 360, 860
PATIENCE = 120_000  # milliseconds
MAILS = {
    "Dana": "dana@lakeside.example",
    "Rhea": "rhea@lakeside.example",
    "Sam": "sam@state.example",
    "Olive": "olive@riverton.example",
}


class Camera:
    """A window of the hub, and where its pictures go."""

    def __init__(self, page: Page, address: str, out: Path) -> None:
        self.page, self.address, self.out = page, address, out

    def go(self, path: str) -> Page:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.address + path, wait_until="networkidle")
        return self.page

    def press(self, name: str) -> Page:
        """Press the button of this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state("networkidle")
        return self.page

    def take(self, name: str, *, whole: bool = False) -> None:
        """A picture of what the window shows, or of the whole page."""
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=self.out / f"{name}.png", full_page=whole, animations="disabled")
        print(name, flush=True)


Visit = Callable[..., AbstractContextManager[Camera]]  # who (None: nobody), and how wide their window is


@dataclass(frozen=True)
class Studio:
    """A browser, the hub it looks at, and the cast's passwords."""

    browser: Browser
    address: str
    passwords: Mapping[str, str]
    out: Path

    @contextmanager
    def visit(self, who: str | None, width: int = WIDE) -> Iterator[Camera]:
        """A window of its own, in which this person is signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHT}, timezone_id="America/Chicago", locale="en-US"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        camera = Camera(page, self.address, self.out)
        try:
            if who is not None:
                sign_in(camera, who, self.passwords[who])
            yield camera
        finally:
            context.close()


def sign_in(camera: Camera, who: str, password: str) -> None:
    """Sign someone of the cast in."""
    page = camera.go("/sign-in/")
    page.get_by_label("E-mail").fill(MAILS[who])
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
