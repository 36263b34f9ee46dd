"""Whose turn it is: which of the zones with something to do a worker serves now. It only decides."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

_BEGIN_ALL: Final = 2.0  # seconds in which as many agents are set going as resyncs run at once

ZoneYear = tuple[int, int]  # a zone, by id, and a school year


@dataclass(slots=True)
class Turns:
    """The turns of a worker that runs so many resyncs `at_once`; times are seconds of one clock that only goes forward.

    Agents are set going at a pace: what they deliver before it can land makes nothing end sooner, and when all come in
    the same moment they only stand in each other's way.
    """

    at_once: int
    _may_begin: float = field(init=False)
    _looked: float = float("-inf")
    _rest_until: dict[ZoneYear, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._may_begin = float(self.at_once)

    def rest(self, zone: ZoneYear, until: float) -> None:
        """Leave a zone alone until then."""
        self._rest_until[zone] = until

    def choose(
        self, waiting: Mapping[ZoneYear, bool], running: Container[ZoneYear], seats: int, now: float
    ) -> tuple[list[ZoneYear], bool]:
        """Those to serve now, as many as there are free seats; and whether others are left waiting.

        `waiting` has who waits longest first, and says of each whether that is only to set its own agent going.
        """
        self._may_begin = min(self.at_once, self._may_begin + (now - self._looked) * self.at_once / _BEGIN_ALL)
        self._looked = now
        free = [zone for zone in waiting if zone not in running and self._rest_until.get(zone, now) <= now]
        chosen: list[ZoneYear] = []
        for zone in free:
            if len(chosen) < seats and (not waiting[zone] or self._may_begin >= 1):
                self._may_begin -= waiting[zone]
                chosen.append(zone)
        return chosen, len(free) > len(chosen)
