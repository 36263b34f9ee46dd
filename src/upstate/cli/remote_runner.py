"""What is placed at a hub elsewhere, and watched to its end: resyncs and verifications."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from upstate.cli.hubs import Ended, ReceiptChecked, Records, VerificationEnded
from upstate.cli.progress import Watcher
from upstate.cli.remote_districts import RemoteDistricts
from upstate.cli.remote_reading import read_looked, read_plan, read_receipt
from upstate.cli.remote_watching import watch_resync, watch_verification
from upstate.errors import ConfigError
from upstate.planning import Plan

_MOST_NAMED = 5  # differences of an object, as the command prints them


class RemoteRunner:
    """Has a hub elsewhere run what is asked for, as the person whose token it is."""

    def __init__(self, districts: RemoteDistricts) -> None:
        self._districts = districts

    def plan(self, district: str, objects: Sequence[str] | None, *, year: int | None, check_dependencies: bool) -> Plan:
        """What a resync of these objects would do."""
        chosen = None if objects is None else list(objects)
        answer = self._districts.get(district, "plan", object=chosen, year=year, check_dependencies=check_dependencies)
        return read_plan(answer)

    def resync(
        self,
        district: str,
        objects: Sequence[str] | None,
        *,
        year: int | None,
        check_dependencies: bool,
        everything: bool,
        rehearse: bool,
        remove_leftovers: bool,
        watcher: Watcher,
    ) -> Ended:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        for warning in self.plan(district, objects, year=year, check_dependencies=check_dependencies).warnings:
            watcher.say(f"Mind: {warning}")
        wanted = {
            "objects": None if objects is None else list(objects),
            "year": year,
            "check_dependencies": check_dependencies,
            "everything": everything,
            "rehearse": rehearse,
            "remove_leftovers": remove_leftovers,
        }
        placed = self._districts.post(district, "resyncs", wanted)
        return watch_resync(self._districts, district, placed, began, watcher)

    def select(
        self,
        district: str,
        object_name: str,
        records: Records,
        *,
        year: int | None,
        check_dependencies: bool,
        watcher: Watcher,
    ) -> tuple[Ended, tuple[str, ...]]:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        wanted = {
            "object": self._districts.object_named(object_name),
            "records": [list(row) for row in records.rows],
            "by_id": records.by_id,
            "parents": check_dependencies,
            "dependents": records.dependents,
            "year": year,
        }
        placed = self._districts.post(district, "selections", wanted)
        ended = watch_resync(self._districts, district, placed, began, watcher)
        told = self._districts.get(district, f"selections/{ended.resync}")
        return ended, tuple(told["not_there"])

    def heal(self, district: str, root: int, *, year: int | None, watcher: Watcher) -> Ended:
        """Place it there, and watch it to its end."""
        began = time.monotonic()
        placed = self._districts.post(district, f"roots/{root}/heal", {"year": year})
        return watch_resync(self._districts, district, placed, began, watcher)

    def verify(
        self, district: str, objects: Sequence[str] | None, *, year: int | None, say: Callable[[str], None]
    ) -> VerificationEnded:
        """Place it there, and watch it to its end."""
        wanted = {"objects": None if objects is None else list(objects), "year": year}
        placed = self._districts.post(district, "verifications", wanted)
        ended = watch_verification(self._districts, district, placed, say)
        path = f"verifications/{placed['verification']}/differences"
        found = []
        for each in ended["objects"]:
            unequal = each["state"] == "compared" and not each["equal"]
            query = {"object": each["object"], "expected": False, "limit": _MOST_NAMED}
            first = self._districts.get(district, path, **query)["differences"] if unequal else ()
            found.append(read_looked(each, first))
        return VerificationEnded(placed["verification"], ended["district"], tuple(found))

    def receipt(self, district: str | None, resync: int, *, say: Callable[[str], None]) -> ReceiptChecked:
        """As it was written; both ends are read on the hub's own machine."""
        if district is None:
            raise ConfigError("Name the district: upstate --hub URL verify DISTRICT --receipt ID.")
        found = read_receipt(self._districts.get(district, f"resyncs/{resync}/receipt"))
        say("This is the receipt as it was written. Both ends are read again by the same command on the hub's machine.")
        return ReceiptChecked(found)
