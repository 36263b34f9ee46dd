"""`upstate status`: where each object of a district stands."""

from __future__ import annotations

import click

from upstate.cli.opening import open_hub
from upstate.cli.printing import console, print_json


@click.command()
@click.argument("district")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(district: str, as_json: bool) -> None:
    """Show the last resync of each object: when it started, processed, errors, status, and the split.

    \b
    Example:  upstate status Lakeside
    """
    reports = open_hub().reports
    from upstate.cli.tables import status_table
    from upstate.planning import Counts, Status, year_name

    found = reports.standing(district)
    names, runs = found.names, found.runs
    if as_json:
        objects = []
        for name in names:
            run = runs.get(name)
            counts = Counts() if run is None else run.counts
            objects.append(
                {
                    "object": name,
                    "last_resync": None if run is None else run.started,
                    "processed": counts.processed,
                    "errors": counts.errors,
                    "status": Status.NEVER.value if run is None else run.status.value,
                    "created": counts.created,
                    "updated": counts.updated,
                    "unchanged": counts.unchanged,
                    "deleted": counts.deleted,
                    "failed": counts.failed,
                    "blocked": counts.blocked,
                    "excluded": counts.excluded,
                    "leftovers": counts.leftovers,
                    "message": "" if run is None else run.message,
                }
            )
        print_json({"district": found.district, "year": found.school_year, "objects": objects})
        return
    out = console()
    out.print(f"{found.district}, school year {year_name(found.school_year)}")
    out.print(status_table(names, runs, split=True))
    for run in runs.values():
        if run.message:
            out.print(f"{run.object} failed as a whole: {run.message}", style="red")
    if found.unfinished is not None:
        out.print(
            f"Resync {found.unfinished} has not ended. If its command died, run it again to finish it.", style="yellow"
        )
