"""Pictures of the pages with the demo's data, for docs/screenshots: run `make demo`, then this beside it."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from upstate.cli.one_hub import running_hub
from upstate.cli.settings import read_settings
from upstate.errors import UpstateError

OUT = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
WIDE, NARROW, HEIGHT = 1280, 360, 860
PATIENCE = 120_000  # milliseconds
MAILS = {"Dana": "dana@lakeside.example", "Sam": "sam@state.example"}


class Camera:
    """Someone of the cast at a window of the hub, and the folder that their pictures go to."""

    def __init__(self, page: Page, address: str, out: Path) -> None:
        self.page, self.address, self.out = page, address, out

    def go(self, path: str) -> Page:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.address + path, wait_until="networkidle")
        return self.page

    def take(self, name: str, *, whole: bool = False) -> None:
        """A picture of what the window shows, or of the whole page."""
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=self.out / f"{name}.png", full_page=whole, animations="disabled")
        print(name)


Visit = Callable[..., AbstractContextManager[Camera]]  # who (None: nobody), and how wide their window is


def main() -> None:
    """Take the set, or with --all every page that the menus lead to, whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to fill (docs/screenshots)")
    parser.add_argument("--all", action="store_true", help="every page that the menus lead to, whole, wide and narrow")
    chosen = parser.parse_args()
    try:
        settings = read_settings()
        hub = running_hub(settings)
        passwords = json.loads((settings.folder("demo") / "people.json").read_text())
    except (OSError, UpstateError) as error:
        sys.exit(f"The demo is not there ({error}). Run: make demo")
    if hub is None:
        sys.exit("The hub does not run. Run: make demo")
    chosen.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        @contextmanager
        def visit(who: str | None, width: int = WIDE) -> Iterator[Camera]:
            with _window(browser, hub.address, chosen.out, width) as camera:
                if who is not None:
                    _sign_in(camera, MAILS[who], passwords[who])
                yield camera

        (_everything if chosen.all else _the_set)(visit)
        browser.close()


@contextmanager
def _window(browser: Browser, address: str, out: Path, width: int) -> Iterator[Camera]:
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, timezone_id="America/Chicago")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    try:
        yield Camera(page, address, out)
    finally:
        context.close()


def _sign_in(camera: Camera, mail: str, password: str) -> None:
    page = camera.go("/sign-in/")
    page.get_by_label("E-mail").fill(mail)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "sign-in" not in address)


def _the_set(visit: Visit) -> None:
    with visit(None) as camera:
        camera.go("/sign-in/")
        camera.take("sign-in")
    with visit("Dana") as camera:
        _batch(camera)
        _errors(camera)
        _history(camera)
        camera.go("/fields/")
        camera.take("field-settings")
    with visit("Sam") as camera:
        _state(camera)
    with visit("Dana") as camera:
        camera.go("/alerts/")
        camera.take("process-alerts")
    with visit("Dana", NARROW) as camera:
        for name, page in (("batch", "batch/"), ("errors", "errors/")):
            camera.go(f"/d/1/{page}")
            camera.take(f"{name}-narrow")


def _batch(camera: Camera) -> None:
    page = camera.go("/d/1/batch/")
    page.get_by_label("Enrollment", exact=True).check()
    page.get_by_label("Check dependencies").evaluate("box => box.scrollIntoView()")
    camera.take("batch-marked")
    page.get_by_role("button", name="Send Resync").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("resync of 7 objects")
    camera.take("batch-confirm")
    page.get_by_role("button", name="Send Resync").click()
    _ended(page)
    camera.go("/d/1/batch/confirm/?every=1")
    page.get_by_label("Send every record").check()
    page.get_by_role("button", name="Send Resync").click()
    expect(page.locator("#batch-live")).to_contain_text("Running")
    camera.take("batch-running")
    _ended(page)


def _ended(page: Page) -> None:
    expect(page.locator("#batch-live")).to_contain_text(re.compile("Last: resync [0-9]+ of Dana"))
    expect(page.locator("#batch-live")).not_to_contain_text(re.compile("Running|Waiting"))


def _errors(camera: Camera) -> None:
    page = camera.go("/d/1/errors/")
    page.locator(".held__open summary").first.click()
    page.wait_for_load_state("networkidle")
    camera.take("errors")
    camera.go("/d/1/errors/all/?verdict=failed")
    page.locator("tbody th a.key").first.click()
    page.wait_for_load_state("networkidle")
    camera.take("errors-record")


def _history(camera: Camera) -> None:
    page = camera.go("/d/1/history/")
    first, second, *_ = page.eval_on_selector_all("input[name=run]", "all => all.map(each => each.value)")
    camera.go(f"/d/1/history/compare/?run={first}&run={second}")
    camera.take("history-compare")


def _state(camera: Camera) -> None:
    camera.go("/zones/switch/?district=1&district=2")
    camera.take("year-switch")
    page = camera.go("/requests/new/")
    page.get_by_label("Lakeside").check()
    page.get_by_label("Enrollment", exact=True).check()
    page.get_by_label("Reason").fill("The October count closes.")
    page.get_by_label("Due date").fill((datetime.now(UTC) + timedelta(days=14)).date().isoformat())
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Look the request over")).to_be_visible()
    camera.take("state-request")
    page.get_by_role("button", name=re.compile("Place it")).click()
    expect(page.get_by_text("The request is placed.")).to_be_visible()
    camera.go("/matrix/")
    camera.take("matrix")
    camera.go("/roles/")
    camera.take("roles")


def _everything(visit: Visit) -> None:
    """Every page that links lead to, once for each kind of address: Dana's and Sam's."""
    for who in MAILS:
        with visit(who) as camera:
            known, seen = ["/", "/d/1/"], {}
            while known:
                path = known.pop(0)
                kind = re.sub(r"[0-9]+", "N", path.partition("?")[0].partition("#")[0])
                if kind in seen or not path.startswith("/") or "export" in path or "/static/" in path:
                    continue
                seen[kind] = path
                page = camera.go(path)
                known += page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
        for width in (WIDE, NARROW):
            with visit(who, width) as camera:
                for kind, path in seen.items():
                    camera.go(path)
                    name = f"{who.lower()}-{width}-{kind.strip('/').replace('/', '-') or 'home'}"
                    camera.take(name, whole=True)


if __name__ == "__main__":
    main()
