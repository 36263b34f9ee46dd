"""What may befall a request on its way between agent and hub, decided from the weather's seed. Pure."""

from __future__ import annotations

import threading
from random import Random
from typing import Literal, get_args

from torment.plots import Weather

Mischief = Literal[
    "cut before", "cut upload", "silence", "shorten", "flip", "lose answer", "cut answer", "twice", "late", "slow"
]
"""cut before: nothing of it arrives; cut upload: half of its body does, and both ends are cut off; silence: half of it
does, and the hub never hears that the agent is gone; shorten, flip: an upload arrives with a piece missing, or changed;
lose answer: the hub does it and the agent never hears; cut answer: half of the answer comes; twice: it arrives twice;
late: it comes again after later ones; slow: in small pieces."""

_ALL: tuple[Mischief, ...] = get_args(Mischief)
_OF_UPLOADS: frozenset[Mischief] = frozenset({"shorten", "flip"})
_OF_BODIES: frozenset[Mischief] = _OF_UPLOADS | {"cut upload", "silence"}
LATEST = 12  # requests after which a late one has come


class Fate:
    """Draws what befalls each request, and after how many others a late one comes again; safe between threads."""

    def __init__(self, weather: Weather) -> None:
        self._likely = weather.likely
        self._chance = Random(weather.seed)
        self._lock = threading.Lock()

    def draw(self, method: str, size: int) -> Mischief | None:
        """What befalls the next request, of a body of so many bytes; None: nothing."""
        with self._lock:
            bad, which = self._chance.random() < self._likely, self._chance.choice(_ALL)
        if not bad or (which in _OF_UPLOADS and method != "PUT") or (which in _OF_BODIES and size < 2):
            return None
        return which

    def later(self) -> int:
        """After how many other requests a late one comes."""
        with self._lock:
            return self._chance.randint(1, LATEST)
