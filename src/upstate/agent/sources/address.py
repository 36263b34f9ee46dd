"""Where a source is: a URL, or the path of a file, a folder or a zip; servers are in server_address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode

from upstate.agent.sources.server_address import ServerAddress, parse_server
from upstate.errors import SourceError


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


Address = SqliteAddress | CsvAddress | OneRosterAddress | ServerAddress


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
    server = parse_server(scheme, url)
    if server is not None:
        return server
    raise SourceError(
        f'A source that begins with "{scheme}://" is not known. Give sqlite:///PATH, postgresql://USER@HOST/DATABASE, '
        "mysql://USER@HOST/DATABASE, sqlserver://USER@HOST/DATABASE, oracle://USER@HOST/SERVICE, csv:///PATH, "
        "oneroster:///PATH, or the path of a SQLite file."
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
