"""The pictures that README and docs show: each as large as a window, of what one would point at."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect
from tools.screenshots.camera import NARROW, Camera, Visit
from tools.screenshots.doing import ask, ended, heal, held_removal, select, verify


def take_the_set(visit: Visit, lakeside: Path) -> None:
    """Take them all; what is sent meanwhile stays in the demo's hub."""
    with visit("Dana") as camera:
        _verification(camera)
        _batch(camera)
        _errors(camera)
        _history(camera)
        camera.go("/fields/")
        camera.take("field-settings")
    with held_removal(visit, lakeside), visit("Sam") as camera:
        camera.go("/d/1/leftovers/")
        camera.take("leftovers")
    with visit("Sam") as camera:
        _state(camera)
    with visit("Dana") as camera:
        camera.go("/alerts/")
        camera.take("process-alerts")
    with visit("Dana", NARROW) as camera:
        for name, page in (("batch", "batch/"), ("errors", "errors/")):
            camera.go(f"/d/1/{page}")
            camera.take(f"{name}-narrow")


def _verification(camera: Camera) -> None:
    """The first verification of the demo, which found what was changed behind the hub's back."""
    camera.go("/d/1/verifications/1/")
    camera.take("verification")
    verify(camera)


def _batch(camera: Camera) -> None:
    page = camera.go("/d/1/batch/")
    page.get_by_label("Enrollment", exact=True).check()
    page.get_by_label("Check dependencies").evaluate("box => box.scrollIntoView()")
    camera.take("batch-marked")
    page.get_by_role("button", name="Send Resync").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("resync of 7 objects")
    camera.take("batch-confirm")
    page.get_by_role("button", name="Send Resync").click()
    ended(page)
    camera.go("/d/1/batch/confirm/?every=1")
    page.get_by_label("Send every record").check()
    page.get_by_role("button", name="Send Resync").click()
    expect(page.locator("#batch-live")).to_contain_text("Running")
    camera.take("batch-running")
    ended(page)


def _errors(camera: Camera) -> None:
    page = camera.go("/d/1/errors/")
    page.locator(".held__open summary").first.click()
    page.wait_for_load_state("networkidle")
    camera.take("errors")
    camera.go("/d/1/errors/all/?verdict=failed")
    page.locator("tbody th a.key").first.click()
    page.wait_for_load_state("networkidle")
    camera.take("errors-record")
    heal(camera)
    camera.take("heal")
    select(camera)
    camera.take("selective")


def _history(camera: Camera) -> None:
    page = camera.go("/d/1/history/")
    runs = page.eval_on_selector_all("input[name=run]", "all => all.map(each => each.value)")
    camera.go(f"/d/1/history/compare/?run={runs[0]}&run={runs[1]}")
    camera.take("history-compare")
    camera.go(f"/d/1/history/{runs[0]}/")
    page.locator("#receipt").evaluate("title => title.scrollIntoView()")
    camera.take("receipt")


def _state(camera: Camera) -> None:
    camera.go("/zones/switch/?district=1&district=2")
    camera.take("year-switch")
    page = ask(camera)
    expect(page.get_by_role("heading", name="Look the request over")).to_be_visible()
    camera.take("state-request")
    page.get_by_role("button", name=re.compile("Place it")).click()
    expect(page.get_by_text("The request is placed.")).to_be_visible()
    camera.go("/matrix/")
    camera.take("matrix")
    camera.go("/roles/")
    camera.take("roles")
