"""`upstate history`: every run that is kept."""

from __future__ import annotations

import click

from upstate.cli.printing import console, print_json_rows
from upstate.cli.settings import open_state


@click.command()
@click.argument("district")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def history(district: str, as_json: bool) -> None:
    """Show every run that is kept, newest first, object by object.

    Reports may read the same from the view dis_batch_history.

    \b
    Example:  upstate history Lakeside
    """
    url = open_state()
    from upstate.cli.tables import history_table
    from upstate.hub.districts import find_district
    from upstate.hub.postgres import connect
    from upstate.hub.reports import history as runs

    known = find_district(district)
    with connect(url) as connection:
        rows = runs(connection, known)
        if as_json:
            print_json_rows({"district": known.name}, "runs", rows)
            return
        table = history_table(rows)
    if table.row_count:
        console().print(table)
    else:
        click.echo(f"{known.name} has sent nothing yet. Start with: upstate resync {known.name} --all")
