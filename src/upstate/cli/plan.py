"""`upstate plan`: what a resync would do."""

from __future__ import annotations

import click
from rich import box
from rich.table import Table

from upstate.cli.choosing import choice, choose
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, print_json


@click.command()
@choice
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan(
    district: str, objects: tuple[str, ...], all_objects: bool, no_dependencies: bool, year: int | None, as_json: bool
) -> None:
    """Show what a resync of these OBJECTs would send, in which order, and why. Nothing is read or sent.

    \b
    Examples:  upstate plan Lakeside Enrollment
               upstate plan Lakeside --all
    """
    chosen = choose("plan", district, objects, all_objects)
    made = open_hub().runner.plan(district, chosen, year=year, check_dependencies=not no_dependencies)
    if as_json:
        print_json(
            {
                "district": made.district,
                "year": made.school_year,
                "mode": made.mode,
                "objects": [
                    {"object": s.object, "year": s.school_year, "added_for": list(s.added_for)} for s in made.steps
                ],
                "warnings": list(made.warnings),
            }
        )
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", justify="right")
    for heading in ("Object", "Year", "Why"):
        table.add_column(heading)
    for place, step in enumerate(made.steps, start=1):
        why = f"needed by {_some(step.added_for)}" if step.added_for else "chosen"
        table.add_row(str(place), step.object, str(step.school_year or "any"), why)
    out = console()
    out.print(f"A {made.mode} resync of {made.district} for {made.school_year}: {count(len(made.steps), 'object')}.")
    out.print(table)
    for warning in made.warnings:
        out.print(f"Mind: {warning}", style="yellow")


def _some(names: tuple[str, ...], most: int = 3) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
