"""The arguments that `plan` and `resync` share: a district, objects or all of them, dependencies, a year."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

import click

from upstate.catalog import Catalog
from upstate.errors import PlanError


def choice(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the arguments DISTRICT, OBJECT…, --all, --no-dependencies and --year."""
    for add in (
        click.option("--year", metavar="YEAR", type=int, help="The school year by its end; default: the zone's own."),
        click.option(
            "--no-dependencies", is_flag=True, help="Do not add what the chosen objects need (Check dependencies off)."
        ),
        click.option("--all", "all_objects", is_flag=True, help="Every object that the district is offered."),
        click.argument("objects", metavar="[OBJECT]...", nargs=-1),
        click.argument("district"),
    ):
        command = add(command)
    return command


def choose(command: str, district: str, objects: tuple[str, ...], all_objects: bool) -> tuple[str, ...] | None:
    """What was chosen: names, or None for all. PlanError where it was neither or both."""
    if all_objects and objects:
        raise PlanError("Name objects or say --all, not both.")
    if not all_objects and not objects:
        raise PlanError(
            f"Name the objects to send, or say --all: upstate {command} {district} Enrollment, "
            f"or upstate {command} {district} --all."
        )
    return None if all_objects else objects


def find_object(catalog: Catalog, name: str) -> str:
    """An object of a catalog by name, upper and lower case alike; PlanError where there is none."""
    return find_name((obj.name for obj in catalog), name)


def find_name(names: Iterable[str], name: str) -> str:
    """An object's name among these, upper and lower case alike; PlanError where there is none."""
    by_folded = {each.casefold(): each for each in names}
    found = by_folded.get(name.strip().casefold())
    if found is None:
        near = [by_folded[n] for n in get_close_matches(name.casefold(), by_folded, n=3)]
        raise PlanError(f'There is no object "{name}". ' + (f"Did you mean {' or '.join(near)}?" if near else ""))
    return found
