"""Every page whole, as each of the cast, at every width: to be looked at by whoever changes them, not to be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.screenshots.camera import MAILS, Camera, Visit
from tools.screenshots.doing import ask, heal, held_removal, run_ended, select, send, verify

# where a crawl begins: also pages that no link leads to, and more than one of a kind where they differ
_STARTS = (
    "/",
    "/d/1/batch/confirm/?every=1",
    "/d/1/batch/confirm/?object=Enrollment",
    "/d/1/batch/",
    "/d/1/batch/?year=2023",
    "/d/1/history/compare/?run=1&run=3",
    "/d/1/verifications/compare/?verification=1&verification=2",
    "/d/1/verifications/1/differences/?object=TestScore&values=1",
    "/d/1/verifications/1/differences/?object=Roster",
    "/d/2/",
    "/nowhere/",
)
_SEVERAL, _MOST = re.compile(r"/history/N/$"), 6  # a resync, a rehearsal, a heal: all are runs


def take_every_page(visit: Visit, lakeside: Path, widths: Iterable[int], people: Iterable[str]) -> None:
    """Set going what fills the pages; then, of each of these people, every page that links and forms lead to."""
    _fill(visit, lakeside)
    for who in people:
        with visit(who) as camera:
            seen = _crawl(camera)
        for width in widths:
            with visit(who, width) as camera:
                for kind, path in seen.items():
                    camera.go(path)
                    camera.take(_name(who, width, kind), whole=True)
                for name, (whose, shown) in _BEHIND_FORMS.items():
                    if whose == who:
                        shown(camera)
                        camera.take(_name(who, width, name), whole=True)
    for width in widths:
        with visit(None, width) as camera:
            for path in ("/sign-in/", "/password/forgotten/", "/password/MQ/old/"):
                camera.go(path)
                camera.take(_name("nobody", width, path), whole=True)


def _fill(visit: Visit, lakeside: Path) -> None:
    with visit("Dana") as camera:
        verify(camera)
        page = camera.go("/d/1/batch/confirm/?object=Enrollment")
        camera.press("Rehearse")
        send(camera, "every=1")
        select(camera)
        page.get_by_role("button", name="Send 2 records").click()
        run_ended(page)
        heal(camera)
        camera.press("Heal")
        run_ended(page)
    with held_removal(visit, lakeside), visit("Sam") as camera:
        page = ask(camera)
        page.get_by_role("button", name=re.compile("Place it")).click()
        page.get_by_text("The request is placed.").wait_for()


def _crawl(camera: Camera) -> dict[str, str]:
    """The addresses to take, by what they are called: where it begins, and one for each kind that links lead to."""
    seen: dict[str, str] = {}
    known = list(_STARTS)
    while known:
        path = known.pop(0).partition("#")[0]
        kind = re.sub(r"[0-9]+", "N", path.partition("?")[0])
        many = sum(each.partition(" ")[0] == kind for each in seen)
        most = _MOST if _SEVERAL.search(kind) else 1
        of_ours = path.startswith("/") and not re.search(r"export|/static/|openapi", path)
        if not of_ours or path in seen.values() or (path not in _STARTS and many >= most):
            continue
        seen[f"{kind} {many}" if many else kind] = path
        page = camera.go(path)
        known += page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
    return seen


def _name(who: str, width: int, kind: str) -> str:
    said = re.sub(r"[^A-Za-z0-9]+", "-", kind).strip("-")
    return f"{who.lower()}-{width}-{said or 'home'}"


def _clear(camera: Camera) -> None:
    page = camera.go("/d/1/errors/all/?verdict=failed")
    page.locator("input[type=checkbox][name=record]").first.check()
    camera.press("Clear the marked…")


def _heal(camera: Camera) -> None:
    heal(camera)


def _signed_out(camera: Camera) -> None:
    page = camera.go("/requests/new/")
    page.get_by_label("Reason").fill("The October count closes.")
    page.context.clear_cookies(name="upstate_session")
    camera.press("Look it over")


def _selected(camera: Camera) -> None:
    select(camera)


def _asked(camera: Camera) -> None:
    ask(camera)


# what only a form leads to; the last of each person signs them out
_BEHIND_FORMS: dict[str, tuple[str, Callable[[Camera], None]]] = {
    "heal": ("Dana", _heal),
    "selective-confirm": ("Dana", _selected),
    "errors-clear": ("Dana", _clear),
    "request-look": ("Sam", _asked),
    "signed-out": ("Sam", _signed_out),
}
assert {who for who, _ in _BEHIND_FORMS.values()} <= MAILS.keys()
