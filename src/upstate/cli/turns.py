"""Whose turn it is: which of the zones with something to do a worker serves, and how long it stays. It only decides."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 2  # resyncs that a worker runs, unless told otherwise
_BEGIN_ALL: Final = 2.0  # seconds in which as many agents are set going as resyncs run at once
_LINGER: Final = 2.0  # for which a district's own agent is waited for once something of it landed, where nobody waits,
_LINGER_BESIDE_OTHERS: Final = 0.3  # and where others do
_HURRIED: Final = 8  # visits

ZoneYear = tuple[int, int]  # a zone, by id, and a school year


@dataclass(slots=True)
class Turns:
    """The turns of a worker that runs so many resyncs `at_once`; times are seconds of one clock that only goes forward.

    Agents are set going at a pace: what they deliver before it can land makes nothing end sooner, and when all come in
    the same moment they only stand in each other's way. To come back to a zone costs more than to stay for a moment;
    but where an agent is slow to deliver, its next object is not waited for while others wait.
    """

    at_once: int
    others_wait: bool = False
    _may_begin: float = field(init=False)
    _looked: float = float("-inf")
    _rest_until: dict[ZoneYear, float] = field(default_factory=dict)
    _hurried: dict[ZoneYear, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._may_begin = float(self.at_once)

    def choose(
        self, waiting: Mapping[ZoneYear, bool], running: Container[ZoneYear], seats: int, now: float
    ) -> list[ZoneYear]:
        """Those to serve now, as many as there are free seats; `others_wait` where some are left.

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
        self.others_wait = len(free) > len(chosen)
        return chosen

    def rest(self, zone: ZoneYear, until: float) -> None:
        """Leave a zone alone until then."""
        self._rest_until[zone] = until

    def linger(self, zone: ZoneYear) -> float:
        """For how many seconds what its agent delivers next is waited for, in the visit that begins."""
        if not self.others_wait:
            return _LINGER
        hurried = self._hurried.get(zone, 0)
        self._hurried[zone] = max(0, hurried - 1)
        return 0.0 if hurried else _LINGER_BESIDE_OTHERS

    def lingered_in_vain(self, zone: ZoneYear) -> None:
        """Nothing came: for a while its agent is not waited for where others wait."""
        self._hurried[zone] = _HURRIED
