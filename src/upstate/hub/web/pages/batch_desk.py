"""What all who look at the Batch page of a district's year share: one look at the database, and one drawing of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connections
from django.utils.safestring import SafeString

from upstate.catalog import Catalog
from upstate.hub.models import District, Person
from upstate.hub.rights import may
from upstate.hub.web.pages.batch_glance import Glance
from upstate.hub.web.pages.batch_runs import Expected, expected_of
from upstate.hub.web.pages.batch_table import Line, lines_of
from upstate.planning import Zone

_KEPT_FOR: Final = 60.0
_VERSIONS: Final = 16
_NEWCOMERS: Final = 1024

_Key = tuple[str, int, int, bool, bool]  # the database, a district and year, and what may be seen


@dataclass(frozen=True, slots=True)
class Drawn:
    """A live part: what runs, and the cells of each row. `version` tells it from what someone has already."""

    panel: str
    cells: tuple[SafeString, ...]
    version: str
    at: float

    def since(self, seen: frozenset[str]) -> str:
        """The part for someone who has these cells already."""
        fresh = "".join(each for each in self.cells if each not in seen)
        return f"{self.panel}<template>{fresh}</template>"


@dataclass(slots=True)
class Desk:
    """Who uses it takes its `lock`: of those who come at once one looks, or draws, and the others wait for that.

    `cells` are those of the newest versions that were drawn, by version, the oldest first. `watched` adds up, since the
    last drawing, how long each who looked leaves between two looks: in a second that comes to the number of watchers.
    `glance` is the newest look at the database, and when it was taken; `opened`, when someone opened the page of late.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    drawn: Drawn | None = None
    watched: float = 0.0
    used: float = 0.0
    glance: tuple[Glance, float] | None = None
    opened: deque[float] = field(default_factory=lambda: deque(maxlen=_NEWCOMERS))
    cells: dict[str, frozenset[str]] = field(default_factory=dict)
    _expected: dict[int, Mapping[str, Expected]] = field(default_factory=dict)
    _lines: tuple[Catalog, Zone, tuple[Line, ...]] | None = None

    def lines(self, catalog: Catalog, zone: Zone, year: int) -> tuple[Line, ...]:
        """The lines of the tree, made anew where the catalog or the zone is another than before."""
        if self._lines is None or self._lines[0] is not catalog or self._lines[1] != zone:
            self._lines = (catalog, zone, lines_of(catalog, zone, year))
        return self._lines[2]

    def expect(self, zone: int, year: int, objects: Iterable[str], resync: int) -> Mapping[str, Expected]:
        """What is expected of these objects in this running resync, by what came before it: asked for once."""
        if resync not in self._expected:
            self._expected = {resync: expected_of(zone, year, objects, resync)}
        return self._expected[resync]

    def keep(self, drawn: Drawn) -> None:
        """This is the newest; forget the oldest."""
        self.drawn, self.watched = drawn, 0.0
        self.cells.pop(drawn.version, None)
        self.cells[drawn.version] = frozenset(drawn.cells)
        while len(self.cells) > _VERSIONS:
            del self.cells[next(iter(self.cells))]


_desks: dict[_Key, Desk] = {}
_desks_lock = threading.Lock()


def desk_of(district: District, year: int, person: Person) -> Desk:
    """The desk of a district's year for those who may see the same as this person."""
    of_district = (may(person, right, district.id) for right in ("errors.view", "leftovers.view"))
    rights = (*of_district, may(person, "requests.view", None))
    key = (connections.settings["default"]["UPSTATE_URL"], district.id, year, *rights)
    now = time.monotonic()
    with _desks_lock:
        if key not in _desks:
            for left in [known for known, desk in _desks.items() if now - desk.used > _KEPT_FOR]:
                del _desks[left]
            _desks[key] = Desk()
        _desks[key].used = now
        return _desks[key]
