"""Upstate keeps a state's education database true to its districts.

The front door for Python: read a catalog, plan, set a state's database up, add a district, resync.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstate.catalog import Catalog, read_catalog, shipped_catalog
    from upstate.cli.running import Outcome
    from upstate.errors import UpstateError
    from upstate.planning import Plan, Zone, make_plan

__all__ = [
    "Catalog",
    "Plan",
    "UpstateError",
    "Zone",
    "add_district",
    "make_plan",
    "read_catalog",
    "resync",
    "set_up",
    "shipped_catalog",
]

# name: the room that has it. It is opened when the name is first used, so that a command which is stopped while it
# loads is stopped where that can be said in one line (__main__.py).
_ROOMS = {
    "Catalog": "catalog",
    "Plan": "planning",
    "UpstateError": "errors",
    "Zone": "planning",
    "make_plan": "planning",
    "read_catalog": "catalog",
    "shipped_catalog": "catalog",
}

if not TYPE_CHECKING:  # so that a name which is not there is still found by a type checker

    def __getattr__(name: str) -> Any:
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"upstate.{_ROOMS[name]}"), name)
        globals()[name] = found
        return found


def set_up(database_url: str, catalog: Path | str | None = None) -> Catalog:
    """Make a PostgreSQL (17 or newer) the state's: control tables, and the tables of a catalog folder (None: k12).

    Safe to repeat, and additive. Returns the catalog, which later calls work by. UpstateError in one line.
    """
    from upstate.catalog import catalog_files, shipped_catalog
    from upstate.hub.start import Configuration, start

    texts = catalog_files(shipped_catalog("k12") if catalog is None else Path(catalog))
    start(Configuration(database_url))
    from upstate.hub.set_up import set_up as set_up_hub

    return set_up_hub(database_url, texts).catalog


def add_district(
    database_url: str,
    name: str,
    source: str,
    *,
    school_year: int,
    edition: str | None = None,
    mapping: Path | str | None = None,
) -> Zone:
    """Add a district that is read at `source` (a SQLite file's path, or a URL), or change the one of that name.

    The source is opened, and the mapping file read, before anything is kept. UpstateError in one line.
    """
    from upstate.hub.start import Configuration, start

    start(Configuration(database_url))
    from upstate.cli.sources import keep_district

    known, _ = keep_district(name, source, mapping, school_year=school_year, edition=edition)
    return known.zone


def resync(
    database_url: str,
    district: str,
    objects: Iterable[str] | None = None,
    *,
    year: int | None = None,
    check_dependencies: bool = True,
    everything: bool = False,
    rehearse: bool = False,
    remove_leftovers: bool = False,
) -> Outcome:
    """Send objects of a district (None: all of them) and what they depend on to the state; returns how it ended.

    Of what the state has already, only what differs is sent, unless `everything` is asked for. The same call again
    finishes what an interrupted one began. To `rehearse` is to do all of it and write nothing.
    With `remove_leftovers` rows at the state that the district no longer has go, as far as the state lets them.
    UpstateError in one line.
    """
    from upstate.hub.start import Configuration, start

    start(Configuration(database_url))
    from upstate.cli.running import run_resync
    from upstate.hub.planned import plan_resync

    planned = plan_resync(district, objects, year=year, check_dependencies=check_dependencies)
    return run_resync(
        database_url,
        planned,
        check_dependencies=check_dependencies,
        everything=everything,
        rehearse=rehearse,
        remove_leftovers=remove_leftovers,
    )
