"""What is left over at the state of a hub elsewhere, and what is decided about it."""

from __future__ import annotations

from collections.abc import Iterator

from upstate.cli.hubs import Decision
from upstate.cli.remote_districts import RemoteDistricts
from upstate.cli.remote_reading import read_held_removal, read_left_over, read_leftover
from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
from upstate.loading.dependents import Listed

_AT_ONCE = 1_000


class RemoteLeftovers:
    """Asks a hub elsewhere, as the person whose token it is."""

    def __init__(self, districts: RemoteDistricts) -> None:
        self._districts = districts

    def left_over(self, district: str) -> tuple[tuple[LeftOver, ...], tuple[HeldRemoval, ...]]:
        """What is left over, and what is or was held."""
        answer = self._districts.get(district, "leftovers")
        return tuple(map(read_left_over, answer["objects"])), tuple(map(read_held_removal, answer["held"]))

    def left_over_of(self, district: str, object_name: str, *, year: int | None) -> Iterator[Listed]:
        """The leftovers of an object, page by page."""
        for page in self._districts.pages(district, f"leftovers/{object_name}", year=year, limit=_AT_ONCE):
            yield from map(read_leftover, page["leftovers"])

    def decide(self, district: str, removal: int, decision: Decision, reason: str) -> str:
        """As the person whose token it is."""
        wanted = {"decision": decision, "reason": reason}
        return str(self._districts.post(district, f"leftovers/held/{removal}", wanted)["said"])

    def removal_outcome(self, district: str, resync: int) -> RemovalOutcome | None:
        """What came of it."""
        answer = self._districts.get(district, f"resyncs/{resync}/leftovers")
        held = tuple(map(read_held_removal, answer["held"]))
        return RemovalOutcome(answer["removed"], answer["message"], held) if answer["settled"] else None
