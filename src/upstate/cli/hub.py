"""`upstate hub`: setting the hub up; running it is in hub_up.py."""

from __future__ import annotations

from pathlib import Path

import click

from upstate.cli.holding import cancel, pause, resume
from upstate.cli.hub_doctor import doctor
from upstate.cli.hub_move import move
from upstate.cli.hub_up import down, serve, up, work
from upstate.cli.settings import open_state
from upstate.errors import ConfigError


@click.group()
def hub() -> None:
    """The hub: the state side of people and of control."""


for _command in (up, down, serve, work, pause, resume, cancel, doctor, move):
    hub.add_command(_command)


@hub.command()
@click.option(
    "--catalog", "folder", metavar="DIR", help="A folder of .toml files; the default is the one in force, else k12."
)
@click.option(
    "--partitions",
    metavar="N",
    type=click.IntRange(2, 1024),
    help="Divide the state tables by district; for a new database. More of them: docs/howto/scale-out.md.",
)
@click.option(
    "--server",
    "servers",
    metavar="URL",
    multiple=True,
    help="An empty database on another PostgreSQL that is to hold partitions; once for each. With --partitions.",
)
def init(folder: str | None, partitions: int | None, servers: tuple[str, ...]) -> None:
    """Make the control tables and the state tables of a catalog.

    Safe to run again: it adds what is new and takes nothing away. The catalog is kept in the database, so later
    commands work by the same one.

    \b
    Examples:  upstate hub init
               upstate hub init --catalog ./my-catalog
               upstate hub init --partitions 16
               upstate hub init --partitions 16 --server postgresql://upstate@db1/state --server postgresql://upstate@db2/state
    """
    from upstate.catalog import catalog_files, parse_catalog

    if servers and partitions is None:
        raise ConfigError("--server needs --partitions: at least as many as there are servers.")
    texts = catalog_files(Path(folder)) if folder is not None else None
    if texts is not None:
        parse_catalog(texts)  # a wrong catalog is told before a database is started
    url = open_state()
    from upstate.hub.set_up import set_up

    prepared = set_up(url, texts, partitions=partitions, servers=servers)
    for line in prepared.made:
        click.echo(f"made  {line}")
    click.echo(
        f"The hub is ready: {len(prepared.catalog)} objects."
        if prepared.made
        else f"Nothing to do: the hub is ready, with {len(prepared.catalog)} objects."
    )
