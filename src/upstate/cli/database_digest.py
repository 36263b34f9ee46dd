"""`upstate database digest`: what the whole state holds, in a line an object, to hold against another copy of it."""

from __future__ import annotations

from hashlib import blake2b

import click

from upstate.cli.printing import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def digest(as_json: bool) -> None:
    """Show of each object how many records the state holds, of how many districts, and one digest of them all.

    Two states that hold the same show the same, whatever servers they are on: before and after a restore or a move,
    compare the two. Each server sums up its own rows.

    \b
    Example:  upstate database digest > before.txt
    """
    from upstate.cli.settings import open_state

    url = open_state()
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.comparing import sums_of_state

    catalog = catalog_in_force()
    found = []
    with connect(url) as connection, database_errors():
        for obj in catalog:
            sums = sums_of_state(connection, obj)
            told = repr(sorted(sums.items())).encode()
            records = sum(count for count, _, _ in sums.values())
            found.append((obj.name, records, len(sums), blake2b(told, digest_size=8).hexdigest()))
    if as_json:
        names = ("object", "records", "districts", "digest")
        print_json({"objects": [dict(zip(names, each, strict=True)) for each in found]})
        return
    for name, records, districts, said in found:
        click.echo(f"{said}  {records:>12,}  {districts:>4}  {name}")
