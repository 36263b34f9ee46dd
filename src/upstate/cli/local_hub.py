"""The hub of this machine's own settings, asked through its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from upstate.cli.choosing import find_object
from upstate.cli.hubs import Decision, Ended, ReceiptChecked, Records, Standing, VerificationEnded
from upstate.cli.settings import open_state
from upstate.planning import Plan

if TYPE_CHECKING:
    from upstate.cli.progress import Watcher
    from upstate.cli.running import Outcome
    from upstate.hub.districts import KnownDistrict
    from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
    from upstate.hub.reports import Outlook, Root
    from upstate.loading.dependents import Listed


_LEFTOVERS_AT_ONCE = 1_000


def open_local_hub() -> LocalHub:
    """Make the state ready, and ask it."""
    return LocalHub(open_state(apps_of_pages=False))


class LocalHub:
    """Asks the state's database; the modules of the hub are imported once Django is ready."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def district_named(self, name: str) -> str:
        """The district's own name; ConfigError where there is none."""
        return self._known(name).name

    def object_named(self, name: str) -> str:
        """The object's own name; PlanError where there is none."""
        from upstate.hub.in_force import catalog_in_force

        return find_object(catalog_in_force(), name)

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
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.planned import Planned
        from upstate.hub.selections import lacking_of
        from upstate.planning import ask, plan_asked

        catalog, known = catalog_in_force(), self._known(district)
        obj = catalog[find_object(catalog, object_name)]
        how = {"by_id": records.by_id, "parents": check_dependencies, "dependents": records.dependents}
        asked = ask(obj, records.rows, **how)
        planned = Planned(catalog, known, plan_asked(catalog, asked, known.zone, year=year))
        outcome = run_resync(self._url, planned, check_dependencies=check_dependencies, asked=asked, watcher=watcher)
        return _ended(outcome), lacking_of(outcome.resync)

    def heal(self, district: str, root: int, *, year: int | None, watcher: Watcher) -> Ended:
        """Run it here, to its end."""
        from upstate.cli.running import run_resync
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.mending import find_root
        from upstate.hub.planned import Planned

        catalog, known = catalog_in_force(), self._known(district)
        found = find_root(catalog, known, root, year)
        planned = Planned(catalog, known, found.plan)
        return _ended(run_resync(self._url, planned, check_dependencies=False, asked=found.asked, watcher=watcher))

    def left_over(self, district: str) -> tuple[tuple[LeftOver, ...], tuple[HeldRemoval, ...]]:
        """What is left over, and what is or was held."""
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.leftovers import held_removals, left_over
        from upstate.hub.postgres import connect

        known = self._known(district)
        with connect(self._url) as connection:
            return left_over(connection, catalog_in_force(), known.id), held_removals(connection, known.id)

    def left_over_of(self, district: str, object_name: str, *, year: int | None) -> Iterator[Listed]:
        """The leftovers of an object, some thousand at a time."""
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.leftovers import left_over_of, years_left_over
        from upstate.hub.postgres import connect

        known, catalog = self._known(district), catalog_in_force()
        with connect(self._url) as connection:
            years = years_left_over(connection, known.id, object_name)
            of = year if year is not None else next((each for each in years if each is not None), None)
            after = 0
            while page := left_over_of(
                connection, catalog, known.id, object_name, of, after=after, most=_LEFTOVERS_AT_ONCE
            ):
                yield from page
                after = page[-1].id

    def decide(self, district: str, removal: int, decision: Decision, reason: str) -> str:
        """Whoever may run commands here is an operator, who may decide."""
        from upstate.cli.caller import who
        from upstate.hub.approving import decide
        from upstate.hub.in_force import catalog_in_force

        known = self._known(district)
        return decide(catalog_in_force(), known.id, removal, decision, reason, by=who(), person=None)

    def removal_outcome(self, district: str, resync: int) -> RemovalOutcome | None:
        """What came of it."""
        from upstate.hub.leftovers import removal_outcome
        from upstate.hub.postgres import connect

        with connect(self._url) as connection:
            return removal_outcome(connection, self._known(district).id, resync)

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
        from upstate.hub.receipts import no_receipt, receipt_of

        found = receipt_of(resync, None if district is None else self._known(district).zone_id)
        if found is None:
            raise no_receipt(resync)
        wait = f"A resync or verification of {found.district} is running; looking at both ends after it."
        return ReceiptChecked(*check_here(self._url, found, lambda: say(wait)))

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
        from upstate.hub.postgres import connect
        from upstate.hub.reports import history

        with connect(self._url) as connection:
            yield from history(connection, self._known(district))

    def rejections(self, district: str, *, object_name: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
        """The open rejections, streamed."""
        from upstate.hub.postgres import connect
        from upstate.hub.reports import rejections

        with connect(self._url) as connection:
            yield from rejections(connection, self._known(district), object_name=object_name, limit=limit)

    def count_rejections(self, district: str, *, object_name: str | None) -> int:
        """How many rejections are open."""
        from upstate.hub.postgres import connect
        from upstate.hub.reports import count_rejections

        with connect(self._url) as connection:
            return count_rejections(connection, self._known(district), object_name=object_name)

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
        from upstate.hub.postgres import connect
        from upstate.hub.reports import roots

        known = self._known(district)
        with connect(self._url) as connection:
            yield from roots(connection, known, resync=resync, object_name=object_name, verdict=verdict, limit=limit)

    def outlook(self, district: str, *, resync: int | None = None) -> Outlook:
        """What the open rejections come to."""
        from upstate.hub.postgres import connect
        from upstate.hub.reports import outlook

        with connect(self._url) as connection:
            return outlook(connection, self._known(district), resync=resync)

    @staticmethod
    def _known(name: str) -> KnownDistrict:
        from upstate.hub.districts import find_district

        return find_district(name)


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
