"""How things stand at the state of this machine's own settings, read from its database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from upstate.cli.choosing import find_object
from upstate.cli.hubs import Standing

if TYPE_CHECKING:
    from upstate.hub.reports import Outlook, Root


class LocalReports:
    """Asks the state's database; the modules of the hub are imported once Django is ready."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def district_named(self, name: str) -> str:
        """The district's own name; ConfigError where there is none."""
        from upstate.hub.districts import find_district

        return find_district(name).name

    def object_named(self, name: str) -> str:
        """The object's own name; PlanError where there is none."""
        from upstate.hub.in_force import catalog_in_force

        return find_object(catalog_in_force(), name)

    def standing(self, district: str) -> Standing:
        """Where each object stands."""
        from upstate.hub.planned import plan_resync
        from upstate.hub.postgres import connect
        from upstate.hub.reports import status
        from upstate.hub.resync_queue import unfinished_resync

        planned = plan_resync(district, None)
        known = planned.district
        with connect(self._url) as connection:
            runs = status(connection, known)
        left = unfinished_resync(known.zone_id, known.zone.school_year)
        unfinished = None if left is None else left.id
        return Standing(known.name, known.zone.school_year, planned.plan.objects, runs, unfinished)

    def history(self, district: str) -> Iterator[dict[str, Any]]:
        """Every object of every run."""
        from upstate.hub.districts import find_district
        from upstate.hub.postgres import connect
        from upstate.hub.reports import history

        with connect(self._url) as connection:
            yield from history(connection, find_district(district))

    def rejections(self, district: str, *, object_name: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
        """The open rejections, streamed."""
        from upstate.hub.districts import find_district
        from upstate.hub.postgres import connect
        from upstate.hub.reports import rejections

        with connect(self._url) as connection:
            yield from rejections(connection, find_district(district), object_name=object_name, limit=limit)

    def count_rejections(self, district: str, *, object_name: str | None) -> int:
        """How many rejections are open."""
        from upstate.hub.districts import find_district
        from upstate.hub.postgres import connect
        from upstate.hub.reports import count_rejections

        with connect(self._url) as connection:
            return count_rejections(connection, find_district(district), object_name=object_name)

    def roots(
        self,
        district: str,
        *,
        resync: int | None = None,
        object_name: str | None = None,
        verdict: Literal["failed", "excluded"] | None = None,
        limit: int | None = None,
    ) -> Iterator[Root]:
        """What must be mended, streamed."""
        from upstate.hub.districts import find_district
        from upstate.hub.postgres import connect
        from upstate.hub.reports import roots

        known = find_district(district)
        with connect(self._url) as connection:
            yield from roots(connection, known, resync=resync, object_name=object_name, verdict=verdict, limit=limit)

    def outlook(self, district: str, *, resync: int | None = None) -> Outlook:
        """What the open rejections come to."""
        from upstate.hub.districts import find_district
        from upstate.hub.postgres import connect
        from upstate.hub.reports import outlook

        with connect(self._url) as connection:
            return outlook(connection, find_district(district), resync=resync)
