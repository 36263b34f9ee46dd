"""Pictures of the pages with the demo's data, for docs/screenshots: run `make demo`, then this beside it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from tools.screenshots.camera import MAILS, NARROW, TABLET, WIDE, Studio
from tools.screenshots.curated import take_the_set
from tools.screenshots.every_page import take_every_page

from upstate.cli.one_hub import running_hub
from upstate.cli.settings import read_settings
from upstate.errors import UpstateError

OUT = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"


def main() -> None:
    """Take the set, or with --all every page as each of the cast, whole."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to fill (docs/screenshots)")
    parser.add_argument("--all", action="store_true", help="every page, whole, as each of the cast, at each width")
    parser.add_argument("--who", action="append", choices=MAILS, help="with --all: as this person (all of them)")
    parser.add_argument("--width", action="append", type=int, help=f"with --all: ({NARROW}, {TABLET} and {WIDE})")
    chosen = parser.parse_args()
    try:
        settings = read_settings()
        hub = running_hub(settings)
        lakeside = settings.folder("demo") / "lakeside.sqlite"
        passwords = json.loads((settings.folder("demo") / "people.json").read_text())
    except (OSError, UpstateError) as error:
        sys.exit(f"The demo is not there ({error}). Run: make demo")
    if hub is None:
        sys.exit("The hub does not run. Run: make demo")
    chosen.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        studio = Studio(browser, hub.address, passwords, chosen.out)
        if chosen.all:
            take_every_page(studio.visit, lakeside, chosen.width or (NARROW, TABLET, WIDE), chosen.who or MAILS)
        else:
            take_the_set(studio.visit, lakeside)
        browser.close()


if __name__ == "__main__":
    main()
