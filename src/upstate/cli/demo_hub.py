"""The second half of the demo: a neighbour district, the people, and the hub that they sign in to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from upstate.cli.one_hub import running_hub
from upstate.cli.printing import console, count
from upstate.cli.progress import Silent
from upstate.cli.running import run_resync
from upstate.cli.settings import Settings
from upstate.cli.supervising import run_hub
from upstate.demo import Recipe, make_district
from upstate.errors import ConfigError
from upstate.hub.districts import add_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.people import CastMember, seed_cast
from upstate.hub.planned import plan_resync

NEIGHBOUR = "Riverton"
_PART = 0.1  # of the first district's size
_WHAT = {
    "Dana": "Lakeside's administrator",
    "Rhea": "may look at Lakeside, not touch",
    "Sam": "the state's administrator",
    "Olive": "Riverton's administrator",
}


def make_neighbour(settings: Settings, url: str, recipe: Recipe) -> None:
    """Make a second, smaller district that has sent its enrollments and what they need."""
    place = settings.folder("demo") / f"{NEIGHBOUR.lower()}.sqlite"
    made = make_district(recipe, place)
    add_district(
        catalog_in_force(),
        NEIGHBOUR,
        source_url=str(place),
        mapping="",
        school_year=recipe.school_year,
        edition=recipe.edition,
    )
    outcome = run_resync(url, plan_resync(NEIGHBOUR, ["Enrollment"]), watcher=Silent())
    sent = sum(run.counts.processed for run in outcome.runs)
    console().print(f"{NEIGHBOUR}, next door: {count(made.total, 'row')}, of which {count(sent, 'record')} were sent.")


def neighbour_of(recipe: Recipe) -> Recipe:
    """What the neighbour is made by."""
    return Recipe(
        scale=recipe.scale * _PART, seed=recipe.seed + 1, edition=recipe.edition, school_year=recipe.school_year
    )


def show_people(settings: Settings) -> None:
    """Make the people of the demo and print how each signs in; the passwords are this installation's own."""
    file = settings.folder("demo") / "people.json"
    known = _kept(file)
    cast = seed_cast(known)
    passwords = {**known, **{each.name: each.password for each in cast if each.password is not None}}
    _keep(file, passwords)
    out = console()
    out.print("\nWho can sign in:", style="bold")
    for each in cast:
        out.print(f"  {each.email:<26}{_password(each, passwords):<18}{_WHAT[each.name]}")


def serve(settings: Settings, port: int | None) -> None:
    """Run the hub until it is told to stop; where one runs already, say where."""
    found = running_hub(settings)
    out = console()
    out.print()
    if found is not None:
        out.print(f"The hub runs already: {found.address}")
        return
    run_hub(settings, port=port, at_once=2, say=out.print)


def _password(member: CastMember, passwords: Mapping[str, str]) -> str:
    return passwords.get(member.name, "(as it was set)")


def _kept(file: Path) -> dict[str, str]:
    try:
        return {str(name): str(password) for name, password in json.loads(file.read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _keep(file: Path, passwords: Mapping[str, str]) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
            json.dump(dict(passwords), kept)
    except OSError as error:
        raise ConfigError(f"The demo's sign-ins cannot be kept in {file}: {error.strerror}.") from error
