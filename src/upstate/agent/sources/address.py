"""Where a source is: a URL or path into an address a driver takes, and a form of it that may be shown."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from psycopg import conninfo
from psycopg.errors import ProgrammingError

from upstate.errors import SourceError

_CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A SQLite file; `name` is what people know it by, where that is not its path."""

    path: Path
    name: str = ""

    @property
    def shown(self) -> str:
        """The name or the path."""
        return self.name or str(self.path)

    def kept(self) -> str:
        """The address as it does not depend on where a command is run."""
        return str(self.path.absolute())


@dataclass(frozen=True, slots=True)
class CsvAddress:
    """A folder of CSV files or a zip of them."""

    path: Path

    @property
    def shown(self) -> str:
        """The path."""
        return str(self.path)

    def kept(self) -> str:
        """The address as it does not depend on where a command is run."""
        return f"csv://{self.path.absolute()}"


@dataclass(frozen=True, slots=True)
class OneRosterAddress:
    """A folder or zip of OneRoster files, and what OneRoster has no word for; empty where the address does not say."""

    path: Path
    state: str = ""
    start_status: str = ""

    @property
    def shown(self) -> str:
        """The path."""
        return str(self.path)

    def kept(self) -> str:
        """The address as it does not depend on where a command is run."""
        options = {"state": self.state, "start_status": self.start_status}
        query = urlencode({name: value for name, value in options.items() if value})
        return f"oneroster://{quote(str(self.path.absolute()))}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True)
class PostgresqlAddress:
    """A PostgreSQL database; `conninfo` may hold a password, `shown` never does."""

    conninfo: str
    shown: str


@dataclass(frozen=True, slots=True)
class MysqlAddress:
    """A database of MariaDB or MySQL; `arguments` are what the driver's connect takes, a password among them."""

    arguments: Dictionary[str, Any]
    shown: str


Address = SqliteAddress | PostgresqlAddress | MysqlAddress | CsvAddress | OneRosterAddress


def parse_address(url: str) -> Address:
    """A URL of a kind that is known, or a path: of a SQLite file, of a folder or zip of CSV files. Else SourceError."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        path = Path(url).expanduser()
        return CsvAddress(path) if path.is_dir() or path.suffix.lower() == ".zip" else SqliteAddress(path)
    if scheme == "sqlite":
        return SqliteAddress(_path(unquote(rest)))
    if scheme == "csv":
        return CsvAddress(_path(unquote(rest)))
    if scheme == "oneroster":
        return _oneroster(rest)
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    if scheme in ("mysql", "mariadb"):
        return _mysql(url)
    raise SourceError(
        f'A source that begins with "{scheme}://" is not known. Give sqlite:///PATH, postgresql://USER@HOST/DATABASE, '
        "mysql://USER@HOST/DATABASE, csv:///PATH, oneroster:///PATH, or the path of a SQLite file."
    )


def _path(rest: str) -> Path:
    # Three slashes begin a relative path and four an absolute one, but many write three for both.
    relative = Path(rest.removeprefix("/")).expanduser()
    absolute = Path(rest)
    return absolute if absolute.is_absolute() and not relative.exists() and absolute.exists() else relative


def _oneroster(rest: str) -> OneRosterAddress:
    path, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = options.keys() - {"state", "start_status"}
    if unknown:
        raise SourceError(
            f"The source's URL has an option {min(unknown)} that is not known. There are state and start_status, "
            "as in oneroster:///PATH?state=KY&start_status=E01."
        )
    return OneRosterAddress(_path(unquote(path)), **options)


def _postgresql(url: str) -> PostgresqlAddress:
    try:
        parts = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError as error:
        # The driver's own words may quote the URL, password and all.
        raise SourceError(
            "The source's URL cannot be read. Write it as postgresql://USER@HOST:5432/DATABASE."
        ) from error
    user = f"{parts['user']}@" if "user" in parts else ""
    port = f":{parts['port']}" if "port" in parts else ""
    shown = f"postgresql://{user}{parts.get('host', '')}{port}/{parts.get('dbname', '')}"
    parts.setdefault("connect_timeout", str(_CONNECT_SECONDS))
    parts["application_name"] = "upstate"
    parts["client_encoding"] = "UTF8"
    return PostgresqlAddress(conninfo.make_conninfo(**parts), shown)


def _mysql(url: str) -> MysqlAddress:
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        parts = urlsplit("")
        port = 0
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    database = unquote(parts.path.removeprefix("/"))
    if not database or not (parts.hostname or "unix_socket" in options):
        raise SourceError("The source's URL cannot be read. Write it as mysql://USER@HOST:3306/DATABASE.")
    unknown = options.keys() - {"ssl_ca", "ssl_cert", "ssl_key", "unix_socket"}
    if unknown:
        raise SourceError(
            f"The source's URL has an option {min(unknown)} that is not known. "
            "There are ssl_ca, ssl_cert, ssl_key and unix_socket, each with a path."
        )
    secure = {"ssl_verify_cert": True, "ssl_verify_identity": True} if "ssl_ca" in options else {}
    user = unquote(parts.username or "")
    arguments = {
        "host": parts.hostname or "localhost",
        "port": port,
        "user": user or None,
        "password": unquote(parts.password or ""),
        "database": database,
        "connect_timeout": _CONNECT_SECONDS,
        **options,
        **secure,
    }
    shown = (
        f"{parts.scheme}://{user}{'@' if user else ''}{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    )
    return MysqlAddress(arguments, f"{shown}/{database}")
