"""`upstate database backup` and `restore`: the whole state, a file a database, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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

    Where other servers hold partitions of the state, each of them goes to a file of its own, FILE.upstate_1 and so on,
    all as they were at one moment: for that, landings that are under way are waited for.

    \b
    Example:  upstate database backup /backup/upstate-2024-09-01.dump
    """
    written: list[Path] = []
    with _databases(_url(), file) as databases:
        try:
            for each in databases:
                written.append(each.file)
                _dump(each)
            for path in written:
                _part(path).replace(path)
        except OSError as error:
            raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error
        finally:
            for path in written:
                _part(path).unlink(missing_ok=True)
    for path in written:
        click.echo(f"Wrote {path} ({path.stat().st_size:,} bytes).")


@dataclass(frozen=True, slots=True)
class _Database:
    """A database of the state, and the file that it goes to; as it is at a snapshot, or when it is read."""

    file: Path
    url: str
    snapshot: str | None = None


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


def _dump(database: _Database) -> None:
    part = _part(database.file)
    part.touch(mode=0o600)
    how = ["--format=custom", "--no-owner", "--no-privileges", "--file", str(part)]
    how += [] if database.snapshot is None else ["--snapshot", database.snapshot]
    _run(database.url, "pg_dump", *how)


@contextmanager
def _databases(url: str, file: Path) -> Iterator[list[_Database]]:
    """Every database of the state, all of one moment as long as the block lasts."""
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.moment import one_moment
    from upstate.loading.placing import for_a_client, servers_of_state

    with connect(url) as waiting, connect(url) as keeping, database_errors():
        servers = servers_of_state(waiting)
        if not servers:
            yield [_Database(file, url)]
            return
        with one_moment(waiting, keeping, servers) as (hub, named):
            found = [_Database(file, url, hub)]
            for name, options in servers.items():
                reached = psycopg.conninfo.make_conninfo("", **for_a_client(options))
                found.append(_Database(file.with_name(f"{file.name}.{name}"), reached, named[name]))
            yield found


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Read a FILE that `backup` wrote into a new database: the embedded one of a new UPSTATE_HOME, or an empty one.

    All or nothing. A database that holds anything is left as it is. Of a state on several servers, each FILE.upstate_1
    goes to its own server, which UPSTATE_DATABASE_URL then names.

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
