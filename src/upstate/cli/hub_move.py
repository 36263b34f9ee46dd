"""`upstate hub move`: which server holds which of the state's partitions, and moving one to another."""

from __future__ import annotations

import click

from upstate.errors import ConfigError


@click.command()
@click.argument("partition", type=click.IntRange(0), required=False)
@click.option("--to", "target", metavar="SERVER", help="A server's name, or the URL of a new one's empty database.")
def move(partition: int | None, target: str | None) -> None:
    """Show which server holds which PARTITION with which districts, or move one with all its districts.

    While it moves nothing lands in those districts; everything else goes on. Its rows are copied, compared, and only
    then taken away where they were. Whatever stops it in between, the same command goes on.

    \b
    Examples:  upstate hub move
               upstate hub move 3 --to upstate_2
               upstate hub move 3 --to postgresql://upstate@db3.example/state
    """
    if (partition is None) != (target is None):
        raise ConfigError("Give both the partition and --to SERVER to move it, or neither to see where they are.")
    from upstate.cli.settings import open_state

    url = open_state()
    from upstate.hub.in_force import catalog_in_force
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.moving import districts_of, move_partition
    from upstate.loading.placing import placement

    with connect(url) as connection, database_errors():
        if partition is None or target is None:
            placed = placement(connection)
            for number, server in placed.items():
                districts = ", ".join(districts_of(connection, number, len(placed)).values())
                click.echo(f"{number:>4}  {server}  {districts}".rstrip())
            if not placed:
                click.echo("The state's partitions are all in this database.")
            return
        moved = move_partition(connection, catalog_in_force(), partition, target)
    what = f"Partition {moved.number} ({', '.join(moved.districts) or 'no districts'}, {moved.rows:,} rows)"
    click.echo(f"{what} is on {moved.server} now." if moved.copied else f"{what} is on {moved.server} already.")
