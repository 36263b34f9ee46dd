"""`upstate database backup` and `restore`: the whole state as one file, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click
import psycopg

from upstate.cli.printing import without_password
from upstate.cli.settings import read_settings
from upstate.embedded import program
from upstate.errors import ConfigError, DatabaseError

_THERE = (
    "select exists (select from pg_class c "
    "join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'state'))"
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole state to FILE: districts' records, control tables, what waits to land. Nothing need stop for it.

    \b
    Example:  upstate database backup /backup/upstate-2024-09-01.dump
    """
    url = _url()
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(part))
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Wrote {file} ({file.stat().st_size:,} bytes).")
    if others := _others(url):
        click.echo(f"Districts' records are on {others} other servers, and not in it: back up each of those as well.")


def _others(url: str) -> int:
    """How many other servers hold partitions of the state."""
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.placing import servers_of_state

    with connect(url) as connection, database_errors():
        return len(servers_of_state(connection))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Read a FILE that `backup` wrote into a new database: the embedded one of a new UPSTATE_HOME, or an empty one.

    All or nothing. A database that holds anything is left as it is.

    \b
    Example:  UPSTATE_HOME=/srv/restored upstate database restore /backup/upstate-2024-09-01.dump
    """
    url = _url()
    try:
        with psycopg.connect(url) as connection:
            held = connection.execute(_THERE).fetchone()
    except psycopg.Error as error:
        raise DatabaseError(f"The state's PostgreSQL cannot be reached: {' '.join(str(error).split())}.") from error
    if held is None or held[0]:
        raise ConfigError(
            f"There is something in {without_password(url)} already. "
            "Restore into a new UPSTATE_HOME or an empty database."
        )
    _run(url, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(file))
    click.echo(f"Restored {file}. Look it over: upstate hub doctor")


def _url() -> str:
    settings = read_settings()
    return settings.database_url if settings.database_url is not None else settings.cluster.start()


def _run(url: str, name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs on this database; its last word where it fails. The password goes by environment."""
    known = psycopg.conninfo.conninfo_to_dict(url)
    password = known.pop("password", None)
    shown = psycopg.conninfo.make_conninfo(**{name: str(value) for name, value in known.items()})
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password is not None else {})}
    line: Sequence[str] = [str(program(name)), "--dbname", shown, *arguments]
    done = subprocess.run(line, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [each for each in done.stderr.strip().splitlines() if "error:" in each] or ["it said nothing"]
        raise DatabaseError(f"{name} failed: {said[0].partition('error: ')[2] or said[0]}")
