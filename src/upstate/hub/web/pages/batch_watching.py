"""Watching the Batch page: looked at and drawn once for all who watch a district's year, however many they are."""

from __future__ import annotations

import hashlib
import math
import time
from typing import Final

from django.template.loader import render_to_string

from upstate.hub.models import District, Person
from upstate.hub.web.pages.batch_cells import cells, sight_of
from upstate.hub.web.pages.batch_desk import Desk, Drawn, desk_of
from upstate.hub.web.pages.batch_glance import Glance, look

FRESH_FOR: Final = 1.5  # seconds in which all who watch get the same drawing,
_LOOK_FRESH_FOR: Final = 0.5  # and all who open a page while a resync runs the same look at the database
SOON: Final = 2  # seconds between two looks of someone who watches a resync,
SELDOM: Final = 15  # and of someone who has the page open while none runs
_LOOKS: Final = 7.0  # a second, of all who watch together, as a resync is not to be slowed by its watchers
_VERSION: Final = "version-of-this"  # stands in the html where its own digest comes


def glance(district: District, year: int, person: Person, *, anew: bool = False) -> Glance:
    """How a district's year stands. While a resync runs, all who come in the same moment share one look at it; whoever
    has just done something looks `anew`."""
    desk = desk_of(district, year, person)
    with desk.lock:
        if not anew and desk.glance is not None:
            seen, at = desk.glance
            if seen.running is not None and time.monotonic() - at < _LOOK_FRESH_FOR:
                return seen
        return _look(desk, district, year, person)


def opened(district: District, year: int, person: Person) -> int:
    """Someone opened the page while a resync runs or waits: in how many seconds they are to look again."""
    desk = desk_of(district, year, person)
    with desk.lock:
        desk.opened.append(time.monotonic())
        return pace(_newcomers(desk), 1.0)


def pace(watched: float, seconds: float) -> int:
    """How many seconds each is to leave between two looks, where so much was watched in so many seconds."""
    return min(SELDOM, max(SOON, math.ceil(watched / seconds / _LOOKS)))


def draw(seen: Glance, district: District, year: int, person: Person, soon: int = SOON) -> Drawn:
    """The live part of a glance, as someone may see it; while a resync runs one looks again after `soon` seconds."""
    sight = sight_of(person, district, year)
    drawn = tuple(cells(row, sight) for row in seen.rows if not row.line.why_not)
    context = {"glance": seen, "district": district, "year": year, "live": True, "version": _VERSION}
    context["again"] = soon if seen.busy else SELDOM
    panel = render_to_string("hub/batch_live.html", context)
    version = hashlib.blake2b("".join((panel, *drawn)).encode(), digest_size=9).hexdigest()
    return Drawn(panel.replace(_VERSION, version), drawn, version, time.monotonic())


def watch(district: District, year: int, person: Person, seen: str, every: int) -> str | None:
    """The live part for someone who has the version `seen` and looks `every` so many seconds; None: nothing is new.

    It is not older than a moment. Of those who ask at once one draws it, and the others wait for that. Only those share
    it who may see the same.
    """
    desk = desk_of(district, year, person)
    with desk.lock:
        drawn, now = desk.drawn, time.monotonic()
        desk.watched += min(SELDOM, max(SOON, every))
        if drawn is None or now - drawn.at > FRESH_FOR:
            soon = SOON if drawn is None else pace(desk.watched, now - drawn.at)
            soon = max(soon, pace(_newcomers(desk), 1.0))
            drawn = draw(_look(desk, district, year, person), district, year, person, soon)
            desk.keep(drawn)
        known = desk.cells.get(seen, frozenset())
    return None if drawn.version == seen else drawn.since(known)


def _look(desk: Desk, district: District, year: int, person: Person) -> Glance:
    seen = look(district, year, person, desk.lines, desk.expect)
    desk.glance = (seen, time.monotonic())
    return seen


def _newcomers(desk: Desk) -> int:
    """Those who opened the page of late, of whom many have not looked again yet."""
    while desk.opened and time.monotonic() - desk.opened[0] > SELDOM:
        desk.opened.popleft()
    return len(desk.opened)
