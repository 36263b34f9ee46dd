"""What is left over at the state of this machine's own settings, and what is decided about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upstate.cli.hubs import Decision
    from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
    from upstate.loading.dependents import Listed

_AT_ONCE = 1_000


class LocalLeftovers:
    """Asks the state's database; the modules of the hub are imported once Django is ready."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def left_over(self, district: str) -> tuple[tuple[LeftOver, ...], tuple[HeldRemoval, ...]]:
        """What is left over, and what is or was held."""
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.leftovers import held_removals, left_over
        from upstate.hub.postgres import connect

        known = find_district(district)
        with connect(self._url) as connection:
            return left_over(connection, catalog_in_force(), known.id), held_removals(connection, known.id)

    def left_over_of(self, district: str, object_name: str, *, year: int | None) -> Iterator[Listed]:
        """The leftovers of an object, some thousand at a time."""
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.leftovers import left_over_of, years_left_over
        from upstate.hub.postgres import connect

        known, catalog = find_district(district), catalog_in_force()
        with connect(self._url) as connection:
            years = years_left_over(connection, known.id, object_name)
            of = year if year is not None else next((each for each in years if each is not None), None)
            after = 0
            while page := left_over_of(connection, catalog, known.id, object_name, of, after=after, most=_AT_ONCE):
                yield from page
                after = page[-1].id

    def decide(self, district: str, removal: int, decision: Decision, reason: str) -> str:
        """Whoever may run commands here is an operator, who may decide."""
        from upstate.cli.caller import who
        from upstate.hub.approving import decide
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force

        known = find_district(district)
        return decide(catalog_in_force(), known.id, removal, decision, reason, by=who(), person=None)

    def removal_outcome(self, district: str, resync: int) -> RemovalOutcome | None:
        """What came of it."""
        from upstate.hub.districts import find_district
        from upstate.hub.leftovers import removal_outcome
        from upstate.hub.postgres import connect

        with connect(self._url) as connection:
            return removal_outcome(connection, find_district(district).id, resync)
