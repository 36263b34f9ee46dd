"""A hub with two districts that have sent, and the cast; made once a session, copied for each test that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import Client
from tests.databases import let_go, new_database, passing_database
from tests.home import once
from tests.web.browser import chromium
from tests.web.rejected import many

from upstate.hub.start import Configuration, start
from upstate.hub.web.configuration import WebConfiguration

__all__ = ["chromium", "many"]  # one browser for all modules: a module that imports it would start a second one

KEY = "for tests alone: " + "k" * 50
PEOPLE = ("dana", "rhea", "sam", "olive")


@dataclass(frozen=True)
class World:
    """A hub as the tests of pages find it: its database, and the ids of what they need to name."""

    url: str
    lakeside: int
    riverton: int
    resync: int
    verification: int

    @property
    def selection(self) -> int:
        """The id of a selective sync that Dana asks for now, and that does not run."""
        from upstate.hub.districts import find_district
        from upstate.hub.in_force import catalog_in_force
        from upstate.hub.models import Person
        from upstate.hub.placing_resyncs import queue_resync
        from upstate.planning import ask, plan_asked

        dana = Person.objects.get(name="Dana")
        known, catalog = find_district("Lakeside"), catalog_in_force()
        asked = ask(catalog["District"], [["1"]])
        plan = plan_asked(catalog, asked, known.zone, year=None)
        return queue_resync(plan, known.zone_id, person=dana, check_dependencies=False, asked=asked).id

    @property
    def held(self) -> int:
        """The id of a removal at Lakeside that waits for approval: two leftovers of five rows."""
        from django.utils import timezone

        from upstate.hub.models import HeldRemoval, Leftover, Resync

        resync = Resync.objects.get(pk=self.resync)
        known: dict[str, Any] = {"district_id": self.lakeside, "object": "School"}
        Resync.objects.filter(pk=self.resync).update(remove_leftovers=True, leftovers_settled_at=timezone.now())
        with psycopg.connect(self.url) as connection:
            query = "SELECT guid::text FROM state.school WHERE district_id = %s ORDER BY 1 LIMIT 2"
            for (key,) in connection.execute(query, (self.lakeside,)).fetchall():
                seen = {"first_seen": resync, "last_seen": resync, "first_seen_at": timezone.now(), "kept": "held"}
                Leftover.objects.get_or_create(**known, key=[key], defaults=seen)
        counts = {"rows": 2, "rows_before": 5, "state": "waiting"}
        return HeldRemoval.objects.update_or_create(**known, resync=resync, defaults=counts)[0].id

    @property
    def lakeside_with_leftovers(self) -> int:
        """Lakeside's id, once it has leftovers and a removal that waits."""
        assert self.held
        return self.lakeside

    def value(self, name: Any) -> Any:
        """What a table of tests means: "@lakeside" is the id of Lakeside, anything else is itself."""
        return getattr(self, name[1:]) if isinstance(name, str) and name.startswith("@") else name


def turn_to(url: str, **web: Any) -> None:
    """Let Django, and the web settings, turn to this database."""
    start(Configuration(url, WebConfiguration(**{"secret_key": KEY, **web})))


@pytest.fixture(scope="session")
def made_world(pytestconfig: pytest.Config, cluster_url: str) -> World:
    """The hub that every test's is a copy of; nobody changes this one."""
    return once(pytestconfig, "world", lambda folder: make_world(new_database(cluster_url), folder))


def make_world(url: str, folder: Path) -> World:
    """Set a hub up in an empty database, with two districts in a folder, and send."""
    turn_to(url)
    from upstate.catalog import catalog_files, shipped_catalog
    from upstate.cli.running import run_resync
    from upstate.cli.verifying import verify_here
    from upstate.demo import Recipe, make_district
    from upstate.hub.districts import add_district
    from upstate.hub.people import seed_cast
    from upstate.hub.planned import plan_resync
    from upstate.hub.set_up import set_up

    catalog = set_up(url, catalog_files(shipped_catalog("k12"))).catalog
    ids = []
    for seed, name in enumerate(("Lakeside", "Riverton"), start=2024):
        place = folder / f"{name}.sqlite"
        make_district(Recipe(scale=0.0005, seed=seed, edition="KY", school_year=2024), place, None)
        known, _ = add_district(catalog, name, source_url=str(place), mapping="", school_year=2024, edition="KY")
        ids.append(known.id)
    run_resync(url, plan_resync("Riverton", ["School"]))
    outcome = run_resync(url, plan_resync("Lakeside", None))
    compared = plan_resync("Lakeside", ["School", "Calendar"], check_dependencies=False)
    verification, _ = verify_here(url, compared, lambda: None)
    seed_cast()
    let_go()
    return World(url, ids[0], ids[1], outcome.resync, verification)


@pytest.fixture
def world(made_world: World, cluster_url: str) -> Iterator[World]:
    """A hub of this test's own, with Django turned to it."""
    with passing_database(cluster_url, made_world.url) as url:
        turn_to(url)
        yield replace(made_world, url=url)
        let_go()


@pytest.fixture
def as_person(world: World) -> Callable[[str], Client]:
    """A browser in which someone of the cast is signed in; "out" for one in which nobody is."""

    def client(name: str) -> Client:
        from upstate.hub.models import Person

        browser = Client(SERVER_NAME="localhost")
        if name != "out":
            person = Person.objects.get(name=name.title())
            browser.force_login(person, backend="upstate.hub.web.signing_in.Passwords")
        return browser

    return client
