"""`upstate database`: the embedded PostgreSQL."""

from __future__ import annotations

import click

from upstate.cli.database_backup import backup, restore
from upstate.cli.database_digest import digest
from upstate.cli.settings import read_settings


@click.group()
def database() -> None:
    """The PostgreSQL that comes with Upstate: start it, stop it, find it.

    Commands start it by themselves where it does not run, and leave it running. Its data lie under UPSTATE_HOME.

    \b
    Example:  psql "$(upstate database url)"
    """


for _command in (backup, restore, digest):
    database.add_command(_command)


@database.command()
def start() -> None:
    """Start it, unless it runs; prints its address."""
    click.echo(read_settings().cluster.start())


@database.command()
def stop() -> None:
    """Stop it; what it holds stays."""
    cluster = read_settings().cluster
    was_running = cluster.running()
    cluster.stop()
    click.echo("stopped" if was_running else "it was not running")


@database.command()
def url() -> None:
    """Print the state's address, for psql and reports, whether it runs or not."""
    settings = read_settings()
    click.echo(settings.database_url if settings.database_url is not None else settings.cluster.url())
