"""`upstate history`: every run that is kept."""

from __future__ import annotations

import click

from upstate.cli.opening import open_hub
from upstate.cli.printing import console, print_json_rows


@click.command()
@click.argument("district")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def history(district: str, as_json: bool) -> None:
    """Show every run that is kept, newest first, object by object.

    Reports may read the same from the view dis_batch_history.

    \b
    Example:  upstate history Lakeside
    """
    reports = open_hub().reports
    from upstate.cli.tables import history_table

    name = reports.district_named(district)
    rows = reports.history(name)
    if as_json:
        print_json_rows({"district": name}, "runs", rows)
        return
    table = history_table(rows)
    if table.row_count:
        console().print(table)
    else:
        click.echo(f"{name} has sent nothing yet. Start with: upstate resync {name} --all")
