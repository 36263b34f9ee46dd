"""What is run to its end on this machine: resyncs and verifications, by the hub of its own settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from upstate.cli.choosing import find_object
from upstate.cli.hubs import Ended, ReceiptChecked, Records, VerificationEnded

if TYPE_CHECKING:
    from upstate.cli.progress import Watcher
    from upstate.cli.running import Outcome
    from upstate.planning import Plan


class LocalRunner:
    """Runs here what is asked for; the modules of the hub are imported once Django is ready."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def plan(self, district: str, objects: Sequence[str] | None, *, year: int | None, check_dependencies: bool) -> Plan:
        """What a resync of these objects would do."""
        from upstate.hub.planned import plan_resync

        return plan_resync(district, objects, year=year, check_dependencies=check_dependencies).plan

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
        """Run it here, to its end."""
        from upstate.cli.running import run_resync
        from upstate.hub.planned import plan_resync

        planned = plan_resync(district, objects, year=year, check_dependencies=check_dependencies)
        for warning in planned.plan.warnings:
            watcher.say(f"Mind: {warning}")
        how: dict[str, Any] = {
            "check_dependencies": check_dependencies,
            "everything": everything,
            "rehearse": rehearse,
            "remove_leftovers": remove_leftovers,
        }
        return _ended(run_resync(self._url, planned, **how, watcher=watcher))

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
        """Run it here, to its end."""
        from upstate.cli.running import run_resync
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.planned import Planned
        from upstate.hub.selections import lacking_of
        from upstate.planning import ask, plan_asked

        catalog, known = catalog_in_force(), find_district(district)
        obj = catalog[find_object(catalog, object_name)]
        how = {"by_id": records.by_id, "parents": check_dependencies, "dependents": records.dependents}
        asked = ask(obj, records.rows, **how)
        planned = Planned(catalog, known, plan_asked(catalog, asked, known.zone, year=year))
        outcome = run_resync(self._url, planned, check_dependencies=check_dependencies, asked=asked, watcher=watcher)
        return _ended(outcome), lacking_of(outcome.resync)

    def heal(self, district: str, root: int, *, year: int | None, watcher: Watcher) -> Ended:
        """Run it here, to its end."""
        from upstate.cli.running import run_resync
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.mending import find_root
        from upstate.hub.planned import Planned

        catalog, known = catalog_in_force(), find_district(district)
        found = find_root(catalog, known, root, year)
        planned = Planned(catalog, known, found.plan)
        return _ended(run_resync(self._url, planned, check_dependencies=False, asked=found.asked, watcher=watcher))

    def verify(
        self, district: str, objects: Sequence[str] | None, *, year: int | None, say: Callable[[str], None]
    ) -> VerificationEnded:
        """Compare here, to the end."""
        from upstate.cli.verifying import verify_here
        from upstate.hub.planned import plan_resync

        planned = plan_resync(district, objects, year=year, check_dependencies=False)
        name = planned.district.name
        wait = f"A resync or verification of {name} is running; verifying after it."
        number, found = verify_here(self._url, planned, lambda: say(wait))
        return VerificationEnded(number, name, found)

    def receipt(self, district: str | None, resync: int, *, say: Callable[[str], None]) -> ReceiptChecked:
        """Read it, and compute both ends again here."""
        from upstate.cli.receipts import check_here
        from upstate.hub.districts import find_district
        from upstate.hub.receipts import no_receipt, receipt_of

        found = receipt_of(resync, None if district is None else find_district(district).zone_id)
        if found is None:
            raise no_receipt(resync)
        wait = f"A resync or verification of {found.district} is running; looking at both ends after it."
        return ReceiptChecked(*check_here(self._url, found, lambda: say(wait)))


def _ended(outcome: Outcome) -> Ended:
    return Ended(
        outcome.resync,
        outcome.district.name,
        outcome.school_year,
        outcome.state,
        outcome.runs,
        outcome.seconds,
        tuple(map(_ended, outcome.followers)),
    )
